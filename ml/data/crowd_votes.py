"""Crowd votes on the faces of a dataset, such as FER+: several votes a face, joined by path."""

import csv
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from zipfile import BadZipFile
from zlib import error as zlib_error

import numpy as np
from numpy.typing import NDArray

from common.archives import MAX_ENTRIES
from ml.data.errors import DatasetError
from ml.data.spellings import emotion_named, split_named
from ml.emotions import EMOTIONS

OTHERS = ("contempt", "unknown", "nf")
"""Choices that are none of our emotions; `nf` means “no face”."""

CHOICES = (*EMOTIONS, *OTHERS)

VOTES_PER_FACE = 10
"""As many as FER+ has."""

NO_MAJORITY = -1


def is_votes_header(columns: Iterable[str]) -> bool:
    """Tell whether a table with these columns, in lower case, is one of votes."""
    return set(CHOICES) <= {_choice(name) for name in columns}


def read_votes(path: Path) -> dict[str, list[int]]:
    """Return the votes in a file; see `parse_votes`."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return parse_votes(file, str(path))
    except OSError as error:
        raise DatasetError(f"{path}: expected a CSV file of votes ({error}).") from error


def parse_votes(file: Iterable[str], place: str) -> dict[str, list[int]]:
    """Return the votes on each picture by key, in the order of `CHOICES`.

    The file is CSV with a column for each choice (Barsoum et al. 2016). A column `image` holds the
    paths of the pictures; FER+'s own fer2013new.csv has Usage instead, and follows the rows of
    fer2013.csv.

    Args:
        file: its lines.
        place: what to call it in errors.

    Raises:
        DatasetError: when it is another kind of file.
    """
    votes: dict[str, list[int]] = {}
    try:
        rows = csv.DictReader(file)
        columns = {_choice(name): name for name in rows.fieldnames or ()}
        choices = [columns[choice] for choice in CHOICES]
        image, usage = columns.get("image"), columns.get("usage")
        for number, row in enumerate(islice(rows, MAX_ENTRIES + 1)):
            key = (
                row_key(split_named(row[columns["usage"]]), number)
                if usage and not image
                else picture_key(row[columns["image"]])
            )
            votes[key] = [int(np.uint8(row[choice])) for choice in choices]
    except (UnicodeDecodeError, csv.Error, OSError, EOFError, BadZipFile, zlib_error) as error:
        raise DatasetError(f"{place}: expected a CSV file of votes ({error}).") from error
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DatasetError(
            f"{place}: expected the columns image, {', '.join(CHOICES)} with a path "
            f"and whole numbers from 0 to 255 ({error!r})."
        ) from error
    if len(votes) > MAX_ENTRIES:
        raise DatasetError(f"{place}: expected at most {MAX_ENTRIES} rows, has more.")
    return votes


def _choice(column: str) -> str:
    """Return the choice that a column counts, else its name in lower case."""
    return emotion_named(column) or column.strip().lower()


def picture_key(image: str) -> str:
    """Return split, emotion and name of a picture from its path, without its suffix."""
    path = PurePosixPath(image)
    names = [
        (named(part) or part)
        for named, part in zip((split_named, emotion_named), path.parts[-3:-1], strict=False)
    ]
    return str(PurePosixPath(*names, path.name).with_suffix(""))


def row_key(split: str | None, line: int) -> str:
    """Return what a row of fer2013.csv is known by: its split, and its index among all rows."""
    return f"{split} {line}"


def votes_on(
    paths: NDArray[np.str_], path: Path, row_keys: Mapping[str, str] = MappingProxyType({})
) -> NDArray[np.uint8]:
    """Return n × 10 votes on pictures, from a file; see `join_votes`."""
    return join_votes(paths, read_votes(path), str(path), row_keys)


def join_votes(
    paths: NDArray[np.str_],
    known: Mapping[str, list[int]],
    place: str,
    row_keys: Mapping[str, str] = MappingProxyType({}),
) -> NDArray[np.uint8]:
    """Return n × 10 votes on pictures in the order of `CHOICES`; zeros where none are known.

    Args:
        known: votes by key.
        place: what to call their file in errors.
        row_keys: by path, the key of pictures that are rows of fer2013.csv.

    Raises:
        DatasetError: when there are no votes on any of these pictures.
    """
    no_votes = [0] * len(CHOICES)
    votes = np.array(
        [
            known.get(picture_key(image)) or known.get(row_keys.get(image, ""), no_votes)
            for image in paths.tolist()
        ],
        np.uint8,
    )
    if not votes.any():
        raise DatasetError(
            f"{place}: expected votes on pictures such as {paths[0]}, found none of them."
        )
    return votes


def unanimous(labels: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return n × 10 votes that all go to the given indices into `EMOTIONS`."""
    votes = np.zeros((len(labels), len(CHOICES)), np.uint8)
    votes[np.arange(len(labels)), labels] = VOTES_PER_FACE
    return votes


def majority(votes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the index of the emotion with the most votes for each face.

    It is `NO_MAJORITY` on a tie, if none of the emotions won, and if nobody voted.
    """
    most = votes.max(axis=1, keepdims=True)
    winner = votes.argmax(axis=1)
    clear = ((votes == most).sum(axis=1) == 1) & (winner < len(EMOTIONS))
    return np.where(clear, winner, NO_MAJORITY)


def vote_shares(votes: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return each emotion's share of the votes for emotions, n × 7.

    All are 0 unless more votes went to emotions than to other choices.
    """
    counts = votes.astype(np.float32)
    emotions, others = counts[:, : len(EMOTIONS)], counts[:, len(EMOTIONS) :]
    total = emotions.sum(axis=1, keepdims=True)
    usable = total > others.sum(axis=1, keepdims=True)
    return np.where(usable, emotions / np.maximum(total, 1), 0).astype(np.float32)
