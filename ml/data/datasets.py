"""Datasets of labelled grey faces and the compact file that one is stored in."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.archives import READ_ERRORS
from common.files import atomic_write
from ml.data.crowd_votes import CHOICES
from ml.data.errors import DatasetError
from ml.emotions import EMOTIONS


@dataclass(frozen=True, slots=True)
class Dataset:
    """Grey faces with labels.

    Attributes:
        name: where they come from.
        images: n × 48 × 48 grey values, 0 to 255.
        labels: n indices into `EMOTIONS`.
        splits: n names of splits; a prepared dataset has `train`, `validation` and `test`.
        paths: n paths inside the source.
        votes: n × 10 counts of crowd votes (see `ml.data.crowd_votes`), or None.
        has_contributions: whether some of the faces were contributed by the people they show; such
            a dataset is never drawn.
        contributors: n random names of the contributors, empty for faces that nobody contributed;
            None when no face was contributed.
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    splits: NDArray[np.str_]
    paths: NDArray[np.str_]
    votes: NDArray[np.uint8] | None = None
    has_contributions: bool = False
    contributors: NDArray[np.str_] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def split(self, *names: str) -> "Dataset":
        """Return the faces of one or several splits."""
        return self.where(np.isin(self.splits, names))

    def where(self, rows: NDArray[np.bool_]) -> "Dataset":
        """Return the faces that a boolean mask selects."""
        return replace(
            self,
            images=self.images[rows],
            labels=self.labels[rows],
            splits=self.splits[rows],
            paths=self.paths[rows],
            votes=None if self.votes is None else self.votes[rows],
            contributors=None if self.contributors is None else self.contributors[rows],
        )

    def is_contribution(self) -> NDArray[np.bool_]:
        """Return for each face whether the person it shows contributed it."""
        return self.contributor_names() != ""

    def contributor_names(self) -> NDArray[np.str_]:
        """Return each face's contributor, an empty string where there is none."""
        return np.full(len(self), "") if self.contributors is None else self.contributors

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
        sha256 = hashlib.sha256(self.images.tobytes())
        sha256.update(self.labels.astype("<i8").tobytes())
        sha256.update("\n".join(self.splits).encode())
        if self.votes is not None:
            sha256.update(self.votes.tobytes())
        if self.contributors is not None:
            sha256.update("\n".join(self.contributors).encode())
        return sha256.hexdigest()

    def save(self, path: Path) -> None:
        """Write the dataset to one compressed file, atomically.

        Only its owner can read a file with contributed faces.
        """
        arrays = {
            "name": self.name,
            "images": self.images,
            "labels": self.labels,
            "splits": self.splits,
            "paths": self.paths,
            "votes": self.votes,
            "personal": self.has_contributions,
            "members": self.contributors,
        }
        present = {key: np.asarray(value) for key, value in arrays.items() if value is not None}
        mode = 0o600 if self.has_contributions else 0o666
        with atomic_write(path, mode=mode) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **present)

    @classmethod
    def load(cls, path: Path) -> "Dataset":
        """Read a file that `save` wrote.

        Raises:
            DatasetError: when it is another kind of file.
        """
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
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
        except (*READ_ERRORS, KeyError, TypeError) as error:
            raise DatasetError(
                f"{path}: expected a file that prepare_dataset wrote ({error})."
            ) from error


def join(datasets: Sequence[Dataset]) -> Dataset:
    """Concatenate one or more datasets; faces without votes get zeros if others have votes."""
    if len(datasets) == 1:
        return datasets[0]
    has_votes = any(dataset.votes is not None for dataset in datasets)
    has_contributions = any(dataset.has_contributions for dataset in datasets)

    def joined(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(dataset, name) for dataset in datasets])

    return Dataset(
        name=" + ".join(dataset.name for dataset in datasets),
        images=joined("images"),
        labels=joined("labels"),
        splits=joined("splits"),
        paths=joined("paths"),
        votes=np.concatenate([votes_or_zeros(dataset) for dataset in datasets])
        if has_votes
        else None,
        has_contributions=has_contributions,
        contributors=np.concatenate([dataset.contributor_names() for dataset in datasets])
        if has_contributions
        else None,
    )


def votes_or_zeros(dataset: Dataset) -> NDArray[np.uint8]:
    """Return the votes of a dataset, zeros where it has none."""
    if dataset.votes is not None:
        return dataset.votes
    return np.zeros((len(dataset), len(CHOICES)), np.uint8)
