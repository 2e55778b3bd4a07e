"""Who comes into the administration: staff who signed in on the site, with a second factor."""

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
    """Django's administration behind the site's own sign-in, which limits guesses."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether somebody may come in."""
        return super().has_permission(request) and not needs_second_factor(request.user)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send to the site's sign-in, or to where a second factor is set up."""
        answer: HttpResponse = secure_admin_login(self.require_second_factor)(request)
        return answer

    def require_second_factor(self, request: HttpRequest) -> HttpResponse:
        """Send staff without a second factor to set one up, others in."""
        if not needs_second_factor(request.user):
            return redirect("admin:index")
        messages.info(request, _("The administration needs a second factor. Set one up first."))
        return redirect("mfa_activate_totp")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """Send to the site's own page, which asks for the old password and limits guesses too."""
        return redirect("account_change_password")


def needs_second_factor(person: Any) -> bool:
    """Tell whether a signed-in person has none although administrators must."""
    return settings.ADMIN_NEEDS_SECOND_FACTOR and not is_mfa_enabled(person)
