"""Authentication of API requests: apps and scripts by token, pages by session cookie."""

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from accounts.devices.services import is_first_use_today, record_device
from accounts.models import AccessToken, User
from accounts.tokens.selectors import get_valid_token
from accounts.tokens.services import record_token_use


class SessionTokenAuthentication(XSessionTokenAuthentication):
    """Authenticates apps by session token; an invalid token is refused whatever else is sent."""

    def authenticate(self, request: Request) -> tuple[User, SessionBase] | None:
        """Return the person and their session, which is extended for another 90 days.

        Raises:
            AuthenticationFailed: the token is unknown, expired or signed out.
        """
        if self.get_session_token(request) is None:
            return None
        authenticated: tuple[User, SessionBase] | None = super().authenticate(request)
        if authenticated is None:
            raise invalid_session_token()
        person, session = authenticated
        if is_first_use_today(session):
            record_device(person=person, session=session, request=request._request)
            try:
                session.save()
            except UpdateError as signed_out_meanwhile:
                raise invalid_session_token() from signed_out_meanwhile
        return authenticated

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge, without which DRF answers 403 instead of 401."""
        return challenge(request)


def invalid_session_token() -> exceptions.AuthenticationFailed:
    return exceptions.AuthenticationFailed(_("The session token is invalid or has expired."))


class AccessTokenAuthentication(authentication.BaseAuthentication):
    """Authenticates scripts by access token, sent as `Authorization: Bearer emo_...`."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        """Return the owner and the token.

        Raises:
            AuthenticationFailed: the token is unknown, expired or revoked.
        """
        secret = bearer_secret(request)
        if secret is None:
            return None
        token = get_valid_token(secret=secret)
        if token is None:
            raise exceptions.AuthenticationFailed(_("The access token is invalid or has expired."))
        record_token_use(token=token)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        return challenge(request)


class SessionAuthentication(authentication.SessionAuthentication):
    """Authenticates pages by session cookie; unsafe methods need the CSRF token."""

    def authenticate_header(self, request: Request) -> str:
        return 'Session realm="api"'


def bearer_secret(request: Request) -> str | None:
    """Return the bearer token, which may be empty, or None where another scheme is used."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def challenge(request: Request) -> str:
    """Return the value of `WWW-Authenticate`, for which DRF asks only the first authenticator."""
    if "X-Session-Token" not in request.headers and bearer_secret(request) is not None:
        return 'Bearer realm="api", error="invalid_token"'
    return 'X-Session-Token realm="api"'


def session_key(request: Request) -> str | None:
    """Return the session key of the request, or None for an access token."""
    if isinstance(request.auth, SessionBase):
        return request.auth.session_key
    return request._request.session.session_key if request.auth is None else None
