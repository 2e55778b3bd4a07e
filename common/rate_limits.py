"""Rate limits of the site, for pages and the API.

Requests are counted in fixed windows by an atomic counter of the cache, so limits are exact across
all processes that share a cache; with a cache in memory each process counts for itself.
"""

import math
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches

SLACK = 5  # seconds that a counter outlives its window


@dataclass(frozen=True, slots=True)
class Usage:
    """The state of one limit after a request.

    Attributes:
        limit: its name in `settings.RATE_LIMITS`.
        count: requests allowed in a window.
        seconds: length of the window.
        used: requests in it so far, refused ones too.
        reset: seconds until the next one begins, rounded up so that nobody comes back too early.
    """

    limit: str
    count: int
    seconds: int
    used: int
    reset: int

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
    window, past = divmod(time.time(), seconds)
    used = increment(f"limit:{limit}:{key}:{window:.0f}", cost, seconds)
    if used is None:
        return None
    return Usage(limit, count, seconds, used, math.ceil(seconds - past))


def increment(key: str, cost: int, seconds: int) -> int | None:
    """Add to a counter and return its value, or None if the cache is unavailable."""
    counters = caches["counters"]
    try:
        counters.add(key, 0, timeout=seconds + SLACK)
        return counters.incr(key, cost)
    except ValueError:  # There is no counter although one was just added.
        return None
