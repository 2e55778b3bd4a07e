"""Augmented faces are faces still, all different, and repeatable."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.data.datasets import Dataset
from ml.training.augmentation import Augmentation
from tests.ml import faces

pytestmark = pytest.mark.xdist_group("training")


@pytest.fixture
def data() -> Dataset:
    return faces.dataset(train=8, validation=0, test=0)


def changed(images: NDArray[np.uint8], seed: int = 1) -> NDArray[np.float32]:
    return np.asarray(Augmentation(seed)(images[..., None].astype(np.float32), training=True))


def test_augmented_faces_stay_grey_values_and_differ() -> None:
    views = changed(np.stack([faces.drawn_face(3, 1)] * 20))
    assert views.shape == (20, 48, 48, 1)
    assert views.min() >= 0
    assert views.max() <= 255
    assert len({view.tobytes() for view in views}) == 20


def test_nothing_is_changed_outside_training(data: Dataset) -> None:
    plain = data.images[..., None].astype(np.float32)
    assert np.array_equal(np.asarray(Augmentation(1)(plain)), plain)


def test_a_face_stays_in_the_middle_on_average() -> None:
    spot = np.zeros((400, 48, 48), np.uint8)
    spot[:, 22:26, 22:26] = 255
    views = changed(spot)[..., 0]
    centre = views.mean(axis=0)
    rows, columns = np.indices(centre.shape)
    weight = centre - np.median(centre)
    weight[weight < weight.max() / 3] = 0
    assert abs((rows * weight).sum() / weight.sum() - 23.5) < 1
    assert abs((columns * weight).sum() / weight.sum() - 23.5) < 1


def test_the_same_seed_changes_the_same_way(data: Dataset) -> None:
    assert np.array_equal(changed(data.images), changed(data.images))
    assert not np.array_equal(changed(data.images), changed(data.images, seed=2))
