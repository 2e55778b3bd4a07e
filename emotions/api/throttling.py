"""Fair use: how often one person, token or address may ask, and what is left of it.

Requests are counted in fixed windows by the cache's own atomic counter, so limits are exact over
all processes that share one; with the processes' own memory each has its own count.
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


@dataclass(frozen=True, slots=True)
class Usage:
    """What is left of one limit.

    Attributes:
        reset: seconds until it begins anew.
    """

    scope: str
    count: int
    seconds: int
    left: int
    reset: int


def increment(key: str, cost: int, seconds: int) -> int | None:
    """Add to a counter and return its value; None where the cache is away."""
    counters = caches["counters"]
    try:
        counters.add(key, 0, timeout=seconds + SLACK)
        return counters.incr(key, cost)
    except ValueError:  # There is no counter although one was just added.
        return None


class FixedWindowThrottle(BaseThrottle):
    """One of `settings.API_LIMITS`, counted for whoever `whose` names."""

    scope = ""

    def whose(self, request: Request) -> str:
        """Return whose requests are counted together: a token's, a person's or an address's."""
        if isinstance(request.auth, AccessToken):
            return f"token-{request.auth.pk}"
        return f"person-{request.user.pk}"

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count a request and tell whether it is within the limit."""
        most, seconds = settings.API_LIMITS[self.scope]
        window, past = divmod(time.time(), seconds)
        self.reset = math.ceil(seconds - past)  # who waits as told is never too early
        key = f"limit:{self.scope}:{self.whose(request)}:{window:.0f}"
        used = increment(key, getattr(view, "cost", 1), seconds)
        if used is None:
            return True
        left = Usage(self.scope, most, seconds, max(0, most - used), self.reset)
        request._request.META.setdefault("emotions.used", []).append(left)
        return used <= most

    def wait(self) -> float:
        """Return the seconds until it is worth trying again."""
        return self.reset


class PersonThrottle(FixedWindowThrottle):
    """Everything that a person or a token asks."""

    scope = "person"


class CaptureThrottle(FixedWindowThrottle):
    """What records captures."""

    scope = "capture"


class DetectThrottle(FixedWindowThrottle):
    """Frames."""

    scope = "detect"


class AddressThrottle(FixedWindowThrottle):
    """Requests of one address that were not let in: somebody may be guessing tokens."""

    scope = "address"

    def whose(self, request: Request) -> str:
        """Return the address, as the trusted proxy says it."""
        return str(self.get_ident(request))


def rate_limit_headers(request: Request) -> dict[str, str]:
    """Return what is left, as draft-ietf-httpapi-ratelimit-headers says it."""
    used: list[Usage] = request._request.META.get("emotions.used", [])
    if not used:
        return {}

    def told(form: Callable[[Usage], str]) -> str:
        return ", ".join(f'"{one.scope}";{form(one)}' for one in used)

    return {
        "RateLimit-Policy": told(lambda one: f"q={one.count};w={one.seconds}"),
        "RateLimit": told(lambda one: f"r={one.left};t={one.reset}"),
    }


def throttle_failed_authentication(view: APIView, request: Request) -> None:
    """Count a request that was not let in.

    Raises:
        Throttled: there were too many from its address.
    """
    limit: Any = AddressThrottle()
    if not limit.allow_request(request, view):
        view.throttled(request, limit.wait())
