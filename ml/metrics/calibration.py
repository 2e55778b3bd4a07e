"""Calibration: temperature scaling, calibration error, reliability, and when to be unsure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.metrics.intervals import CENTRAL_95

BINS = 15
COVERAGE = 0.8  # share of the faces that get a confident answer
TEMPERATURES = np.geomspace(0.3, 3, 461)


def fit_temperature(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Return the temperature with the lowest negative log-likelihood (Guo et al. 2017).

    Args:
        probabilities: n × 7 probabilities at temperature 1, of faces that were not trained on.
        labels: n true indices.
    """
    logits = np.log(np.clip(probabilities, 1e-12, 1))
    losses = [
        negative_log_likelihood(tempered_softmax(logits, temperature), labels)
        for temperature in TEMPERATURES
    ]
    return float(TEMPERATURES[int(np.argmin(losses))])


def tempered_softmax(logits: NDArray[np.floating], temperature: float) -> NDArray[np.floating]:
    """Return the softmax of the logits divided by `temperature`."""
    scaled = logits / temperature
    exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def negative_log_likelihood(
    probabilities: NDArray[np.floating], labels: NDArray[np.integer]
) -> float:
    """Return the mean negative log-likelihood of the labels, in nats."""
    likelihoods = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.clip(likelihoods, 1e-12, 1)).mean())


def expected_calibration_error(
    probabilities: NDArray[np.floating], labels: NDArray[np.integer]
) -> float:
    """Return the mean gap between confidence and accuracy over 15 equal bins, 0 to 1.

    Naeini et al. 2015, as used by Guo et al. 2017.
    """
    confidences = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    indices = bin_indices(confidences)
    gaps = np.bincount(indices, weights=correct - confidences, minlength=BINS)
    return float(np.abs(gaps).sum() / len(labels))


def unsure_threshold(probabilities: NDArray[np.floating]) -> float:
    """Return the confidence below which a prediction is unsure, so that `COVERAGE` are not."""
    return float(np.quantile(probabilities.max(axis=1), 1 - COVERAGE))


def perfect_calibration_band(
    probabilities: NDArray[np.floating], *, seed: int = 1, draws: int = 1000
) -> tuple[float, float]:
    """Return the 95 % interval of the calibration error of a perfectly calibrated network.

    On a finite number of faces even such a network has an error above 0 (Vaicenavicius et al.
    2019).
    """
    confidences = probabilities.max(axis=1)
    expected = np.bincount(bin_indices(confidences), weights=confidences, minlength=BINS)
    gaps = np.abs(draw_correct_counts(confidences, seed=seed, draws=draws) - expected)
    low, high = np.percentile(gaps.sum(axis=1) / len(confidences), CENTRAL_95)
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of a reliability diagram.

    Attributes:
        start: lower edge of the bin, 0 to 1.
        count: number of predictions in it, at least 1.
        confidence: their mean confidence, 0 to 1.
        accuracy: share of them that are correct, 0 to 1.
        low, high: 95 % interval of the accuracy of a perfectly calibrated network.
    """

    start: float
    count: int
    confidence: float
    accuracy: float
    low: float
    high: float


def reliability_bins(
    probabilities: NDArray[np.floating],
    labels: NDArray[np.integer],
    *,
    seed: int = 1,
    draws: int = 1000,
) -> list[Bin]:
    """Return the bins that are not empty, the least confident first."""
    confidences = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    indices = bin_indices(confidences)
    counts = np.bincount(indices, minlength=BINS)
    correct_counts = np.bincount(indices, weights=correct, minlength=BINS)
    expected = np.bincount(indices, weights=confidences, minlength=BINS)
    low, high = np.percentile(
        draw_correct_counts(confidences, seed=seed, draws=draws), CENTRAL_95, axis=0
    )
    return [
        Bin(
            start=index / BINS,
            count=int(count),
            confidence=float(expected[index] / count),
            accuracy=float(correct_counts[index] / count),
            low=float(low[index] / count),
            high=float(high[index] / count),
        )
        for index, count in enumerate(counts)
        if count
    ]


def bin_indices(confidences: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return the index of the bin of each confidence; bins include their upper edge."""
    return np.clip(np.ceil(confidences * BINS).astype(np.int64) - 1, 0, BINS - 1)


def draw_correct_counts(
    confidences: NDArray[np.floating], *, seed: int, draws: int
) -> NDArray[np.float64]:
    """Simulate the correct predictions of a perfectly calibrated network: draws × 15 counts.

    Each prediction is correct with the probability of its confidence (consistency resampling,
    Bröcker and Smith 2007).
    """
    random, indices = np.random.default_rng(seed), bin_indices(confidences)
    return np.array(
        [
            np.bincount(indices, random.random(len(indices)) < confidences, minlength=BINS)
            for _ in range(draws)
        ]
    )
