"""Refuse again what was just refused, before anything asks whose request it is.

Finding the session, the person and their language costs far more than refusing; whoever goes on
asking would take that time from everybody else.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.translation import get_language, override
from rest_framework.exceptions import Throttled

from common.rate_limits import Usage, usages_of
from emoplatform.errors import is_api_request
from emotions.api.problems import problem_json_response
from emotions.api.throttling import AddressThrottle, rate_limit_headers
from emotions.quotas.turns import REFUSED_KEY

COUNTED_FOR_WHO_ASKS = set(settings.RATE_LIMITS) - {AddressThrottle.scope}
"""Limits of a person or token; that of addresses counts guesses, each with other credentials."""

TURN_REFUSED_FOR = 1
"""Seconds for which whoever found no turn finds none; the answer asks them to wait for longer."""

_refusals = LocMemCache("refusals", {"OPTIONS": {"MAX_ENTRIES": 1_000}})


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that holds until a limit's window ends, or for a moment where there was no turn.

    Attributes:
        usages: what counted the request, if a limit refused it.
        content, headers: as they were; limits of the API tell the seconds that are left.
        language: the person's.
    """

    usages: list[Usage]
    content: bytes
    headers: dict[str, str]
    language: str | None

    @property
    def wait(self) -> int:
        """Seconds until another request is let in."""
        resets = (usage.reset for usage in self.usages if usage.is_exceeded)
        return max(resets, default=TURN_REFUSED_FOR)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Return the answer as of now."""
        response = HttpResponse(self.content, status=HTTPStatus.TOO_MANY_REQUESTS)
        changed: dict[str, str] = {}
        if self.usages:
            changed["Retry-After"] = str(self.wait)
            if is_api_request(request):
                with override(self.language):
                    detail = str(Throttled(wait=self.wait).detail)
                response = problem_json_response(
                    HTTPStatus.TOO_MANY_REQUESTS, Throttled.default_code, detail
                )
                changed |= rate_limit_headers(self.usages)
        for name, value in {**self.headers, **changed}.items():
            response[name] = value
        response["Content-Length"] = str(len(response.content))
        return response


class RepeatedRefusalMiddleware:
    """Answers as before whoever asks for the same with the same credentials in the same window."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = key_of(request)
        if key is None:
            return self.get_response(request)
        refusal: Refusal | None = _refusals.get(key)
        if refusal and refusal.wait > 0:
            return refusal.answer(request)
        response = self.get_response(request)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            if is_over_limit(request):
                remember(key, usages_of(request), response)
            elif REFUSED_KEY in request.META:
                remember(key, [], response)
        return response


def is_over_limit(request: HttpRequest) -> bool:
    """Return whether a limit of who asks refused a request, and not a lack of free places."""
    usages = usages_of(request)
    return any(usage.is_exceeded and usage.limit in COUNTED_FOR_WHO_ASKS for usage in usages)


def remember(key: str, usages: list[Usage], response: HttpResponse) -> None:
    """Keep an answer until it does not hold any more."""
    refusal = Refusal(usages, response.content, dict(response.items()), get_language())
    _refusals.set(key, refusal, timeout=refusal.wait)


def key_of(request: HttpRequest) -> str | None:
    """Return a digest of what a request asks for and by which credentials; None where it has none.

    What it asks for is the route and not the path, of which there are as many as somebody likes.
    """
    credentials = (
        request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""),
        request.headers.get("X-Session-Token", ""),
        request.headers.get("Authorization", ""),
    )
    if not any(credentials):
        return None
    try:
        # The handler overwrites it; the count of requests by route reads it.
        request.resolver_match = resolve(request.path_info)
    except Resolver404:
        return None
    parts = (request.method or "", request.resolver_match.route, *credentials)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
