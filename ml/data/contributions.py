"""From faces with what their people said to a dataset: nobody weighs too much, nobody on two sides.

Who is held out follows from their random name and the seed alone, so the same people stay held out
however many come later; only where a split would be empty somebody is moved into it.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.data.crowd_votes import unanimous
from ml.data.datasets import Dataset
from ml.data.faces import face_from_bytes
from ml.data.sources import DatasetError
from ml.emotions import EMOTIONS, Emotion

SHARE = 0.1
"""Of all faces, what one person may have at most."""
HELD_OUT = 0.2  # of the people for the test split, and as many for validation
FEWEST = 3  # people, one for each split
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Correction:
    """A face with what its person said that they felt.

    Attributes:
        name: random, stands for the face.
        member: random, stands for the person.
        face: 48 × 48 grey values, row by row.
    """

    name: str
    member: str
    felt: Emotion
    face: bytes


def compose(corrections: Sequence[Correction], *, share: float = SHARE, seed: int = 1) -> Dataset:
    """Return corrections as a dataset that is marked personal.

    What somebody felt counts as every vote on their face: without votes the output `crowd`, which
    people see, would never learn from it.

    Args:
        share: of all its faces, what one person may have at most; of those who gave more, some
            are drawn. Above 0, at most 1.
        seed: decides who is held out and which faces are drawn.

    Raises:
        DatasetError: when there are too few people for that share, or for three splits.
    """
    counts = Counter(correction.member for correction in corrections)
    needed = max(FEWEST, math.ceil(1 / share - ROUNDING))
    if len(counts) < needed:
        raise DatasetError(
            f"Expected corrections by at least {needed} people, so that none has more than "
            f"{share:.0%} of the faces; found {len(counts)}."
        )
    chosen = drawn(corrections, cap=largest(counts, share), seed=seed)
    splits = splits_of(counts, seed)
    order = {emotion: index for index, emotion in enumerate(EMOTIONS)}
    labels = np.array([order[correction.felt] for correction in chosen], np.int64)
    return Dataset(
        name="corrections",
        images=np.stack([face_from_bytes(correction.face) for correction in chosen]),
        labels=labels,
        votes=unanimous(labels),
        splits=np.array([splits[correction.member] for correction in chosen]),
        paths=np.array([correction.name for correction in chosen]),
        personal=True,
        members=np.array([correction.member for correction in chosen]),
    )


def largest(counts: Counter[str], share: float) -> int:
    """Return how many faces of one person there may be, so that none has more than the share."""
    cap = max(counts.values())
    while cap > (most := share * sum(min(count, cap) for count in counts.values()) + ROUNDING):
        cap = math.floor(most)
    return cap


def drawn(corrections: Sequence[Correction], *, cap: int, seed: int) -> list[Correction]:
    """Return so many corrections of each person at most, in the order of their names."""
    kept: Counter[str] = Counter()
    chosen = []
    for correction in sorted(corrections, key=lambda one: place(one.name, seed)):
        kept[correction.member] += 1
        if kept[correction.member] <= cap:
            chosen.append(correction)
    return sorted(chosen, key=lambda one: one.name)


def splits_of(members: Counter[str], seed: int) -> dict[str, str]:
    """Return the split of each person: a fifth for test and for validation, none of them empty."""
    order = sorted(members, key=lambda member: place(member, seed))
    splits = {}
    for member in order:
        at = place(member, seed)
        side = "validation" if at < 2 * HELD_OUT else "train"
        splits[member] = "test" if at < HELD_OUT else side
    splits[order[0]], splits[order[-1]] = "test", "train"
    if "validation" not in splits.values():
        splits[order[1]] = "validation"
    return splits


def place(name: str, seed: int) -> float:
    """Return a number from 0 to 1 that a random name and the seed decide."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64
