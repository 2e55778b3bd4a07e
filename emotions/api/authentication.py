"""Who calls the API: an app by its session token, a page by its session cookie."""

from typing import Any

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request


class SessionTokenAuthentication(XSessionTokenAuthentication):
    """The token of an app's sign-in; one that is not valid is refused, whatever else is sent."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the person and their session.

        Raises:
            AuthenticationFailed: the token is unknown, expired or signed out.
        """
        found: tuple[Any, Any] | None = super().authenticate(request)
        if found is None and self.get_session_token(request) is not None:
            raise exceptions.AuthenticationFailed(_("The session token is not valid (any more)."))
        return found

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, which makes the answer 401 instead of 403."""
        return 'X-Session-Token realm="api"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser session of a page; writing needs its CSRF token."""

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, which makes the answer 401 instead of 403."""
        return 'Session realm="api"'
