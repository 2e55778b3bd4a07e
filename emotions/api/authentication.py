"""Who calls the API."""

from rest_framework import authentication
from rest_framework.request import Request


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser session; who has none gets 401 and learns how to sign in."""

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, which makes the answer 401 instead of 403."""
        return 'Session realm="api"'
