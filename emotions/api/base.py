"""Base view of the API, and validation of what clients send."""

from typing import Any, ClassVar

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.models import AccessToken, User
from accounts.requests import is_account_gone
from accounts.sign_in.reauthentication import is_recent
from common.rate_limits import usages_of
from emotions.api import throttling
from emotions.api.authentication import invalid_session_token
from emotions.api.unknown_fields import handle_unknown_fields, warning_headers
from emotions.quotas.turns import Turn, hold_during, take_turn_for


def person_of(request: Request) -> User:
    """Return the signed-in person."""
    assert isinstance(request.user, User)  # noqa: S101 - permissions let nobody else in
    return request.user


class ReauthenticationRequiredError(exceptions.PermissionDenied):
    """The session has not proved lately that its person sits at it."""

    default_code = "reauthentication_required"
    default_detail = _(
        "Confirm your identity first: send the password to "
        "/api/auth/app/v1/auth/reauthenticate, or a code to "
        "/api/auth/app/v1/auth/2fa/reauthenticate, then try again."
    )


def require_recent(request: Request) -> None:
    """Let only sessions go on that have proved a moment ago who sits there.

    Access tokens pass: where they are allowed at all, whoever gave them the right has proved it.

    Raises:
        ReauthenticationRequiredError: it is too long ago.
    """
    if isinstance(request.auth, AccessToken):
        return
    session = request.auth if isinstance(request.auth, SessionBase) else request._request.session
    if not is_recent(person=person_of(request), session=session):
        raise ReauthenticationRequiredError


def validated(serializer: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """Return the validated data of a request.

    Raises:
        ValidationError: a field is invalid.
    """
    bound = serializer(data=data)
    bound.is_valid(raise_exception=True)
    return dict(bound.validated_data)


def validated_body(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the validated body of a request.

    Raises:
        ValidationError: a field is invalid, or unknown to a strict serializer.
    """
    handle_unknown_fields(serializer(), request.data, request._request)
    return validated(serializer, request.data)


def reject_blank(serializer: Serializer[Any], request: Request) -> None:
    """Refuse query parameters that are present but empty, which DRF would take for absent.

    Raises:
        ValidationError: one of them is empty.
    """
    blank = [
        name
        for name, field in serializer.fields.items()
        if request.query_params.get(name) == "" and not getattr(field, "allow_blank", False)
    ]
    if blank:
        raise exceptions.ValidationError({name: [_("This can't be empty.")] for name in blank})


def validated_query(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the validated query parameters of a request.

    Raises:
        ValidationError: a parameter is invalid.
    """
    reject_blank(serializer(), request)
    return validated(serializer, request.query_params)


class PersonalView(APIView):
    """A view of the person's own data, whose responses only private caches may store.

    Attributes:
        cost: how many requests one request counts for.
        post_throttle_classes: throttles of POST requests besides `throttle_classes`.
        heavy_methods: methods whose requests take turns.
        charts: whether they compute charts, which takes turns one at a time.
    """

    throttle_classes = [throttling.PersonThrottle]
    cost = 1
    post_throttle_classes: ClassVar[list[type[BaseThrottle]]] = []
    heavy_methods: ClassVar[frozenset[str]] = frozenset()
    charts = False
    turn: Turn | None = None

    def get_throttles(self) -> list[BaseThrottle]:
        additional = self.post_throttle_classes if self.request.method == "POST" else []
        return [*super().get_throttles(), *(throttle() for throttle in additional)]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the request as usual, and throttle addresses that keep failing to authenticate."""
        try:
            super().initial(request, *args, **kwargs)
        except (exceptions.NotAuthenticated, exceptions.AuthenticationFailed):
            throttling.throttle_failed_authentication(self, request)
            raise
        if request.method in self.heavy_methods:
            self.turn = take_turn_for(request._request, charts=self.charts)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a request, and end its turn, if it took one."""
        try:
            response = super().dispatch(request, *args, **kwargs)
        except BaseException:
            if self.turn:
                self.turn.end()
            raise
        if self.turn:
            hold_during(response, self.turn)
        return response

    def handle_exception(self, exc: Exception) -> Response:
        """Refuse a request, by 401 where the account is gone, whatever else is missing then."""
        if is_account_gone(self.request._request):
            exc = invalid_session_token()
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add headers for caches, rate limits and ignored fields to every response."""
        finalized = super().finalize_response(request, response, *args, **kwargs)
        if not finalized.has_header("Cache-Control"):
            patch_cache_control(finalized, private=True, no_cache=True)
        usages = usages_of(request._request)
        headers = throttling.rate_limit_headers(usages) | warning_headers(request._request)
        for name, value in headers.items():
            finalized[name] = value
        return finalized
