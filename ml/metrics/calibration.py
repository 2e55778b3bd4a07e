"""How far a probability can be believed: temperature, calibration error, and when to be unsure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15
CENTRAL = (2.5, 97.5)  # per cent, between which 95 % lie
ANSWERED = 0.8  # share of the faces that get an answer, the others are called unsure
TEMPERATURES = np.geomspace(0.3, 3, 461)


def fit_temperature(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Return the temperature that makes `labels` most likely (Guo et al. 2017).

    Args:
        probabilities: n × 7 shares at temperature 1, of faces that the network was not fitted to.
        labels: n indices.
    """
    logits = np.log(np.clip(probabilities, 1e-12, 1))
    losses = [
        negative_log_likelihood(tempered(logits, temperature), labels)
        for temperature in TEMPERATURES
    ]
    return float(TEMPERATURES[int(np.argmin(losses))])


def tempered(logits: NDArray[np.floating], temperature: float) -> NDArray[np.floating]:
    """Return the softmax of logits that were divided by `temperature`."""
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def negative_log_likelihood(
    probabilities: NDArray[np.floating], labels: NDArray[np.integer]
) -> float:
    """Return the mean surprise at the labels, in nats."""
    given = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.clip(given, 1e-12, 1)).mean())


def expected_calibration_error(
    probabilities: NDArray[np.floating], labels: NDArray[np.integer]
) -> float:
    """Return by how much confidence and accuracy differ, 0 to 1, over 15 equal bins.

    Naeini et al. 2015, as used by Guo et al. 2017.
    """
    confidences = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    places = bins(confidences)
    gaps = np.bincount(places, weights=correct - confidences, minlength=BINS)
    return float(np.abs(gaps).sum() / len(labels))


def unsure_threshold(probabilities: NDArray[np.floating]) -> float:
    """Return the confidence below which a face is unsure, so that 80 % are answered."""
    return float(np.quantile(probabilities.max(axis=1), 1 - ANSWERED))


def perfect_calibration_band(
    probabilities: NDArray[np.floating], *, seed: int = 1, draws: int = 1000
) -> tuple[float, float]:
    """Return the central 95 % of the errors that a perfectly calibrated network would show.

    Even such a network has an error above 0 on a finite number of faces (Vaicenavicius et al.
    2019).
    """
    confidences = probabilities.max(axis=1)
    expected = np.bincount(bins(confidences), weights=confidences, minlength=BINS)
    gaps = np.abs(drawn_right(confidences, seed=seed, draws=draws) - expected)
    low, high = np.percentile(gaps.sum(axis=1) / len(confidences), CENTRAL)
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose confidence falls between two fifteenths.

    Attributes:
        start: the fifteenth where it begins, 0 to 1.
        count: how many answers there are, at least one.
        confidence: their mean confidence, 0 to 1.
        accuracy: the share of them that is right.
        low, high: between which the accuracy of a perfectly calibrated network lies in 95 of 100
            cases.
    """

    start: float
    count: int
    confidence: float
    accuracy: float
    low: float
    high: float


def reliability(
    probabilities: NDArray[np.floating],
    labels: NDArray[np.integer],
    *,
    seed: int = 1,
    draws: int = 1000,
) -> list[Bin]:
    """Return the bins that hold answers, the least confident first."""
    confidences = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    places = bins(confidences)
    counts = np.bincount(places, minlength=BINS)
    right = np.bincount(places, weights=correct, minlength=BINS)
    expected = np.bincount(places, weights=confidences, minlength=BINS)
    low, high = np.percentile(drawn_right(confidences, seed=seed, draws=draws), CENTRAL, axis=0)
    return [
        Bin(
            start=place / BINS,
            count=int(count),
            confidence=float(expected[place] / count),
            accuracy=float(right[place] / count),
            low=float(low[place] / count),
            high=float(high[place] / count),
        )
        for place, count in enumerate(counts)
        if count
    ]


def bins(confidences: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return in which of the 15 equal bins each confidence lies; each holds its upper end."""
    return np.clip(np.ceil(confidences * BINS).astype(np.int64) - 1, 0, BINS - 1)


def drawn_right(confidences: NDArray[np.floating], *, seed: int, draws: int) -> NDArray[np.float64]:
    """Draw how many answers in each bin a perfectly calibrated network has right, draws × 15.

    Its answers are right as often as their confidences say (consistency resampling, Bröcker and
    Smith 2007).
    """
    random, places = np.random.default_rng(seed), bins(confidences)
    return np.array(
        [
            np.bincount(places, random.random(len(places)) < confidences, minlength=BINS)
            for _ in range(draws)
        ]
    )
