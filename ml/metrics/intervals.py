"""Between what a measured share may lie: Wilson's interval, and bootstraps of more figures."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.emotions import EMOTIONS
from ml.metrics.calibration import CENTRAL

DRAWS = 1000
Z = 1.959964  # of the standard normal distribution, at 97.5 %

Interval = list[float] | None
"""The ends of the central 95 %; None where nothing can be said."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """95 % intervals of the figures about one set of answers.

    Attributes:
        precision, recall: of each emotion; None where it was never answered, or never the truth.
    """

    accuracy: Interval
    macro_f1: Interval
    precision: list[Interval]
    recall: list[Interval]


def intervals(
    truth: NDArray[np.integer], answers: NDArray[np.integer], *, seed: int = 1
) -> Intervals:
    """Measure on faces drawn with replacement, again and again (Efron and Tibshirani 1993).

    Where every answer is right, or none is, an interval shrinks to a point: that only means that
    such a set of faces cannot tell.

    Args:
        truth: n indices into `EMOTIONS`, at least one.
        answers: n indices; 7 where there is no answer.
    """
    table = np.zeros((len(EMOTIONS), len(EMOTIONS) + 1))
    np.add.at(table, (truth, answers), 1)
    # Drawing n faces with replacement is drawing n cells of this table.
    chances = table.ravel() / len(truth)
    draws = np.random.default_rng(seed).multinomial(len(truth), chances, DRAWS)
    tables = draws.reshape(DRAWS, *table.shape)
    right = np.diagonal(tables, axis1=1, axis2=2)
    true, answered = tables.sum(axis=2), tables.sum(axis=1)[:, : len(EMOTIONS)]
    f1 = 2 * right / np.maximum(true + answered, 1)
    return Intervals(
        accuracy=central(right.sum(axis=1) / len(truth)),
        macro_f1=central(f1.mean(axis=1)),
        precision=[central(right[of > 0, i] / of[of > 0]) for i, of in enumerate(answered.T)],
        recall=[central(right[of > 0, i] / of[of > 0]) for i, of in enumerate(true.T)],
    )


def wilson(hits: int, of: int) -> Interval:
    """Return between what a share lies by 95 % (Wilson 1927), from 0 to 1; None of nothing.

    Args:
        hits: how many of them, at most `of`.
        of: how many there are.
    """
    if not of:
        return None
    share, spread = hits / of, Z * Z / of
    middle = share + spread / 2
    reach = Z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    low, high = ((middle + sign * reach) / (1 + spread) for sign in (-1, 1))
    return [max(0.0, low), min(1.0, high)]


def central(values: NDArray[np.floating]) -> Interval:
    """Return between which two values the central 95 % lie, or None where there are none."""
    if not len(values):
        return None
    low, high = np.percentile(values, CENTRAL)
    return [float(low), float(high)]
