"""From labelled pictures to one checked dataset file, split for training, validation and test."""

import hashlib
import os
import zipfile
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.imaging.images import ImageError
from ml.data.crowd_votes import ANSWERS
from ml.data.faces import read_face
from ml.data.sources import DatasetError, Source, pick_split
from ml.emotions import EMOTIONS

VALIDATION_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Dataset:
    """Grey faces with labels.

    Attributes:
        name: where they come from.
        images: n × 48 × 48 grey values, 0 to 255.
        labels: n indices into `EMOTIONS`.
        splits: n names of splits; a prepared dataset has `train`, `validation` and `test`.
        paths: n paths inside the source.
        votes: n × 10 counts of what a crowd says (see `ml.data.crowd_votes`), or None.
        personal: whether there are people's own photos among the faces, which are never drawn.
        members: n random names of the people whose own photos the faces are, empty where a face
            is no such photo; None where none is.
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    splits: NDArray[np.str_]
    paths: NDArray[np.str_]
    votes: NDArray[np.uint8] | None = None
    personal: bool = False
    members: NDArray[np.str_] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def split(self, *names: str) -> "Dataset":
        """Return the faces of one split, or of several."""
        return self.where(np.isin(self.splits, names))

    def where(self, rows: NDArray[np.bool_]) -> "Dataset":
        """Return some of the faces."""
        return replace(
            self,
            images=self.images[rows],
            labels=self.labels[rows],
            splits=self.splits[rows],
            paths=self.paths[rows],
            votes=None if self.votes is None else self.votes[rows],
            members=None if self.members is None else self.members[rows],
        )

    def of_members(self) -> NDArray[np.bool_]:
        """Tell of each face whether it is a person's own photo."""
        return self.people() != ""

    def people(self) -> NDArray[np.str_]:
        """Return the random name of whose own photo each face is, empty where it is none."""
        return np.full(len(self), "") if self.members is None else self.members

    def counts(self) -> dict[str, dict[str, int]]:
        """Count the faces of each split and emotion."""
        return {
            str(split): {
                str(emotion): int(np.sum((self.splits == split) & (self.labels == index)))
                for index, emotion in enumerate(EMOTIONS)
            }
            for split in np.unique(self.splits)
        }

    def fingerprint(self) -> str:
        """Return a sha256 over everything that training and evaluation depend on."""
        digest = hashlib.sha256(self.images.tobytes())
        digest.update(self.labels.astype("<i8").tobytes())
        digest.update("\n".join(self.splits).encode())
        if self.votes is not None:
            digest.update(self.votes.tobytes())
        if self.members is not None:
            digest.update("\n".join(self.members).encode())
        return digest.hexdigest()

    def save(self, path: Path) -> None:
        """Write one compact file, aside and then renamed, so that no half of it is ever seen.

        Nobody but its owner can open one with people's own photos.
        """
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        arrays = {name: np.asarray(value) for name, value in values.items() if value is not None}
        aside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        try:
            aside.touch(mode=0o600 if self.personal else 0o666)
            with aside.open("wb") as file:
                np.savez_compressed(file, allow_pickle=False, **arrays)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> "Dataset":
        """Read a file that `save` wrote.

        Raises:
            DatasetError: when it is another kind of file.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                return cls(
                    str(file["name"]),
                    file["images"],
                    file["labels"],
                    file["splits"],
                    file["paths"],
                    file.get("votes"),
                    bool(file.get("personal", False)),
                    file.get("members"),
                )
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise DatasetError(
                f"{path}: expected a file that prepare_dataset wrote ({error})."
            ) from error


def join(datasets: Sequence[Dataset]) -> Dataset:
    """Return datasets, at least one, as one; where any has votes, the others have none cast."""
    if len(datasets) == 1:
        return datasets[0]
    crowd = any(dataset.votes is not None for dataset in datasets)
    personal = any(dataset.personal for dataset in datasets)

    def joined(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(dataset, name) for dataset in datasets])

    return Dataset(
        name=" + ".join(dataset.name for dataset in datasets),
        images=joined("images"),
        labels=joined("labels"),
        splits=joined("splits"),
        paths=joined("paths"),
        votes=np.concatenate([cast(dataset) for dataset in datasets]) if crowd else None,
        personal=personal,
        members=np.concatenate([dataset.people() for dataset in datasets]) if personal else None,
    )


def cast(dataset: Dataset) -> NDArray[np.uint8]:
    """Return the votes of a dataset, zeros where it has none."""
    if dataset.votes is not None:
        return dataset.votes
    return np.zeros((len(dataset), ANSWERS), np.uint8)


@dataclass(frozen=True, slots=True)
class Report:
    """What was noticed while a dataset was prepared.

    Attributes:
        dropped: why a picture was left out, and how many were.
        converted: what was done to pictures that were kept, and to how many.
        identical: groups of pictures with the same pixels.
        conflicts: such groups with different labels.
        twins: test pictures that stand in the training folder too; they stay, and are told.
    """

    dropped: Counter[str]
    converted: Counter[str]
    identical: int
    conflicts: int
    twins: int


UNREADABLE = {
    "empty": "empty or damaged in the archive",
    "too_large": "larger than 15 MB",
    "too_many_pixels": "more than 25 megapixels",
    "unsupported_type": "no JPEG, PNG or WebP inside",
    "heic_unsupported": "no JPEG, PNG or WebP inside",
    "broken_image": "a damaged picture",
}
"""Why a picture is dropped, by the code of the `ImageError`."""


def read_faces(
    source: Source, splits: Collection[str]
) -> tuple[Dataset, Counter[str], Counter[str]]:
    """Decode the pictures of some splits as grey faces.

    Returns:
        the faces, and how many pictures were dropped and converted, and why.

    Raises:
        DatasetError: when not one picture can be read.
    """
    images, entries = [], []
    dropped, converted = source.dropped.copy(), Counter[str]()
    for split, count in source.splits().items():
        if split not in splits:
            dropped[f"in the split {split}"] = count
    for entry, data in chain.from_iterable(source.read(split) for split in splits):
        try:
            grey, changes = read_face(data)
        except ImageError as error:
            dropped[UNREADABLE[error.code]] += 1
            continue
        converted.update(changes)
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


def prepare(source: Source, *, seed: int = 1) -> tuple[Dataset, Report]:
    """Return a source as a dataset whose training folder is split 80:20, and what was noticed.

    The training folder is split stratified by emotion and drawn with `seed`. Pictures with the same
    pixels always fall on the same side. The source's split `test`, else `validation`, else the only
    other one is the test split; what is neither in it nor in `train` is dropped.

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
    beside = pick_split(others, None, str(source.path))
    faces, dropped, converted = read_faces(source, ("train", beside))
    tests = faces.splits == beside
    digests = np.array([hashlib.sha256(image.tobytes()).hexdigest() for image in faces.images])
    splits = np.where(tests, "test", faces.splits).astype("<U10")
    validation = drawn(digests, faces.labels, faces.splits == "train", seed)
    splits[(faces.splits == "train") & np.isin(digests, validation)] = "validation"

    report = Report(dropped, converted, *repeated(faces.labels, digests, tests))
    return replace(faces, splits=splits), report


