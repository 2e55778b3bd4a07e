"""Deadlines that follow the pace of the machine, which may be busy with other things."""

import hashlib
import math
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

ITERATIONS = 1_000_000
IDLE_SECONDS = 0.2
"""How long the iterations take on an idle machine."""

MEASURE_EVERY = 20  # seconds
RECENT = 6
"""Measurements of which the slowest counts: a machine that was busy just now may be so again."""

Found = TypeVar("Found")

# Some tests replace those of the module `time`.
clock, sleep = time.perf_counter, time.sleep


class Pace:
    """The pace of the machine, measured anew as time passes."""

    def __init__(self) -> None:
        self.measured_at = -math.inf
        self.recent: deque[float] = deque(maxlen=RECENT)

    def measure(self) -> None:
        """Measure the pace now."""
        started = clock()
        hashlib.pbkdf2_hmac("sha256", b"pace", b"pace", ITERATIONS)
        self.measured_at = clock()
        self.recent.append((self.measured_at - started) / IDLE_SECONDS)

    def slowdown(self) -> float:
        """Return how many times longer things take than on an idle machine, which is at least 1."""
        if clock() - self.measured_at > MEASURE_EVERY:
            self.measure()
        return max(1.0, *self.recent)


machine = Pace()


def patience(seconds: float) -> float:
    """Return the timeout here for what takes less than so many seconds on an idle machine."""
    return seconds * machine.slowdown()


def wait_until(condition: Callable[[], Found], *, seconds: float = 15) -> Found:
    """Wait until a condition returns something truthy, and return that.

    Raises:
        TimeoutError: If it takes longer than `seconds`, which are those of an idle machine.
    """
    started = clock()
    while not (found := condition()):
        if clock() - started > patience(seconds):
            machine.measure()  # It may have become busy while we waited.
            if (waited := clock() - started) > patience(seconds):
                raise TimeoutError(f"Not true after {waited:.0f} s.")
        sleep(0.02)
    return found
