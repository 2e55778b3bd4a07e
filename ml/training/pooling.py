"""The output that people see, made of both outputs that were trained."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.emotions import EMOTIONS
from ml.metrics.calibration import fit_temperature, tempered_softmax

SMALLEST_PROBABILITY = 1e-7
CROWD_WEIGHTS = np.linspace(0, 1, 21)
PRIOR_SHARES = np.linspace(0, 1, 11)
TEMPERATURES = np.geomspace(0.5, 2.5, 9)

Probabilities = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Pooling:
    """A geometric mean of both outputs with a share of the labels' prior taken back.

    softmax((w log crowd + (1 - w) log folder - b log prior) / T). Dividing by a prior is the logit
    adjustment of Menon et al. 2021; `crowd` keeps its own, as people meet faces about as often as
    the web shows them, but FER2013 searched for each emotion by keyword.

    Attributes:
        crowd_weight: w, of `crowd` in the mean, 0 to 1.
        prior_share: b, the share of the prior that is taken back, 0 to 1.
        temperature: T; above 1 it lowers the confidence.
        prior: seven numbers, how often each emotion is among the labels that `folder` learned from.
    """

    crowd_weight: float
    prior_share: float
    temperature: float
    prior: tuple[float, ...]

    @property
    def offsets(self) -> NDArray[np.float64]:
        """What is added to each emotion's mean logarithm."""
        return -self.prior_share * np.log(self.prior)

    def pool(self, crowd: Probabilities, folder: Probabilities) -> Probabilities:
        """Return n × 7 probabilities from those of both outputs."""
        return tempered_softmax(self.logits(crowd, folder), self.temperature)

    def logits(self, crowd: Probabilities, folder: Probabilities) -> Probabilities:
        """Return n × 7 logits at temperature 1."""
        crowd, folder = (
            np.log(np.maximum(output.astype(np.float64), SMALLEST_PROBABILITY))
            for output in (crowd, folder)
        )
        return self.crowd_weight * crowd + (1 - self.crowd_weight) * folder + self.offsets


def fit_pooling(
    crowd: Probabilities,
    folder: Probabilities,
    labels: NDArray[np.integer],
    prior: tuple[float, ...],
) -> Pooling:
    """Fit the three numbers of a pooling on labelled photos.

    Weight and share are those with the lowest Brier score at their best temperature, which a label
    that one person chose wrongly moves less than it moves the likelihood. The temperature is then
    that of the highest likelihood (Guo et al. 2017).
    """
    truth = np.eye(len(EMOTIONS))[labels]

    def brier_score(pooling: Pooling) -> float:
        scaled = pooling.logits(crowd, folder) / TEMPERATURES[:, None, None]
        exponentials = np.exp(scaled - scaled.max(axis=2, keepdims=True))
        probabilities = exponentials / exponentials.sum(axis=2, keepdims=True)
        return float(((probabilities - truth) ** 2).sum(axis=2).mean(axis=1).min())

    best = min(
        (
            Pooling(float(weight), float(share), 1.0, prior)
            for weight in CROWD_WEIGHTS
            for share in PRIOR_SHARES
        ),
        key=brier_score,
    )
    temperature = fit_temperature(best.pool(crowd, folder), labels)
    return Pooling(best.crowd_weight, best.prior_share, temperature, prior)
