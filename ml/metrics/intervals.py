"""Confidence intervals: Wilson's for a proportion, and the bootstrap for other metrics."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.emotions import EMOTIONS

CENTRAL_95 = (2.5, 97.5)  # percentiles
DRAWS = 1000
Z = 1.959964  # 97.5 % quantile of the standard normal distribution

Interval = list[float] | None
"""Lower and upper end of a 95 % interval; None without observations."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """95 % intervals of the metrics of one set of predictions.

    Attributes:
        precision, recall: of each emotion; None if it was never predicted, or never true.
    """

    accuracy: Interval
    macro_f1: Interval
    precision: list[Interval]
    recall: list[Interval]


def bootstrap_intervals(
    truth: NDArray[np.integer], predictions: NDArray[np.integer], *, seed: int = 1
) -> Intervals:
    """Return bootstrap intervals over faces (Efron and Tibshirani 1993).

    An interval collapses to a point if every prediction is correct, or none is. This says nothing
    about the accuracy on other faces.

    Args:
        truth: n indices into `EMOTIONS`, at least one.
        predictions: n indices; 7 for no prediction.
    """
    table = np.zeros((len(EMOTIONS), len(EMOTIONS) + 1))
    np.add.at(table, (truth, predictions), 1)
    # Drawing n faces with replacement is the same as drawing n cells of this table.
    shares = table.ravel() / len(truth)
    draws = np.random.default_rng(seed).multinomial(len(truth), shares, DRAWS)
    tables = draws.reshape(DRAWS, *table.shape)
    correct = np.diagonal(tables, axis1=1, axis2=2)
    true, predicted = tables.sum(axis=2), tables.sum(axis=1)[:, : len(EMOTIONS)]
    f1 = 2 * correct / np.maximum(true + predicted, 1)
    return Intervals(
        accuracy=percentile_interval(correct.sum(axis=1) / len(truth)),
        macro_f1=percentile_interval(f1.mean(axis=1)),
        precision=ratio_intervals(correct, predicted),
        recall=ratio_intervals(correct, true),
    )


def ratio_intervals(
    numerators: NDArray[np.integer], denominators: NDArray[np.integer]
) -> list[Interval]:
    """Return the interval of the ratio in each column, over the rows whose denominator is not 0."""
    return [
        percentile_interval(numerator[denominator > 0] / denominator[denominator > 0])
        for numerator, denominator in zip(numerators.T, denominators.T, strict=True)
    ]


def wilson_interval(hits: int, of: int) -> Interval:
    """Return the 95 % interval of a proportion (Wilson 1927), within 0 to 1.

    Args:
        hits: number of successes, at most `of`.
        of: number of trials.
    """
    if not of:
        return None
    share, spread = hits / of, Z * Z / of
    centre = share + spread / 2
    half_width = Z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    low, high = ((centre + sign * half_width) / (1 + spread) for sign in (-1, 1))
    return [max(0.0, low), min(1.0, high)]


class ResampledGroups:
    """Bootstrap samples of whole groups, such as the photos of a person, for shares of their rows.

    Photos of one person are alike: sampling them one by one would make intervals too narrow.
    """

    def __init__(self, groups: NDArray[Any], *, seed: int = 1) -> None:
        """Draw the samples.

        Args:
            groups: n names of groups, one of each row.
        """
        unique, self._rows = np.unique(groups, return_inverse=True)
        chances = np.full(len(unique), 1 / len(unique))
        times = np.random.default_rng(seed).multinomial(len(unique), chances, DRAWS)
        self._times: NDArray[np.int64] = times[:, self._rows]

    def interval(self, hits: NDArray[np.bool_], *of: NDArray[np.bool_]) -> Interval:
        """Return the interval of the share of hits among the rows that a mask selects.

        Where all of these are hits, or none is, every sample says the same. It is Wilson's interval
        then, with groups as trials.

        Args:
            of: the mask; of several, the interval is that of the mean of their shares.
        """
        rows = np.any(of, axis=0)
        if rows.any() and len(np.unique(hits[rows])) == 1:
            groups = len(np.unique(self._rows[rows]))
            return wilson_interval(groups if hits[rows].all() else 0, groups)
        drawn = [self._times[:, mask].sum(axis=1) for mask in of]
        usable = np.all(drawn, axis=0)
        shares = [
            self._times[usable][:, hits & mask].sum(axis=1) / count[usable]
            for mask, count in zip(of, drawn, strict=True)
        ]
        return percentile_interval(np.mean(shares, axis=0))


def percentile_interval(values: NDArray[np.floating]) -> Interval:
    """Return the interval that contains the central 95 % of the values."""
    if not len(values):
        return None
    low, high = np.percentile(values, CENTRAL_95)
    return [float(low), float(high)]
