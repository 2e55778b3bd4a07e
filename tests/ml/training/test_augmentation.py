"""Augmented faces are faces still, all different, and repeatable."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.data.datasets import Dataset
from ml.training import augmentation
from ml.training.augmentation import Augmentation
from tests.ml import faces

pytestmark = pytest.mark.xdist_group("training")


@pytest.fixture
def data() -> Dataset:
    return faces.dataset(train=8, validation=0, test=0)


def changed(images: NDArray[np.uint8], seed: int = 1, degrade: float = 0.0) -> NDArray[np.float32]:
    layer = Augmentation(seed, degrade)
    return np.asarray(layer(images[..., None].astype(np.float32), training=True))


@pytest.mark.parametrize("degrade", [0, 0.5, 1])
def test_augmented_faces_stay_grey_values_and_differ(degrade: float) -> None:
    views = changed(np.stack([faces.drawn_face(3, 1)] * 20), degrade=degrade)
    assert np.isfinite(views).all()
    assert views.shape == (20, 48, 48, 1)
    assert views.min() >= 0
    assert views.max() <= 255
    assert len({view.tobytes() for view in views}) == 20


def test_nothing_is_changed_outside_training(data: Dataset) -> None:
    plain = data.images[..., None].astype(np.float32)
    assert np.array_equal(np.asarray(Augmentation(1)(plain)), plain)
    assert np.array_equal(np.asarray(Augmentation(1, degrade=1.0)(plain)), plain)


@pytest.mark.parametrize("degrade", [0, 1])
def test_a_face_stays_in_the_middle_on_average(degrade: float) -> None:
    spot = np.zeros((400, 48, 48), np.uint8)
    spot[:, 22:26, 22:26] = 255
    views = changed(spot, degrade=degrade)[..., 0]
    centre = views.mean(axis=0)
    rows, columns = np.indices(centre.shape)
    weight = centre - np.median(centre)
    weight[weight < weight.max() / 3] = 0
    assert abs((rows * weight).sum() / weight.sum() - 23.5) < 1
    assert abs((columns * weight).sum() / weight.sum() - 23.5) < 1


def test_the_same_seed_changes_the_same_way(data: Dataset) -> None:
    for degrade in (0, 0.5):
        once = changed(data.images, degrade=degrade)
        assert np.array_equal(once, changed(data.images, degrade=degrade))
        assert not np.array_equal(once, changed(data.images, seed=2, degrade=degrade))


def test_a_layer_from_before_faces_were_degraded_can_be_loaded() -> None:
    assert Augmentation.from_config({"name": "augmentation", "seed": 3}).degrade == 0
    again = Augmentation.from_config(Augmentation(3, degrade=0.4).get_config())
    assert (again.seed, again.degrade) == (3, 0.4)


def test_about_as_many_faces_are_degraded_as_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each view of a bright square has a grain or none, if nothing but noise degrades it."""
    monkeypatch.setattr(augmentation, "NOISE_PROBABILITY", 1.0)
    for name in ("BLUR", "REDUCTION", "COMPRESSION", "SHADOW", "GAMMA", "DIMMING"):
        monkeypatch.setattr(augmentation, f"{name}_PROBABILITY", 0.0)
    views = changed(np.full((600, 48, 48), 128, np.uint8), degrade=0.3)[..., 0]
    grainy = (np.diff(views, axis=2) != 0).mean(axis=(1, 2)) > 0.5
    assert grainy.mean() == pytest.approx(0.3, abs=0.06)


def test_clear_faces_are_those_that_are_degraded_then(data: Dataset) -> None:
    pixels = data.images[..., None].astype(np.float32)
    clear, degraded = Augmentation(1, degrade=1.0, with_clear=True)(pixels, training=True)
    assert np.array_equal(np.asarray(degraded), changed(data.images, degrade=1.0))
    similar = [
        np.corrcoef(a.ravel(), b.ravel())[0, 1]
        for a, b in zip(*map(np.asarray, (clear, degraded)), strict=True)
    ]
    assert np.median(similar) > 0.5
    assert not np.array_equal(np.asarray(clear), np.asarray(degraded))
