"""FER2013's original table, fer2013.csv, in which faces are written as numbers."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from common.archives import MAX_ENTRIES, MAX_TEXT_BYTES
from ml.data.errors import DatasetError
from ml.data.faces import FACE_SIDE
from ml.emotions import Emotion

COLUMNS = ("emotion", "pixels", "usage")
EMOTION_CODES = (
    Emotion.ANGRY,
    Emotion.DISGUST,
    Emotion.FEAR,
    Emotion.HAPPY,
    Emotion.SAD,
    Emotion.SURPRISE,
    Emotion.NEUTRAL,
)
"""The emotions that the numbers 0 to 6 stand for (Goodfellow et al. 2013)."""
USAGES = {"training": "train", "publictest": "validation", "privatetest": "test"}
MAX_LINE_BYTES = 2**16


@dataclass(frozen=True, slots=True)
class Row:
    """One face of the table.

    Attributes:
        split: `train`, `validation` or `test`.
        emotion: its label.
        number: index among the rows of its split and emotion.
        pixels: 48 × 48 grey values, one byte each, row by row.
    """

    split: str
    emotion: Emotion
    number: int
    pixels: bytes


def read_table(file: IO[bytes], place: str) -> tuple[list[Row], Counter[str]]:
    """Return the faces of a table, and how many rows were dropped by reason.

    The table is CSV with the columns emotion (0 to 6), pixels (2,304 numbers from 0 to 255,
    separated by spaces) and Usage (Training, PublicTest, PrivateTest), in any order. No cell
    contains a comma or a line break, so a line is a row, and damage does not spread beyond it.

    Args:
        place: what to call the table in errors.

    Raises:
        DatasetError: when it lacks a column, or is too large.
    """
    lines = _read_lines(file, place)
    header = [cell.lower() for cell in next(lines, [])]
    if not set(COLUMNS) <= set(header):
        raise DatasetError(
            f"{place}: expected the columns emotion, pixels, Usage, received "
            f"{', '.join(header)[:100]!r}."
        )
    emotion_at, pixels_at, usage_at = (header.index(column) for column in COLUMNS)
    rows: list[Row] = []
    dropped: Counter[str] = Counter()
    numbers: Counter[tuple[str, Emotion]] = Counter()
    for cells in lines:
        if len(cells) != len(header):
            dropped["a row with other columns"] += 1
            continue
        code, split = cells[emotion_at], USAGES.get(cells[usage_at].lower())
        if code not in map(str, range(len(EMOTION_CODES))):
            dropped["a row with an unknown emotion"] += 1
        elif split is None:
            dropped["a row with an unknown usage"] += 1
        else:
            emotion = EMOTION_CODES[int(code)]
            if pixels := _parse_pixels(cells[pixels_at]):
                rows.append(Row(split, emotion, numbers[split, emotion], pixels))
            else:
                dropped[f"a row without {FACE_SIDE**2} pixels from 0 to 255"] += 1
            numbers[split, emotion] += 1
        if numbers.total() > MAX_ENTRIES:
            raise DatasetError(f"{place}: expected at most {MAX_ENTRIES} rows, has more.")
    return rows, dropped


def _read_lines(file: IO[bytes], place: str) -> Iterator[list[str]]:
    """Yield the cells of each line that is not empty."""
    total = 0
    while line := file.readline(MAX_LINE_BYTES):
        total += len(line)
        if len(line) == MAX_LINE_BYTES or total > MAX_TEXT_BYTES:
            raise DatasetError(
                f"{place}: expected lines of less than {MAX_LINE_BYTES >> 10} kB and "
                f"{MAX_TEXT_BYTES >> 20} MB at most, has more."
            )
        if text := line.decode("utf-8-sig", errors="replace").strip():
            yield [cell.strip(' "') for cell in text.split(",")]


def _parse_pixels(text: str) -> bytes | None:
    """Return grey values, one byte each, or None unless there are 48 × 48 from 0 to 255."""
    try:
        pixels = bytes(map(int, text.split()))
    except ValueError:
        return None
    return pixels if len(pixels) == FACE_SIDE**2 else None
