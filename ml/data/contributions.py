"""A dataset of contributed faces: none of its people dominates it or appears in two splits.

Who is held out depends only on their random name and the seed, so the same people stay held out
however many others join; people are moved only to keep a split from being empty.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.data.crowd_votes import unanimous
from ml.data.datasets import Dataset
from ml.data.errors import DatasetError
from ml.data.faces import face_from_bytes
from ml.emotions import EMOTIONS, Emotion

MAX_SHARE = 0.1
"""Share of all faces that one contributor may have."""
HELD_OUT_SHARE = 0.2
"""Share of the contributors for the test split, and again for the validation split."""
MIN_CONTRIBUTORS = 3  # one for each split
EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class ContributedFace:
    """A face, labelled with the emotion that its contributor felt.

    Attributes:
        name: a random name for the face.
        contributor: a random name for the person.
        felt: the label.
        pixels: 48 × 48 grey values, one byte each, row by row.
    """

    name: str
    contributor: str
    felt: Emotion
    pixels: bytes


def compose_dataset(
    faces: Sequence[ContributedFace], *, share: float = MAX_SHARE, seed: int = 1
) -> Dataset:
    """Return contributed faces as a dataset, split by contributor.

    What a contributor felt counts as every vote on their face. Without votes, the `crowd` output,
    which is the one shown to people, would not learn from it.

    Args:
        share: the largest share of the dataset's faces that one contributor may have, above 0 and
            at most 1; the faces of those who gave more are sampled.
        seed: decides who is held out and which faces are sampled.

    Raises:
        DatasetError: when there are too few contributors for `share` or for three splits.
    """
    counts = Counter(face.contributor for face in faces)
    required = max(MIN_CONTRIBUTORS, math.ceil(1 / share - EPSILON))
    if len(counts) < required:
        raise DatasetError(
            f"Expected corrections by at least {required} people, so that none has more than "
            f"{share:.0%} of the faces; found {len(counts)}."
        )
    sampled = sample_faces(faces, limit=faces_per_contributor(counts, share), seed=seed)
    splits = assign_splits(counts, seed)
    order = {emotion: index for index, emotion in enumerate(EMOTIONS)}
    labels = np.array([order[face.felt] for face in sampled], np.int64)
    return Dataset(
        name="corrections",
        images=np.stack([face_from_bytes(face.pixels) for face in sampled]),
        labels=labels,
        votes=unanimous(labels),
        splits=np.array([splits[face.contributor] for face in sampled]),
        paths=np.array([face.name for face in sampled]),
        has_contributions=True,
        contributors=np.array([face.contributor for face in sampled]),
    )


def faces_per_contributor(counts: Counter[str], share: float) -> int:
    """Return how many faces each contributor may have so that none exceeds `share` of the total."""
    limit = max(counts.values())
    while limit > (
        allowed := share * sum(min(count, limit) for count in counts.values()) + EPSILON
    ):
        limit = math.floor(allowed)
    return limit


def sample_faces(
    faces: Sequence[ContributedFace], *, limit: int, seed: int
) -> list[ContributedFace]:
    """Return at most `limit` faces of each contributor, sorted by name."""
    counts: Counter[str] = Counter()
    sampled = []
    for face in sorted(faces, key=lambda face: hash_to_unit(face.name, seed)):
        counts[face.contributor] += 1
        if counts[face.contributor] <= limit:
            sampled.append(face)
    return sorted(sampled, key=lambda face: face.name)


def assign_splits(contributors: Counter[str], seed: int) -> dict[str, str]:
    """Return the split of each contributor; no split is left empty."""
    order = sorted(contributors, key=lambda contributor: hash_to_unit(contributor, seed))
    splits = {}
    for contributor in order:
        position = hash_to_unit(contributor, seed)
        split = "validation" if position < 2 * HELD_OUT_SHARE else "train"
        splits[contributor] = "test" if position < HELD_OUT_SHARE else split
    splits[order[0]], splits[order[-1]] = "test", "train"
    if "validation" not in splits.values():
        splits[order[1]] = "validation"
    return splits


def hash_to_unit(name: str, seed: int) -> float:
    """Return a number from 0 to 1 that depends only on a random name and the seed."""
    sha256 = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(sha256[:8]) / 2**64
