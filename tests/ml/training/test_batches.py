"""Batches are repeatable and weigh and mix faces and targets alike."""

from dataclasses import replace

import numpy as np
import pytest

from ml.data.datasets import Dataset
from ml.training.batches import Batches, targets_and_weights
from tests.ml import faces

pytestmark = pytest.mark.xdist_group("training")


@pytest.fixture
def data() -> Dataset:
    return faces.dataset(train=8, validation=0, test=0)


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
    targets, weights = targets_and_weights(replace(data, votes=votes), ("crowd", "folder"))
    assert targets["crowd"][0].tolist() == [0, 0, 0, 0.75, 0.25, 0, 0]
    assert weights["crowd"][:3].tolist() == [1, 0, 0]
    assert weights["folder"].tolist() == [1] * len(data)
    assert targets_and_weights(data, ("crowd",))[1]["crowd"].tolist() == [0] * len(data)


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
