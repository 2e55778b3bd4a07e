"""Occlusion maps: which parts of a face a prediction depends on (Zeiler and Fergus 2014)."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from common.imaging.images import Pixels
from ml.emotions import EMOTIONS, Emotion
from ml.inference.predictor import Predictor

PATCH_SIDE, STRIDE = 12, 4  # pixels of the network's input
MIN_DROP = 0.1  # of the log odds; smaller drops explain nothing
EPSILON = 1e-9  # keeps logarithms finite
ACCENT = np.array([29, 100, 96], np.float32)  # red, green, blue
MAX_OPACITY = 0.8


@dataclass(frozen=True, slots=True)
class Explanation:
    """An occlusion map of one prediction.

    Attributes:
        emotion: the predicted emotion.
        probability: its probability, 0 to 1.
        drop: the largest decrease of that probability when a single patch is covered.
        heat: size × size decrease of the log odds, scaled from 0 to 1; all 0 if no single patch
            matters. Log odds are more informative than a probability that is close to 1.
    """

    emotion: Emotion
    probability: float
    drop: float
    heat: NDArray[np.float32]


def explain(predictor: Predictor, face: NDArray[np.uint8]) -> Explanation:
    """Slide a grey patch over a face and measure how much the prediction changes.

    Args:
        face: size × size grey values, as `Predictor.detect` returns them.
    """
    side = face.shape[0]
    starts = range(0, side - PATCH_SIDE + 1, STRIDE)
    covered = np.repeat(face[None], len(starts) ** 2, axis=0)
    corners = [(top, left) for top in starts for left in starts]
    for picture, (top, left) in zip(covered, corners, strict=True):
        picture[top : top + PATCH_SIDE, left : left + PATCH_SIDE] = round(float(face.mean()))
    probabilities = predictor.classify(face[None])[0]
    best = int(probabilities.argmax())
    covered_probabilities = predictor.classify(covered)
    drops = log_odds(probabilities[None], best) - log_odds(covered_probabilities, best)

    total, times = np.zeros((side, side), np.float32), np.zeros((side, side), np.float32)
    for drop, (top, left) in zip(drops, corners, strict=True):
        total[top : top + PATCH_SIDE, left : left + PATCH_SIDE] += max(0.0, float(drop))
        times[top : top + PATCH_SIDE, left : left + PATCH_SIDE] += 1
    heat = total / np.maximum(times, 1)
    heat = heat / heat.max() if drops.max() > MIN_DROP else np.zeros_like(heat)
    drop = max(0.0, float(probabilities[best] - covered_probabilities[:, best].min()))
    return Explanation(
        EMOTIONS[best], float(probabilities[best]), drop, np.asarray(heat, np.float32)
    )


def log_odds(probabilities: NDArray[np.float32], best: int) -> NDArray[np.float64]:
    """Return the n log odds of one class, for n × 7 probabilities."""
    target = probabilities[:, best].astype(np.float64)
    others = np.delete(probabilities, best, axis=1).sum(axis=1, dtype=np.float64)
    return np.asarray(np.log(np.maximum(target, EPSILON)) - np.log(np.maximum(others, EPSILON)))


def overlay(face: Pixels, heat: NDArray[np.float32]) -> Pixels:
    """Overlay a face with its heat map.

    Args:
        face: side × side RGB picture.
        heat: values from 0 to 1, of any square size.
    """
    grey = cv2.cvtColor(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    opacity = cv2.resize(heat, (face.shape[1], face.shape[0]), interpolation=cv2.INTER_CUBIC)
    opacity = MAX_OPACITY * np.clip(opacity, 0, 1)[..., None]
    return np.asarray((1 - opacity) * grey + opacity * ACCENT, np.uint8)
