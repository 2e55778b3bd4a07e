"""What an answer rests on is found by covering it."""

import numpy as np
import pytest

from common.imaging import images
from ml.emotions import EMOTIONS, Emotion
from ml.inference import occlusion
from ml.inference.predictor import Predictor, bundled_predictor
from tests import pictures


class Spot(Predictor):
    """A network that is happy exactly as far as one place of a face is bright."""

    def __init__(self, top: int, left: int) -> None:
        self.place = slice(top, top + 4), slice(left, left + 4)

    def classify(self, faces: np.ndarray, output: str | None = None) -> np.ndarray:
        happy = faces[:, *self.place].mean(axis=(1, 2)) / 255
        shares = np.zeros((len(faces), len(EMOTIONS)), np.float32)
        shares[:, EMOTIONS.index(Emotion.HAPPY)] = happy
        shares[:, EMOTIONS.index(Emotion.NEUTRAL)] = 1 - happy
        return shares


@pytest.mark.parametrize(("top", "left"), [(4, 8), (24, 36), (40, 20)])
def test_the_heat_is_where_covering_costs_most(top: int, left: int) -> None:
    face = np.zeros((48, 48), np.uint8)
    face[top : top + 4, left : left + 4] = 255
    told = occlusion.explain(Spot(top, left), face)
    assert (told.emotion, told.probability) == (Emotion.HAPPY, 1)
    assert told.drop == pytest.approx(1, abs=0.02)
    hottest = np.unravel_index(told.heat.argmax(), told.heat.shape)
    assert abs(hottest[0] - top) < occlusion.PATCH_SIDE
    assert abs(hottest[1] - left) < occlusion.PATCH_SIDE
    assert told.heat.min() == 0
    assert told.heat.max() == 1


def test_where_no_place_matters_nothing_is_hot() -> None:
    told = occlusion.explain(Spot(0, 0), np.full((48, 48), 128, np.uint8))
    assert not told.heat.any()


def test_the_shipped_network_reads_a_smile_at_the_mouth() -> None:
    pixels = images.read_image(pictures.astronaut_jpeg())
    _, (face,) = bundled_predictor().detect(pixels)
    told = occlusion.explain(bundled_predictor(), face)
    assert told.emotion == Emotion.HAPPY
    rows = told.heat.mean(axis=1)
    assert rows[28:].mean() > rows[:14].mean()


def test_the_overlay_colours_only_what_is_hot() -> None:
    face = np.full((96, 96, 3), 200, np.uint8)
    heat = np.zeros((48, 48), np.float32)
    heat[24:] = 1
    shown = occlusion.overlay(face, heat)
    assert (shown[:40] == 200).all()
    assert shown[70, 50].tolist() != [200, 200, 200]
