"""Augmented faces are faces still, all different, and repeatable."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.data.datasets import Dataset
from ml.training.augmentation import Augmentation, Batches, examples
from tests.ml import faces

pytestmark = pytest.mark.xdist_group("training")


def changed(images: NDArray[np.uint8], seed: int = 1) -> NDArray[np.float32]:
    return np.asarray(Augmentation(seed)(images[..., None].astype(np.float32), training=True))


@pytest.fixture
def data() -> Dataset:
    return faces.dataset(train=8, validation=0, test=0)


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


def test_batches_depend_on_seed_and_epoch_alone(data: Dataset) -> None:
    def batches(**options: int) -> bytes:
        batches = Batches(data, ("folder",), **{"batch_size": 8, "seed": 1} | options)
        return b"".join(batches[index][0].tobytes() for index in range(len(batches)))

    assert batches() == batches()
    assert batches() != batches(seed=2)
    assert batches() != batches(first_epoch=1)
    moved_on = Batches(data, ("folder",), batch_size=8, seed=1)
    moved_on.on_epoch_end()
    assert moved_on[0][0].tobytes() == batches(first_epoch=1)[: moved_on[0][0].nbytes]


def test_an_epoch_shows_every_face_once(data: Dataset) -> None:
    batches = Batches(data, ("folder",), batch_size=8, seed=1)
    shown = {face.tobytes() for index in range(len(batches)) for face in batches[index][0]}
    assert shown == {face.tobytes() for face in data.images}


def test_votes_are_soft_targets_and_faces_without_them_do_not_count(data: Dataset) -> None:
    votes = np.zeros((len(data), 10), np.uint8)
    votes[0, [3, 4]] = 6, 2  # six say happy, two neutral
    votes[1, [3, 9]] = 2, 8  # most say that it is no face
    targets, weights = examples(replace(data, votes=votes), ("crowd", "folder"))
    assert targets["crowd"][0].tolist() == [0, 0, 0, 0.75, 0.25, 0, 0]
    assert weights["crowd"][:3].tolist() == [1, 0, 0]
    assert weights["folder"].tolist() == [1] * len(data)
    assert examples(data, ("crowd",))[1]["crowd"].tolist() == [0] * len(data)


def test_rare_emotions_count_more_up_to_the_cap() -> None:
    data = faces.dataset(train=8, validation=0, test=0)
    rare = np.flatnonzero((data.labels != 1) | (np.arange(len(data)) % 8 == 0))
    few = replace(data, images=data.images[rare], labels=data.labels[rare])
    batches = Batches(few, ("folder",), batch_size=len(few), seed=1, class_weight_cap=2)
    targets, weights = batches[0][1]["folder"], batches[0][2]["folder"]
    assert weights[targets[:, 1] == 1].tolist() == [2.0]
    assert weights[targets[:, 1] == 0].max() == 1
    assert set(Batches(few, ("folder",), batch_size=len(few), seed=1)[0][2]["folder"].tolist()) == {
        1.0
    }


def test_mixup_mixes_faces_and_targets_in_the_same_shares(data: Dataset) -> None:
    plain = Batches(data, ("folder",), batch_size=8, seed=1)[0]
    mixed = Batches(data, ("folder",), batch_size=8, seed=1, mixup=0.4)[0]
    own = mixed[1]["folder"][np.arange(8), plain[1]["folder"].argmax(axis=1)]
    assert np.allclose(mixed[1]["folder"].sum(axis=1), 1)
    assert ((own > 0) & (own <= 1)).all()
    following = np.roll(plain[0], 1, axis=0).astype(np.float32)
    different = (plain[1]["folder"] * np.roll(plain[1]["folder"], 1, axis=0)).sum(axis=1) == 0
    share = own[different, None, None, None]
    expected = share * plain[0][different] + (1 - share) * following[different]
    assert np.allclose(mixed[0][different], expected, atol=1e-2)
