"""What a crowd says about the faces of a dataset: several votes a face, joined by path."""

import csv
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from ml.data.sources import SPELLINGS, DatasetError
from ml.emotions import EMOTIONS

OTHERS = ("contempt", "unknown", "nf")
"""Answers that are none of our emotions; `nf` is “no face”."""

ANSWERS = len(EMOTIONS) + len(OTHERS)

ALL_VOTES = 10
"""Of a crowd, as many as the re-labelling FER+ has a face."""

NO_MAJORITY = -1


def read_votes(path: Path) -> dict[str, list[int]]:
    """Return the votes on each picture: for `EMOTIONS`, then `OTHERS`.

    The file is CSV with a column `image`, the path of a picture, and one for each answer, as the
    re-labelling FER+ has them (Barsoum et al. 2016).

    Raises:
        DatasetError: when it is another kind of file.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            columns = {SPELLINGS.get(name, name): name for name in rows.fieldnames or ()}
            answers = [columns[answer] for answer in (*EMOTIONS, *OTHERS)]
            return {
                key(row["image"]): [int(np.uint8(row[answer])) for answer in answers]
                for row in rows
            }
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{path}: expected a CSV file of votes ({error}).") from error
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DatasetError(
            f"{path}: expected the columns image, {', '.join((*EMOTIONS, *OTHERS))} with a path "
            f"and whole numbers from 0 to 255 ({error!r})."
        ) from error


def key(image: str) -> str:
    """Return what a picture is known by: split, emotion and name, whatever its format is."""
    path = PurePosixPath(image)
    return str(PurePosixPath(*path.parts[-3:]).with_suffix(""))


def votes_on(paths: NDArray[np.str_], path: Path) -> NDArray[np.uint8]:
    """Return the votes on pictures, n × 10 for `EMOTIONS` and `OTHERS`; zeros where none are known.

    Raises:
        DatasetError: when the file is no file of votes, or knows none of the pictures.
    """
    known = read_votes(path)
    nothing = [0] * ANSWERS
    votes = np.array([known.get(key(image), nothing) for image in paths.tolist()], np.uint8)
    if not votes.any():
        raise DatasetError(
            f"{path}: expected votes on pictures such as {paths[0]}, found none of them."
        )
    return votes


def unanimous(labels: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the votes of a crowd that agrees, n × 10, on n indices into `EMOTIONS`."""
    votes = np.zeros((len(labels), ANSWERS), np.uint8)
    votes[np.arange(len(labels)), labels] = ALL_VOTES
    return votes


def majority(votes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the emotion with most votes of each face.

    It is `NO_MAJORITY` where two answers share the first place, where it went to none of the
    emotions, and where nobody voted.
    """
    most = votes.max(axis=1, keepdims=True)
    first = votes.argmax(axis=1)
    clear = ((votes == most).sum(axis=1) == 1) & (first < len(EMOTIONS))
    return np.where(clear, first, NO_MAJORITY)


def shares(votes: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return each emotion's share of the votes for emotions, n × 7.

    All are 0 unless more votes went to emotions than to other answers.
    """
    counts = votes.astype(np.float32)
    ours, others = counts[:, : len(EMOTIONS)], counts[:, len(EMOTIONS) :]
    total = ours.sum(axis=1, keepdims=True)
    known = total > others.sum(axis=1, keepdims=True)
    return np.where(known, ours / np.maximum(total, 1), 0).astype(np.float32)
