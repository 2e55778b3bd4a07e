"""Who calls the API: an app or a script by its token, a page by its session cookie."""

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from accounts.models import AccessToken, User
from accounts.selectors import get_valid_token
from accounts.services import is_first_use_today, record_device, record_token_use


class SessionTokenAuthentication(XSessionTokenAuthentication):
    """The token of an app's sign-in; one that is not valid is refused, whatever else is sent."""

    def authenticate(self, request: Request) -> tuple[User, SessionBase] | None:
        """Return the person and their session, which lives on for another 90 days.

        Raises:
            AuthenticationFailed: the token is unknown, expired or signed out.
        """
        if self.get_session_token(request) is None:
            return None
        found: tuple[User, SessionBase] | None = super().authenticate(request)
        if found is None:
            raise invalid_session_token()
        person, session = found
        if is_first_use_today(session):
            record_device(person=person, session=session, request=request._request)
            try:
                session.save()
            except UpdateError as signed_out_meanwhile:
                raise invalid_session_token() from signed_out_meanwhile
        return found

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme that was tried, which makes the answer 401 instead of 403."""
        return challenge(request)


def invalid_session_token() -> exceptions.AuthenticationFailed:
    """Return what a session token that opens nothing is answered with."""
    return exceptions.AuthenticationFailed(_("The session token is not valid (any more)."))


class AccessTokenAuthentication(authentication.BaseAuthentication):
    """A person's access token for scripts, sent as `Authorization: Bearer emo_...`."""

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
            raise exceptions.AuthenticationFailed(_("The access token is not valid (any more)."))
        record_token_use(token=token)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme that was tried."""
        return challenge(request)


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser session of a page; writing needs its CSRF token."""

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, which makes the answer 401 instead of 403."""
        return 'Session realm="api"'


def bearer_secret(request: Request) -> str | None:
    """Return what was sent as a bearer token, perhaps nothing but the word."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def challenge(request: Request) -> str:
    """Return the `WWW-Authenticate` of an answer: the framework asks only the first scheme."""
    if "X-Session-Token" not in request.headers and bearer_secret(request) is not None:
        return 'Bearer realm="api", error="invalid_token"'
    return 'X-Session-Token realm="api"'


def session_key(request: Request) -> str | None:
    """Return the key of the sign-in that asks; a script with an access token has none."""
    if isinstance(request.auth, SessionBase):
        return request.auth.session_key
    return request._request.session.session_key if request.auth is None else None
