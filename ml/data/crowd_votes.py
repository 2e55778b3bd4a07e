"""Crowd votes on the faces of a dataset, such as FER+: several votes a face, joined by path."""

import csv
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from ml.data.errors import DatasetError
from ml.data.spellings import SPELLINGS
from ml.emotions import EMOTIONS

OTHERS = ("contempt", "unknown", "nf")
"""Choices that are none of our emotions; `nf` means “no face”."""

CHOICES = (*EMOTIONS, *OTHERS)

VOTES_PER_FACE = 10
"""As many as FER+ has."""

NO_MAJORITY = -1


def read_votes(path: Path) -> dict[str, list[int]]:
    """Return the votes on each picture by key, in the order of `CHOICES`.

    The file is CSV with a column `image`, the path of a picture, and one for each choice, as in
    FER+ (Barsoum et al. 2016).

    Raises:
        DatasetError: when it is another kind of file.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            columns = {SPELLINGS.get(name, name): name for name in rows.fieldnames or ()}
            choices = [columns[choice] for choice in CHOICES]
            return {
                picture_key(row["image"]): [int(np.uint8(row[choice])) for choice in choices]
                for row in rows
            }
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{path}: expected a CSV file of votes ({error}).") from error
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DatasetError(
            f"{path}: expected the columns image, {', '.join(CHOICES)} with a path "
            f"and whole numbers from 0 to 255 ({error!r})."
        ) from error


def picture_key(image: str) -> str:
    """Return split, emotion and name from a picture's path, without its suffix."""
    path = PurePosixPath(image)
    return str(PurePosixPath(*path.parts[-3:]).with_suffix(""))


def votes_on(paths: NDArray[np.str_], path: Path) -> NDArray[np.uint8]:
    """Return n × 10 votes on pictures in the order of `CHOICES`; zeros where none are known.

    Raises:
        DatasetError: when the file holds no votes, or none on these pictures.
    """
    known = read_votes(path)
    no_votes = [0] * len(CHOICES)
    votes = np.array(
        [known.get(picture_key(image), no_votes) for image in paths.tolist()], np.uint8
    )
    if not votes.any():
        raise DatasetError(
            f"{path}: expected votes on pictures such as {paths[0]}, found none of them."
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
