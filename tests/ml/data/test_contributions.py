"""Contributed faces become a dataset that nobody dominates or appears in two splits of."""

import uuid
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ml.data.contributions import ContributedFace, compose_dataset
from ml.data.crowd_votes import majority, vote_shares
from ml.data.datasets import Dataset, join
from ml.data.errors import DatasetError
from ml.emotions import EMOTIONS
from tests.ml import faces


def contributed(*counts: int) -> list[ContributedFace]:
    """Return so many faces of each person, whose random names are the same every time."""
    random = np.random.default_rng(1)

    def name() -> str:
        return uuid.UUID(bytes=random.bytes(16), version=4).hex

    return [
        ContributedFace(name(), contributor, EMOTIONS[n % 7], faces.drawn_face(n % 7, n).tobytes())
        for contributor, count in ((name(), count) for count in counts)
        for n in range(count)
    ]


def test_nobody_has_more_than_their_share_of_the_faces() -> None:
    dataset = compose_dataset(contributed(500, 200, *[5] * 20), share=0.1)
    counts = Counter(dataset.contributor_names().tolist())
    assert len(counts) == 22
    assert max(counts.values()) == 12
    assert max(counts.values()) <= 0.1 * len(dataset)
    assert 13 > 0.1 * (100 + 2 * 13), "one face more would be too much"


def test_nobody_stands_on_two_sides_and_every_side_has_somebody() -> None:
    for seed in range(20):
        dataset = compose_dataset(contributed(*[7] * 10), seed=seed)
        sides = {
            split: set(dataset.split(split).contributor_names().tolist())
            for split in ("train", "validation", "test")
        }
        assert all(sides.values())
        assert sum(len(people) for people in sides.values()) == 10


def test_the_same_seed_draws_the_same_and_another_seed_another() -> None:
    given = contributed(40, *[5] * 15)
    first = compose_dataset(given, seed=3)
    assert compose_dataset(list(reversed(given)), seed=3).fingerprint() == first.fingerprint()
    assert compose_dataset(given, seed=4).fingerprint() != first.fingerprint()


def test_who_is_held_out_stays_so_when_more_people_come() -> None:
    given = contributed(*[3] * 60)
    many, few = compose_dataset(given), compose_dataset(given[:120])
    for split in ("train", "validation", "test"):
        assert set(few.split(split).contributor_names().tolist()) <= set(
            many.split(split).contributor_names().tolist()
        )


@pytest.mark.parametrize(("share", "needed"), [(0.1, 10), (0.5, 3), (0.3, 4)])
def test_too_few_people_are_refused_with_how_many_it_takes(share: float, needed: int) -> None:
    compose_dataset(contributed(*[2] * needed), share=share)
    with pytest.raises(DatasetError, match=f"at least {needed} people.* found {needed - 1}"):
        compose_dataset(contributed(*[2] * (needed - 1)), share=share)


def test_the_file_is_marked_and_only_its_owner_can_open_it(tmp_path: Path) -> None:
    dataset = compose_dataset(contributed(*[7] * 10))
    dataset.save(tmp_path / "mine.npz")
    assert (tmp_path / "mine.npz").stat().st_mode & 0o777 == 0o600
    read = Dataset.load(tmp_path / "mine.npz")
    assert read.has_contributions
    assert read.contributor_names().tolist() == dataset.contributor_names().tolist()
    assert read.fingerprint() == dataset.fingerprint()


# --- Joined with other faces ------------------------------------------------------------------


def test_joined_faces_keep_their_splits_and_whose_they_are() -> None:
    plain, personal = (
        faces.dataset(train=3, validation=1, test=2),
        compose_dataset(contributed(*[7] * 10)),
    )
    joined = join([plain, personal])
    assert len(joined) == len(plain) + len(personal)
    assert joined.has_contributions
    assert joined.is_contribution().sum() == len(personal)
    assert (
        joined.where(joined.is_contribution()).split("test").counts()
        == personal.split("test").counts()
    )
    assert join([plain]) is plain


def test_what_somebody_felt_is_every_vote_where_others_have_votes() -> None:
    plain, personal = (
        faces.dataset(train=2, validation=1, test=1),
        compose_dataset(contributed(*[7] * 10)),
    )
    joined = join([plain, personal])
    assert joined.votes is not None
    mine = joined.is_contribution()
    assert (majority(joined.votes)[mine] == joined.labels[mine]).all()
    assert (vote_shares(joined.votes)[mine].max(axis=1) == 1).all()
    assert not joined.votes[~mine].any()
