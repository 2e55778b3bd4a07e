"""What is said of a face: one emotion where it is sure, else a set that holds the truth.

Conformal prediction (Angelopoulos and Bates 2023): a set is as large as photos of other people say
it has to be. Sets are adaptive (Romano et al. 2020): the likeliest emotions, until their
probabilities sum to a mass.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ml.emotions import EMOTIONS, Emotion

RIGHT = 0.9
"""How often one emotion is to be right where it is sure, and a set to hold the truth elsewhere."""

SMALLEST, LARGEST = 2, 3
"""Sizes of a set: one emotion is right too rarely where it is unsure, and four say nothing."""

NO_MASS = 0.0
"""The mass of versions that were not calibrated on photos: their sets are the two likeliest."""


def answer_set(probabilities: Sequence[float], *, unsure: bool, mass: float) -> tuple[Emotion, ...]:
    """Return what is said of a face, the likeliest emotion first.

    Args:
        probabilities: seven, in the order of `EMOTIONS`.
        mass: the card's, up to which probabilities are summed.
    """
    ranked = sorted(zip(probabilities, EMOTIONS, strict=True), key=lambda pair: -pair[0])
    if not unsure:
        size = 1
    elif ranked[0][0] + ranked[1][0] >= mass:
        size = SMALLEST
    else:
        size = LARGEST
    return tuple(emotion for _, emotion in ranked[:size])


def set_sizes(
    probabilities: NDArray[np.floating], *, unsure: NDArray[np.bool_], mass: float
) -> NDArray[np.int64]:
    """Return the sizes of the sets of n × 7 probabilities."""
    likeliest = np.sort(probabilities, axis=1)[:, ::-1]
    enough = likeliest[:, 0] + likeliest[:, 1] >= mass
    return np.where(unsure, np.where(enough, SMALLEST, LARGEST), 1)


def ranks(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return how many emotions are likelier than the label of each row."""
    own = np.take_along_axis(probabilities, labels[:, None], axis=1)
    return np.asarray((probabilities > own).sum(axis=1))


def fit_unsure_below(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Return the lowest confidence from which on answers are right nine times in ten.

    Args:
        probabilities: n × 7, of photos that nothing was fitted on.

    Returns:
        1 where even the most confident answers are right less often.
    """
    confidences = probabilities.max(axis=1)
    order = np.argsort(-confidences)
    correct = (probabilities.argmax(axis=1) == labels)[order]
    accuracies = np.cumsum(correct) / np.arange(1, len(labels) + 1)
    enough = np.flatnonzero(accuracies >= RIGHT)
    return float(confidences[order][enough[-1]]) if len(enough) else 1.0


def fit_mass(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Return the smallest mass whose sets hold the truth nine times in ten.

    Counted as in split conformal prediction, one more photo than there are. Where no set of three
    holds it as often, it is the smallest mass that no larger one improves.

    Args:
        probabilities: n × 7, of photos that it is unsure of and nothing was fitted on.
    """
    rank = ranks(probabilities, labels)
    lacking = math.ceil(RIGHT * (len(labels) + 1)) - int((rank < SMALLEST).sum())
    likeliest = np.sort(probabilities, axis=1)[:, ::-1]
    sums = np.sort((likeliest[:, 0] + likeliest[:, 1])[rank == LARGEST - 1])
    if lacking <= 0 or not len(sums):
        return NO_MASS
    return float(np.nextafter(sums[min(lacking, len(sums)) - 1], 2.0, dtype=np.float64))
