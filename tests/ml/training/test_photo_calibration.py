"""What is shown of a photo is chosen on photos of other people."""

import numpy as np
import pytest

from ml.data.errors import DatasetError
from ml.training import pooling
from ml.training.photo_calibration import Photos, choose_shown, cross_validate, people_in

PRIOR = (1 / 7,) * 7


@pytest.fixture(autouse=True)
def coarse_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pooling, "CROWD_WEIGHTS", np.array([0.0, 0.5, 1.0]))
    monkeypatch.setattr(pooling, "PRIOR_SHARES", np.array([0.0, 1.0]))


def photos(count: int = 120, people: int = 30) -> Photos:
    """Return photos whose `crowd` is often right and whose `folder` knows nothing."""
    random = np.random.default_rng(1)
    labels = random.integers(0, 7, count)
    crowd = random.dirichlet([0.3] * 7, count)
    crowd[np.arange(count), labels] += random.random(count)
    names = np.array([f"person {number % people}" for number in range(count)])
    crowd /= crowd.sum(axis=1, keepdims=True)
    return Photos(crowd, random.dirichlet([0.3] * 7, count), labels, names, PRIOR)


@pytest.mark.parametrize(
    ("path", "person"),
    [
        ("wild/angry/Ada_Lovelace_0003.jpg", "Ada_Lovelace"),
        ("wild/sad/AdaLovelace_17.jpg", "AdaLovelace"),
        ("wild/sad/ada-17b.png", "ada"),
        ("wild/sad/ada.png", "ada"),
    ],
)
def test_the_name_of_a_file_says_who_is_in_it(path: str, person: str) -> None:
    assert people_in(np.array([path])).tolist() == [person]


def test_no_person_is_on_both_sides_and_every_photo_is_held_out_once() -> None:
    some = photos()
    held = []
    for fitted, out in some.folds(10):
        assert not set(some.people[fitted]) & set(some.people[out])
        held += out.tolist()
    assert sorted(held) == list(range(len(some)))


def test_too_few_people_are_named_as_such() -> None:
    with pytest.raises(DatasetError, match=r"photos of 10 people or more.*found 4"):
        choose_shown(photos(people=4))


def test_the_label_of_a_photo_has_no_part_in_what_is_said_of_it() -> None:
    some = photos()
    before = cross_validate(some)
    own = some.people == some.people[0]
    some.labels[own] = (some.labels[own] + 1) % 7
    after = cross_validate(some)
    assert np.array_equal(before.probabilities[own], after.probabilities[own])
    assert np.array_equal(before.sizes[own], after.sizes[own])
    assert not np.array_equal(before.probabilities, after.probabilities)


def test_the_choice_follows_the_output_that_is_right() -> None:
    shown = choose_shown(photos())
    assert shown.pooling.crowd_weight == 1
    assert 0 < shown.unsure_below < 1