def drawn(
    digests: NDArray[np.str_], labels: NDArray[np.int64], training: NDArray[np.bool_], seed: int
) -> list[str]:
    """Draw the digests that hold a fifth of each emotion's training pictures."""
    random = np.random.default_rng(seed)
    chosen: set[str] = set()
    for label in range(len(EMOTIONS)):
        copies = Counter(digests[training & (labels == label)].tolist())
        wanted = VALIDATION_SHARE * copies.total() - sum(copies[digest] for digest in chosen)
        for digest in random.permutation(sorted(set(copies) - chosen)).tolist():
            if wanted <= 0:
                break
            chosen.add(digest)
            wanted -= copies[digest]
    return sorted(chosen)


def repeated(
    labels: NDArray[np.int64], digests: NDArray[np.str_], tests: NDArray[np.bool_]
) -> tuple[int, int, int]:
    """Count groups of identical pictures, those with several labels, and tests with a twin."""
    seen: dict[str, list[int]] = {}
    for digest, label in zip(digests.tolist(), labels.tolist(), strict=True):
        seen.setdefault(digest, []).append(label)
    groups = [found for found in seen.values() if len(found) > 1]
    conflicts = sum(len(set(found)) > 1 for found in groups)
    return len(groups), conflicts, int(np.isin(digests[tests], digests[~tests]).sum())


def open_dataset(path: Path, *, seed: int = 1) -> Dataset:
    """Return the dataset of a prepared file, or prepare one from an archive, folder or table.

    Raises:
        DatasetError: when it is neither.
    """
    if path.suffix == ".npz":
        return Dataset.load(path)
    return prepare(Source(path), seed=seed)[0]
