"""Preparing a dataset: from labelled pictures to decoded, checked and split faces."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.imaging.images import ImageError
from ml.data.crowd_votes import join_votes, votes_on
from ml.data.datasets import Dataset
from ml.data.decoding import read_face
from ml.data.errors import DatasetError
from ml.data.left_out import LeftOut
from ml.data.picture_tree import UNSUPPORTED
from ml.data.sources import Source, describe_splits, pick_split
from ml.data.spellings import NO_LABELS, with_closest_split
from ml.emotions import EMOTIONS, Emotion

VALIDATION_SHARE = 0.2

DROP_REASONS = {
    "empty": "empty or damaged in the archive",
    "too_large": "larger than 15 MB",
    "too_many_pixels": "more than 25 megapixels",
    "side_too_long": "a side of more than 20,000 pixels",
    "unsupported_type": UNSUPPORTED,
    "heic_unsupported": UNSUPPORTED,
    "avif_unsupported": UNSUPPORTED,
    "rare_jpeg": "a JPEG that is lossless, arithmetic-coded or of more than 8 bits per colour",
    "broken_image": "a damaged picture",
}
"""Why a picture is dropped, by the code of its `ImageError`."""


@dataclass(frozen=True, slots=True)
class PreparationReport:
    """What was found while a dataset was prepared.

    Attributes:
        dropped: the pictures that were left out.
        converted: how many pictures were converted, by kind of conversion.
        duplicate_groups: groups of pictures with the same pixels.
        conflicting_groups: such groups with different labels.
        test_duplicates: test pictures that are in the training folder too; they are kept.
        votes: name of the table inside the source that votes were joined from, or None.
    """

    dropped: LeftOut
    converted: Counter[str]
    duplicate_groups: int
    conflicting_groups: int
    test_duplicates: int
    votes: str | None

    def lines(self) -> list[str]:
        """Return the report as lines for people."""
        return [
            *self.dropped.lines(),
            *(f"Converted ({what}): {count}" for what, count in sorted(self.converted.items())),
            f"Groups of identical pictures: {self.duplicate_groups}, with different labels: "
            f"{self.conflicting_groups}",
            f"Test pictures that are in the training folder too: {self.test_duplicates}",
            *([f"Votes inside: {self.votes}"] if self.votes else []),
        ]


def open_dataset(
    path: Path,
    *,
    seed: int = 1,
    labels: Mapping[str, Emotion] = NO_LABELS,
    log: Callable[[str], object] | None = None,
) -> Dataset:
    """Load a prepared file, or prepare an archive, folder or table.

    Args:
        labels: see `Source`.
        log: called with each line of the report, if there was something to prepare.

    Raises:
        DatasetError: when it is neither.
    """
    if path.suffix == ".npz":
        return Dataset.load(path)
    dataset, report = prepare(Source(path, labels), seed=seed)
    if log:
        for line in report.lines():
            log(line)
    return dataset


def prepare(
    source: Source, *, seed: int = 1, votes: Path | None = None
) -> tuple[Dataset, PreparationReport]:
    """Decode a source and split its training folder 80:20 into training and validation.

    The split is stratified by emotion and drawn with `seed`; pictures with the same pixels always
    land in the same split. The source's split `test`, else `validation`, else the only one beside
    `train` becomes the test split; all others are dropped.

    Args:
        votes: a file of crowd votes to join instead of one that lies in the source.

    Raises:
        DatasetError: when there is no folder `train`, no test split beside it, or no vote in
            `votes` on any of the pictures.
    """
    found = source.splits()
    others = Counter({split: count for split, count in found.items() if split != "train"})
    if not others or len(others) == len(found):
        raise DatasetError(
            f"{source.path}: expected a folder train beside validation or test, found "
            f"{describe_splits(found)}."
        )
    test_split = pick_split(others, None, str(source.path))
    faces, dropped, converted = read_faces(source, ("train", test_split))
    for split, count in found.items():
        if split not in ("train", test_split):
            dropped[f"in the split {with_closest_split(split)}"] = count
    is_test = faces.splits == test_split
    sha256s = np.array([hashlib.sha256(image.tobytes()).hexdigest() for image in faces.images])
    splits = np.where(is_test, "test", faces.splits).astype("<U10")
    validation = draw_validation(sha256s, faces.labels, faces.splits == "train", seed)
    splits[(faces.splits == "train") & np.isin(sha256s, validation)] = "validation"
    faces = replace(faces, splits=splits)

    faces, joined = with_votes(faces, source, votes, dropped)
    duplicates = count_duplicates(faces.labels, sha256s, is_test)
    return faces, PreparationReport(dropped, converted, *duplicates, votes=joined)


def with_votes(
    faces: Dataset, source: Source, votes: Path | None, dropped: LeftOut
) -> tuple[Dataset, str | None]:
    """Join crowd votes to the faces of a source.

    Args:
        votes: a file of votes to use instead of a table of them that lies in the source.
        dropped: gets that table if it has no votes on these faces.

    Returns:
        the faces, and the name of the table inside that was used, if one was.

    Raises:
        DatasetError: when there is no vote in `votes` on any of the faces.
    """
    if votes:
        return replace(faces, votes=votes_on(faces.paths, votes, source.row_keys)), None
    if source.votes is None:
        return faces, None
    try:
        found = join_votes(faces.paths, source.read_votes(), source.votes, source.row_keys)
    except DatasetError:
        dropped[f"{source.votes}, a table without votes on these pictures"] += 1
        return faces, None
    return replace(faces, votes=found), source.votes


def read_faces(source: Source, splits: Collection[str]) -> tuple[Dataset, LeftOut, Counter[str]]:
    """Decode the pictures of some splits as grey faces.

    Returns:
        the faces, what was left out, and how many pictures were converted by kind of conversion.

    Raises:
        DatasetError: when not a single picture can be read.
    """
    images, entries = [], []
    dropped, converted = LeftOut(source.dropped), Counter[str]()
    for entry, data in chain.from_iterable(source.read(split) for split in splits):
        try:
            grey, conversions = read_face(data)
        except ImageError as error:
            dropped.add(DROP_REASONS[error.code], entry.path)
            continue
        converted.update(conversions)
        images.append(grey)
        entries.append(entry)
    if not images:
        raise DatasetError(
            f"{source.path}: expected pictures, could read none of them. "
            f"{'; '.join(dropped.lines())}."
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
    """Draw the hashes that cover a fifth of each emotion's training pictures.

    Each emotion keeps at least one picture to train on.
    """
    random = np.random.default_rng(seed)
    copies = {
        label: Counter(sha256s[training & (labels == label)].tolist())
        for label in range(len(EMOTIONS))
    }
    left = {label: set(counts) for label, counts in copies.items()}
    drawn: set[str] = set()
    for label, counts in copies.items():
        missing = VALIDATION_SHARE * counts.total() - sum(counts[sha256] for sha256 in drawn)
        for sha256 in random.permutation(sorted(left[label])).tolist():
            if missing <= 0:
                break
            having = [hashes for hashes in left.values() if sha256 in hashes]
            if min(map(len, having)) == 1:
                continue
            for hashes in having:
                hashes.remove(sha256)
            drawn.add(sha256)
            missing -= counts[sha256]
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
