"""Which parts of a face an answer rests on, found by covering them (Zeiler and Fergus 2014)."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from common.imaging.images import Pixels
from ml.emotions import EMOTIONS, Emotion
from ml.inference.predictor import Predictor

PATCH, STEP = 12, 4  # pixels of a face as the network sees it
NOTHING = 0.1  # of the log odds; a drop that small explains nothing
LEAST = 1e-9  # probability, so that its logarithm is a number
ACCENT = np.array([29, 100, 96], np.float32)  # red, green, blue
DEEPEST = 0.8  # of the colour where covering costs most


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a face was read as it was.

    Attributes:
        emotion: the answer that is explained.
        probability: of that emotion.
        drop: the most probability that covering one place costs.
        heat: size × size, from 0 where covering costs nothing to 1 where it costs most of the
            answer's log odds, which tell more than its probability where that is nearly 1; all 0
            where no single place matters.
    """

    emotion: Emotion
    probability: float
    drop: float
    heat: NDArray[np.float32]


def explain(predictor: Predictor, face: NDArray[np.uint8]) -> Explanation:
    """Cover each place of a face with grey and see how much of the answer is left.

    Args:
        face: size × size grey values, as `Predictor.detect` returns them.
    """
    side = face.shape[0]
    starts = range(0, side - PATCH + 1, STEP)
    covered = np.repeat(face[None], len(starts) ** 2, axis=0)
    places = [(top, start) for top in starts for start in starts]
    for picture, (top, start) in zip(covered, places, strict=True):
        picture[top : top + PATCH, start : start + PATCH] = round(float(face.mean()))
    shares = predictor.classify(face[None])[0]
    best = int(shares.argmax())
    left = predictor.classify(covered)
    drops = log_odds(shares[None], best) - log_odds(left, best)

    total, times = np.zeros((side, side), np.float32), np.zeros((side, side), np.float32)
    for drop, (top, start) in zip(drops, places, strict=True):
        total[top : top + PATCH, start : start + PATCH] += max(0.0, float(drop))
        times[top : top + PATCH, start : start + PATCH] += 1
    heat = total / np.maximum(times, 1)
    heat = heat / heat.max() if drops.max() > NOTHING else np.zeros_like(heat)
    drop = max(0.0, float(shares[best] - left[:, best].min()))
    return Explanation(EMOTIONS[best], float(shares[best]), drop, np.asarray(heat, np.float32))


def log_odds(shares: NDArray[np.float32], best: int) -> NDArray[np.float64]:
    """Return the log odds of one of seven, n for n × 7 probabilities."""
    wanted = shares[:, best].astype(np.float64)
    others = np.delete(shares, best, axis=1).sum(axis=1, dtype=np.float64)
    return np.asarray(np.log(np.maximum(wanted, LEAST)) - np.log(np.maximum(others, LEAST)))


def overlay(face: Pixels, heat: NDArray[np.float32]) -> Pixels:
    """Return a picture of a face with its heat laid over it.

    Args:
        face: side × side RGB.
        heat: from 0 to 1, of any square size.
    """
    grey = cv2.cvtColor(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    strength = cv2.resize(heat, (face.shape[1], face.shape[0]), interpolation=cv2.INTER_CUBIC)
    strength = DEEPEST * np.clip(strength, 0, 1)[..., None]
    return np.asarray((1 - strength) * grey + strength * ACCENT, np.uint8)
