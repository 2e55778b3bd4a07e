"""Rate limits of the site, for pages and the API.

Requests are counted in fixed windows by an atomic counter of the cache, so limits are exact across
all processes that share a cache; with a cache in memory each process counts for itself.
"""

import math
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest

SLACK = 5  # seconds that a counter outlives its window
USAGES_KEY = "common.rate_limits.usages"
"""Where `request.META` holds what `note_usage` notes."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The state of one limit after a request.

    Attributes:
        limit: its name in `settings.RATE_LIMITS`.
        count: requests allowed in a window.
        seconds: length of the window.
        used: requests in it so far, refused ones too.
        ends_at: when the next one begins, in seconds since 1970.
    """

    limit: str
    count: int
    seconds: int
    used: int
    ends_at: float

    @property
    def reset(self) -> int:
        """Seconds until the next window, rounded up so that nobody comes back too early."""
        return max(0, math.ceil(self.ends_at - time.time()))

    @property
    def left(self) -> int:
        """The requests left in the window."""
        return max(0, self.count - self.used)

    @property
    def is_exceeded(self) -> bool:
        return self.used > self.count


def count_request(limit: str, key: str, *, cost: int = 1) -> Usage | None:
    """Count a request by a limit; None where the cache is unavailable.

    Args:
        limit: one of `settings.RATE_LIMITS`.
        key: whose request it is.
        cost: how many requests it counts for.
    """
    count, seconds = settings.RATE_LIMITS[limit]
    window = time.time() // seconds
    used = increment(f"limit:{limit}:{key}:{window:.0f}", cost, seconds)
    if used is None:
        return None
    return Usage(limit, count, seconds, used, ends_at=(window + 1) * seconds)


def note_usage(request: HttpRequest, usage: Usage) -> None:
    """Note with a request that a limit has counted it."""
    request.META.setdefault(USAGES_KEY, []).append(usage)


def usages_of(request: HttpRequest) -> list[Usage]:
    """Return what the limits that counted a request said of it."""
    usages: list[Usage] = request.META.get(USAGES_KEY, [])
    return usages


def increment(key: str, cost: int, seconds: int) -> int | None:
    """Add to a counter and return its value, or None if the cache is unavailable."""
    counters = caches["counters"]
    try:
        counters.add(key, 0, timeout=seconds + SLACK)
        return counters.incr(key, cost)
    except ValueError:  # There is no counter although one was just added.
        return None
