"""An admin site that requires a second factor."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.requests import person_of
from accounts.sign_in.second_factors import has_second_factor, was_used


class TwoFactorAdminSite(AdminSite):
    """Django's admin behind the site's own sign-in, which is rate limited.

    It opens to sessions that used a second factor. Staff who have none are sent to get one, and
    those whose session did not use theirs to do so.
    """

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not needs_second_factor(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Redirect to the site's sign-in, or to where a second factor is set up or used."""
        response: HttpResponse = secure_admin_login(self.require_second_factor)(request)
        return response

    def require_second_factor(self, request: HttpRequest) -> HttpResponse:
        """Redirect staff to set up or use a second factor, and others to the index."""
        if not needs_second_factor(request):
            return redirect("admin:index")
        person = person_of(request)
        if not has_second_factor(person=person):
            messages.info(request, _("The admin site requires a second factor. Set one up first."))
            return redirect("mfa_index")
        ways = get_adapter().get_reauthentication_methods(person)
        address = [way["url"] for way in ways if way["id"].startswith("mfa_")][-1]
        return redirect(f"{address}?{urlencode({'next': reverse('admin:index')})}")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """Redirect to the site's own page, which asks for the old password and is rate limited."""
        return redirect("account_change_password")


def needs_second_factor(request: HttpRequest) -> bool:
    """Return whether the site requires a second factor that this session has not used.

    One that was removed since does not count any more.
    """
    if not settings.ADMIN_NEEDS_SECOND_FACTOR:
        return False
    person = person_of(request)
    return not (has_second_factor(person=person) and was_used(person=person, request=request))
