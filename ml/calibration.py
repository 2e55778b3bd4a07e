"""How far a probability can be believed: temperature, calibration error, and when to be unsure."""

import numpy as np
from numpy.typing import NDArray

BINS = 15
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
    bins = np.clip(np.ceil(confidences * BINS).astype(int) - 1, 0, BINS - 1)
    gaps = [
        abs(float(correct[bins == number].mean() - confidences[bins == number].mean()))
        * float((bins == number).mean())
        for number in np.unique(bins)
    ]
    return float(sum(gaps))


def unsure_threshold(probabilities: NDArray[np.floating]) -> float:
    """Return the confidence below which a face is unsure, so that 80 % are answered."""
    return float(np.quantile(probabilities.max(axis=1), 1 - ANSWERED))


def perfect_calibration_band(
    probabilities: NDArray[np.floating], *, seed: int = 1, draws: int = 1000
) -> tuple[float, float]:
    """Return the central 95 % of the errors that a perfectly calibrated network would show.

    Even such a network has an error above 0 on a finite number of faces. Its answers are drawn to
    be right as often as these confidences say (consistency resampling, Bröcker and Smith 2007).
    """
    confidences = probabilities.max(axis=1)
    bins = np.clip(np.ceil(confidences * BINS).astype(int) - 1, 0, BINS - 1)
    members = np.eye(BINS)[bins]
    random = np.random.default_rng(seed)
    errors = [
        np.abs(((random.random(len(bins)) < confidences) - confidences) @ members).sum() / len(bins)
        for _ in range(draws)
    ]
    low, high = np.percentile(errors, (2.5, 97.5))
    return float(low), float(high)
