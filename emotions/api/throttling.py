"""Rate limits for people, tokens and addresses, and the headers that announce them.

Requests are counted in fixed windows by an atomic counter of the cache, so limits are exact across
all processes that share a cache; with a cache in memory each process counts for itself.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import caches
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.models import AccessToken

SLACK = 5  # seconds that a counter outlives its window
USAGE_KEY = "emotions.throttle_usage"
"""Where `request.META` holds the usage of the throttles that counted the request."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The state of one limit after a request.

    Attributes:
        count: requests allowed in a window.
        seconds: length of the window.
        left: requests left in it.
        reset: seconds until the next one begins.
    """

    scope: str
    count: int
    seconds: int
    left: int
    reset: int


def increment(key: str, cost: int, seconds: int) -> int | None:
    """Add to a counter and return its value, or None if the cache is unavailable."""
    counters = caches["counters"]
    try:
        counters.add(key, 0, timeout=seconds + SLACK)
        return counters.incr(key, cost)
    except ValueError:  # There is no counter although one was just added.
        return None


class FixedWindowThrottle(BaseThrottle):
    """One of `settings.API_LIMITS`, counted for each value of `get_key`."""

    scope = ""

    def get_key(self, request: Request) -> str:
        """Return what requests are counted by: the access token or else the person."""
        if isinstance(request.auth, AccessToken):
            return f"token-{request.auth.pk}"
        return f"person-{request.user.pk}"

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request and return whether it is within the limit."""
        limit, seconds = settings.API_LIMITS[self.scope]
        window, past = divmod(time.time(), seconds)
        self.reset = math.ceil(seconds - past)  # rounded up, so that nobody comes back too early
        key = f"limit:{self.scope}:{self.get_key(request)}:{window:.0f}"
        used = increment(key, getattr(view, "cost", 1), seconds)
        if used is None:
            return True
        usage = Usage(self.scope, limit, seconds, max(0, limit - used), self.reset)
        request._request.META.setdefault(USAGE_KEY, []).append(usage)
        return used <= limit

    def wait(self) -> float:
        return self.reset


class PersonThrottle(FixedWindowThrottle):
    """Every request of a person or token."""

    scope = "person"


class CaptureThrottle(FixedWindowThrottle):
    """Requests that record captures."""

    scope = "capture"


class DetectThrottle(FixedWindowThrottle):
    """Requests that analyse frames."""

    scope = "detect"


class AddressThrottle(FixedWindowThrottle):
    """Failed authentications of an address, from where somebody may be guessing tokens."""

    scope = "address"

    def get_key(self, request: Request) -> str:
        """Return the address as the trusted proxy reports it."""
        return str(self.get_ident(request))


def rate_limit_headers(request: Request) -> dict[str, str]:
    """Return the headers of draft-ietf-httpapi-ratelimit-headers."""
    usages: list[Usage] = request._request.META.get(USAGE_KEY, [])
    if not usages:
        return {}

    def join(parameters: Callable[[Usage], str]) -> str:
        return ", ".join(f'"{usage.scope}";{parameters(usage)}' for usage in usages)

    return {
        "RateLimit-Policy": join(lambda usage: f"q={usage.count};w={usage.seconds}"),
        "RateLimit": join(lambda usage: f"r={usage.left};t={usage.reset}"),
    }


def throttle_failed_authentication(view: APIView, request: Request) -> None:
    """Count a failed authentication.

    Raises:
        Throttled: there were too many from the address.
    """
    throttle: Any = AddressThrottle()
    if not throttle.allow_request(request, view):
        view.throttled(request, throttle.wait())
