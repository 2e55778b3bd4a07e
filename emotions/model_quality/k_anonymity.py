"""Statistics that are only given for groups of at least ten people (k-anonymity)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from ml.metrics.intervals import Interval, wilson_interval

MIN_PEOPLE = 10


def has_enough_people(owner_ids: Collection[int]) -> bool:
    return len(set(owner_ids)) >= MIN_PEOPLE


@dataclass(frozen=True, slots=True)
class Share:
    """A share, from 0 to 1, of a number of observations."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        return self.hits / self.of

    @property
    def interval(self) -> Interval:
        """Its 95 % confidence interval (Wilson)."""
        return wilson_interval(self.hits, self.of)

    @property
    def percent(self) -> int:
        return round(100 * self.share)

    @property
    def percent_interval(self) -> tuple[int, int]:
        """The ends of its confidence interval, in whole per cent."""
        low, high = self.interval or (0.0, 1.0)
        return round(100 * low), round(100 * high)


def anonymous_share(hits: Sequence[bool], owner_ids: Collection[int]) -> Share | None:
    """Return the share of hits; None where too few people are behind them."""
    return Share(sum(hits), len(hits)) if hits and has_enough_people(owner_ids) else None


@dataclass(frozen=True, slots=True)
class Latency:
    """How long a network takes for a face, in milliseconds.

    Attributes:
        median: half of the faces are faster.
        slow: the 95th percentile.
    """

    median: float
    slow: float


def anonymous_latency(milliseconds: Sequence[float], owner_ids: Collection[int]) -> Latency | None:
    """Return the latency over these faces; None where too few people are behind them."""
    if not milliseconds or not has_enough_people(owner_ids):
        return None
    median, slow = np.percentile(milliseconds, [50, 95])
    return Latency(round(float(median), 1), round(float(slow), 1))
