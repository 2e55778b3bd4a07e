"""Permissions of access tokens, which may do less than their owners."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, permissions
from rest_framework.request import Request

from accounts.models import AccessToken

EXPORT = "api:export"
SIGN_IN_ONLY = {
    "api:device": {"PATCH", "DELETE"},
    "api:tokens": {"POST"},
    "api:token": {"DELETE"},
    "api:me": {"DELETE"},
    "api:account_deletion": {"POST"},
    "api:consent": {"PUT"},
}
"""Methods by view that need a session.

A leaked token cannot extend its own reach, and nobody but a person who has read it consents to a
text. To withdraw is always possible.
"""


class ReadOnlyTokenError(exceptions.PermissionDenied):
    default_code = "read_only_token"
    default_detail = _("This access token is read-only. Create one that can write, or sign in.")


class ExportNotAllowedError(exceptions.PermissionDenied):
    default_code = "export_not_allowed"
    default_detail = _("This access token can't export. Create one that can, or sign in.")


class SignInRequiredError(exceptions.PermissionDenied):
    default_detail = _("Access tokens can't do this. Sign in instead.")


def require_session(request: Request) -> None:
    """Refuse access tokens.

    Raises:
        SignInRequiredError: the request carries one.
    """
    if isinstance(request.auth, AccessToken):
        raise SignInRequiredError


class TokenScopePermission(permissions.BasePermission):
    """Restricts access tokens to their scope and rights; sessions pass."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return True or raise the reason for the refusal.

        Raises:
            ExportNotAllowedError: everything is asked for by a token without that right.
            ReadOnlyTokenError: a read-only token is used for an unsafe method.
            SignInRequiredError: the method needs a session.
        """
        token: Any = request.auth
        if not isinstance(token, AccessToken):
            return True
        view_name = request.resolver_match.view_name if request.resolver_match else ""
        if view_name == EXPORT and not token.may_export:
            raise ExportNotAllowedError
        if request.method in permissions.SAFE_METHODS:
            return True
        if token.scope == AccessToken.Scope.READ:
            raise ReadOnlyTokenError
        if request.method in SIGN_IN_ONLY.get(view_name, set()):
            raise SignInRequiredError
        return True
