"""An admin site that requires a second factor."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _


class TwoFactorAdminSite(AdminSite):
    """Django's admin behind the site's own sign-in, which is rate limited.

    Staff without a second factor are sent to set one up first.
    """

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not needs_second_factor(request.user)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Redirect to the site's sign-in or to the page that sets up a second factor."""
        response: HttpResponse = secure_admin_login(self.require_second_factor)(request)
        return response

    def require_second_factor(self, request: HttpRequest) -> HttpResponse:
        """Redirect staff without a second factor to set one up, and others to the index."""
        if not needs_second_factor(request.user):
            return redirect("admin:index")
        messages.info(request, _("The administration needs a second factor. Set one up first."))
        return redirect("mfa_activate_totp")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """Redirect to the site's own page, which asks for the old password and is rate limited."""
        return redirect("account_change_password")


def needs_second_factor(person: Any) -> bool:
    """Return whether the site requires a second factor that this person has not set up."""
    return settings.ADMIN_NEEDS_SECOND_FACTOR and not is_mfa_enabled(person)
