"""What may be told of many people together, and only of many."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from ml.metrics.intervals import Interval, wilson

ENOUGH_PEOPLE = 10
"""Of fewer nothing is told."""


def enough(people: Collection[int]) -> bool:
    """Tell whether something may be told of these people, by their numbers."""
    return len(set(people)) >= ENOUGH_PEOPLE


@dataclass(frozen=True, slots=True)
class Share:
    """A share of something, 0 to 1, and between what it lies by 95 %."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """The share itself."""
        return self.hits / self.of

    @property
    def interval(self) -> Interval:
        """Between what it lies: Wilson's interval."""
        return wilson(self.hits, self.of)

    @property
    def percent(self) -> int:
        """The share, in whole per cent."""
        return round(100 * self.share)

    @property
    def percents(self) -> tuple[int, int]:
        """The ends of its interval, in whole per cent."""
        low, high = self.interval or (0.0, 1.0)
        return round(100 * low), round(100 * high)


def share_of(hits: Sequence[bool], people: Collection[int]) -> Share | None:
    """Return how often something was so; None where it is about too few people."""
    return Share(sum(hits), len(hits)) if hits and enough(people) else None


@dataclass(frozen=True, slots=True)
class Latency:
    """How long a network takes for a face, in milliseconds: half are faster, 95 of 100 are."""

    median: float
    slow: float


def latency_of(milliseconds: Sequence[float], people: Collection[int]) -> Latency | None:
    """Return how long it took; None where it is about too few people."""
    if not milliseconds or not enough(people):
        return None
    median, slow = np.percentile(milliseconds, [50, 95])
    return Latency(round(float(median), 1), round(float(slow), 1))
