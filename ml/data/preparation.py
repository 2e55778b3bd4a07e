"""Preparing a dataset: from labelled pictures to decoded, checked and split faces."""

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.imaging.images import ImageError
from ml.data.datasets import Dataset
from ml.data.decoding import read_face
from ml.data.errors import DatasetError
from ml.data.sources import Source, pick_split
from ml.emotions import EMOTIONS

VALIDATION_SHARE = 0.2

DROP_REASONS = {
    "empty": "empty or damaged in the archive",
    "too_large": "larger than 15 MB",
    "too_many_pixels": "more than 25 megapixels",
    "unsupported_type": "no JPEG, PNG or WebP inside",
    "heic_unsupported": "no JPEG, PNG or WebP inside",
    "broken_image": "a damaged picture",
}
"""Why a picture is dropped, by the code of its `ImageError`."""


@dataclass(frozen=True, slots=True)
class PreparationReport:
    """What was found while a dataset was prepared.

    Attributes:
        dropped: how many pictures were left out, by reason.
        converted: how many pictures were converted, by kind of conversion.
        duplicate_groups: groups of pictures with the same pixels.
        conflicting_groups: such groups with different labels.
        test_duplicates: test pictures that are in the training folder too; they are kept.
    """

    dropped: Counter[str]
    converted: Counter[str]
    duplicate_groups: int
    conflicting_groups: int
    test_duplicates: int


def open_dataset(path: Path, *, seed: int = 1) -> Dataset:
    """Load a prepared file, or prepare an archive, folder or table.

    Raises:
        DatasetError: when it is neither.
    """
    if path.suffix == ".npz":
        return Dataset.load(path)
    return prepare(Source(path), seed=seed)[0]


def prepare(source: Source, *, seed: int = 1) -> tuple[Dataset, PreparationReport]:
    """Decode a source and split its training folder 80:20 into training and validation.

    The split is stratified by emotion and drawn with `seed`; pictures with the same pixels always
    land in the same split. The source's split `test`, else `validation`, else the only one beside
    `train` becomes the test split; all others are dropped.

    Raises:
        DatasetError: when there is no folder `train`, or no test split beside it.
    """
    found = source.splits()
    others = Counter({split: count for split, count in found.items() if split != "train"})
    if not others or len(others) == len(found):
        raise DatasetError(
            f"{source.path}: expected a folder train beside validation or test, found "
            f"{', '.join(sorted(found))}."
        )
    test_split = pick_split(others, None, str(source.path))
    faces, dropped, converted = read_faces(source, ("train", test_split))
    is_test = faces.splits == test_split
    sha256s = np.array([hashlib.sha256(image.tobytes()).hexdigest() for image in faces.images])
    splits = np.where(is_test, "test", faces.splits).astype("<U10")
    validation = draw_validation(sha256s, faces.labels, faces.splits == "train", seed)
    splits[(faces.splits == "train") & np.isin(sha256s, validation)] = "validation"

    report = PreparationReport(
        dropped, converted, *count_duplicates(faces.labels, sha256s, is_test)
    )
    return replace(faces, splits=splits), report


def read_faces(
    source: Source, splits: Collection[str]
) -> tuple[Dataset, Counter[str], Counter[str]]:
    """Decode the pictures of some splits as grey faces.

    Returns:
        the faces, how many pictures were dropped by reason, and how many were converted by kind
        of conversion.

    Raises:
        DatasetError: when not a single picture can be read.
    """
    images, entries = [], []
    dropped, converted = source.dropped.copy(), Counter[str]()
    for split, count in source.splits().items():
        if split not in splits:
            dropped[f"in the split {split}"] = count
    for entry, data in chain.from_iterable(source.read(split) for split in splits):
        try:
            grey, conversions = read_face(data)
        except ImageError as error:
            dropped[DROP_REASONS[error.code]] += 1
            continue
        converted.update(conversions)
        images.append(grey)
        entries.append(entry)
    if not images:
        raise DatasetError(
            f"{source.path}: expected pictures, could read none of them: {dict(dropped)}."
        )
    order = {emotion: index for index, emotion in enumerate(EMOTIONS)}
    dataset = Dataset(
        source.name,
        np.stack(images),
        np.array([order[entry.emotion] for entry in entries], np.int64),
        np.array([entry.split for entry in entries]),
        np.array([entry.path for entry in entries]),
    )
    return dataset, dropped, converted


def draw_validation(
    sha256s: NDArray[np.str_], labels: NDArray[np.int64], training: NDArray[np.bool_], seed: int
) -> list[str]:
    """Draw the hashes that cover a fifth of each emotion's training pictures."""
    random = np.random.default_rng(seed)
    drawn: set[str] = set()
    for label in range(len(EMOTIONS)):
        copies = Counter(sha256s[training & (labels == label)].tolist())
        missing = VALIDATION_SHARE * copies.total() - sum(copies[sha256] for sha256 in drawn)
        for sha256 in random.permutation(sorted(set(copies) - drawn)).tolist():
            if missing <= 0:
                break
            drawn.add(sha256)
            missing -= copies[sha256]
    return sorted(drawn)


def count_duplicates(
    labels: NDArray[np.int64], sha256s: NDArray[np.str_], is_test: NDArray[np.bool_]
) -> tuple[int, int, int]:
    """Count groups of duplicates, groups with conflicting labels, and test pictures in training."""
    labels_by_sha256: dict[str, list[int]] = {}
    for sha256, label in zip(sha256s.tolist(), labels.tolist(), strict=True):
        labels_by_sha256.setdefault(sha256, []).append(label)
    groups = [found for found in labels_by_sha256.values() if len(found) > 1]
    conflicts = sum(len(set(found)) > 1 for found in groups)
    return len(groups), conflicts, int(np.isin(sha256s[is_test], sha256s[~is_test]).sum())
