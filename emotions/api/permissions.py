"""What an access token may not do although its owner may."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, permissions
from rest_framework.request import Request

from accounts.models import AccessToken

SIGN_IN_ONLY = {
    "api:device": {"PATCH", "DELETE"},
    "api:tokens": {"POST"},
    "api:token": {"DELETE"},
    "api:me": {"DELETE"},
}
"""What only a person does who is signed in: whoever finds a token must not get further by it."""


class ReadOnlyTokenError(exceptions.PermissionDenied):
    """A token that only reads was used to write."""

    default_code = "read_only_token"
    default_detail = _("This access token only reads. Make one that writes, or sign in.")


class SignInRequiredError(exceptions.PermissionDenied):
    """A token was used for what needs a sign-in."""

    default_detail = _("An access token cannot do this. Sign in instead.")


class TokenScopePermission(permissions.BasePermission):
    """Holds access tokens to their scope; who is signed in passes."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Let a request through.

        Raises:
            ReadOnlyTokenError: it writes with a token that only reads.
            SignInRequiredError: it does what no token may do.
        """
        token: Any = request.auth
        if not isinstance(token, AccessToken) or request.method in permissions.SAFE_METHODS:
            return True
        if token.scope == AccessToken.Scope.READ:
            raise ReadOnlyTokenError
        match = request.resolver_match
        if match and request.method in SIGN_IN_ONLY.get(match.view_name, set()):
            raise SignInRequiredError
        return True
