"""From labelled pictures to one checked dataset file, split for training, validation and test."""

import hashlib
import os
import zipfile
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ml.emotions import EMOTIONS
from ml.images import ImageError, read_image
from ml.sources import DatasetError, Source, pick_split

SIZE = 48
"""Side of a face in pixels."""

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
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    splits: NDArray[np.str_]
    paths: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.labels)

    def split(self, name: str) -> "Dataset":
        """Return the faces of one split."""
        rows = self.splits == name
        return Dataset(
            self.name, self.images[rows], self.labels[rows], self.splits[rows], self.paths[rows]
        )

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
        return digest.hexdigest()

    def save(self, path: Path) -> None:
        """Write one compact file, aside and then renamed, so that no half of it is ever seen."""
        aside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        try:
            with aside.open("wb") as file:
                np.savez_compressed(
                    file,
                    name=np.array(self.name),
                    images=self.images,
                    labels=self.labels,
                    splits=self.splits,
                    paths=self.paths,
                )
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
                )
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise DatasetError(
                f"{path}: expected a file that prepare_dataset wrote ({error})."
            ) from error


@dataclass(frozen=True, slots=True)
class Report:
    """What was noticed while a dataset was prepared.

    Attributes:
        dropped: why a picture was left out, and how many were.
        identical: groups of pictures with the same pixels.
        conflicts: such groups with different labels.
        twins: test pictures that stand in the training folder too; they stay, and are told.
    """

    dropped: Counter[str]
    identical: int
    conflicts: int
    twins: int


def read_faces(source: Source, splits: Collection[str]) -> tuple[Dataset, Counter[str]]:
    """Decode the pictures of some splits as grey faces; returns what was dropped and why, too."""
    images, entries = [], []
    dropped: Counter[str] = Counter()
    if source.strays:
        dropped["no labelled picture"] = source.strays
    if source.copies:
        dropped["in a second copy of the tree"] = source.copies
    for split in sorted(source.splits().keys() - set(splits)):
        dropped[f"in the folder {split}"] = source.splits()[split]
    for entry, data in chain.from_iterable(source.read(split) for split in splits):
        grey = decode(data)
        if grey is None:
            dropped["unreadable"] += 1
            continue
        images.append(grey)
        entries.append(entry)
    if not images:
        raise DatasetError(f"{source.path}: expected pictures, could read none of them.")
    order = {emotion: index for index, emotion in enumerate(EMOTIONS)}
    dataset = Dataset(
        source.name,
        np.stack(images),
        np.array([order[entry.emotion] for entry in entries], np.int64),
        np.array([entry.split for entry in entries]),
        np.array([entry.path for entry in entries]),
    )
    return dataset, dropped


def decode(data: bytes) -> NDArray[np.uint8] | None:
    """Return a picture as 48 × 48 grey values, or None where it cannot be read."""
    try:
        grey = cv2.cvtColor(read_image(data), cv2.COLOR_RGB2GRAY)
    except ImageError:
        return None
    if grey.shape != (SIZE, SIZE):
        grey = cv2.resize(grey, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8)


def prepare(source: Source, *, seed: int = 1) -> tuple[Dataset, Report]:
    """Return a source as a dataset whose training folder is split 80:20, and what was noticed.

    The split is stratified by emotion and drawn with `seed`. Pictures with the same pixels always
    fall on the same side of it. The source's folder `test`, else `validation`, else the only other
    one is the test split; what is neither in it nor in `train` is dropped.

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
    faces, dropped = read_faces(source, ("train", beside))
    tests = faces.splits == beside
    digests = np.array([hashlib.sha256(image.tobytes()).hexdigest() for image in faces.images])
    splits = np.where(tests, "test", faces.splits).astype("<U10")
    validation = drawn(digests, faces.labels, faces.splits == "train", seed)
    splits[(faces.splits == "train") & np.isin(digests, validation)] = "validation"

    dataset = Dataset(faces.name, faces.images, faces.labels, splits, faces.paths)
    return dataset, notice(dataset, digests, dropped)


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


def notice(dataset: Dataset, digests: NDArray[np.str_], dropped: Counter[str]) -> Report:
    """Count identical pictures, label conflicts and test pictures with a twin in training."""
    labels: dict[str, set[int]] = {}
    for digest, label in zip(digests.tolist(), dataset.labels.tolist(), strict=True):
        labels.setdefault(digest, set()).add(label)
    repeated = [digest for digest, times in Counter(digests.tolist()).items() if times > 1]
    tests = dataset.splits == "test"
    return Report(
        dropped=dropped,
        identical=len(repeated),
        conflicts=sum(len(labels[digest]) > 1 for digest in repeated),
        twins=int(np.isin(digests[tests], digests[~tests]).sum()),
    )


def open_dataset(path: Path, *, seed: int = 1) -> Dataset:
    """Return the dataset of a prepared file, or prepare one from a source.

    Raises:
        DatasetError: when it is neither.
    """
    if path.suffix == ".npz":
        return Dataset.load(path)
    return prepare(Source(path), seed=seed)[0]
