"""Deadlines that follow the pace of the machine, which may be busy with other things."""

import hashlib
import time
from collections.abc import Callable
from functools import cache
from typing import TypeVar

ITERATIONS = 1_000_000
IDLE_SECONDS = 0.2
"""How long the iterations take on an idle machine."""

Found = TypeVar("Found")


@cache
def slowdown() -> float:
    """Return how many times longer things take than on an idle machine, which is at least 1."""
    started = time.monotonic()
    hashlib.pbkdf2_hmac("sha256", b"pace", b"pace", ITERATIONS)
    return max(1.0, (time.monotonic() - started) / IDLE_SECONDS)


def patience(seconds: float) -> float:
    """Return the timeout here for what takes less than so many seconds on an idle machine."""
    return seconds * slowdown()


def wait_until(condition: Callable[[], Found], *, seconds: float = 15) -> Found:
    """Wait until a condition returns something truthy, and return that.

    Raises:
        TimeoutError: If it takes longer than `seconds`, which are those of an idle machine.
    """
    deadline = time.monotonic() + patience(seconds)
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not true after {patience(seconds):.0f} s.")
        time.sleep(0.02)
    return found
