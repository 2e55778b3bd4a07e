"""FER2013's original table, fer2013.csv, in which faces are written as numbers."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from common.archives import MAX_ENTRIES, MAX_TEXT_BYTES
from ml.data.errors import DatasetError
from ml.data.faces import FACE_SIDE
from ml.data.spellings import (
    NO_LABELS,
    labelled,
    split_named,
    with_closest_emotion,
    with_closest_split,
)
from ml.emotions import Emotion

EMOTION, PIXELS, USAGE = "emotion", "pixels", "usage"
EMOTION_CODES = {
    "0": Emotion.ANGRY,
    "1": Emotion.DISGUST,
    "2": Emotion.FEAR,
    "3": Emotion.HAPPY,
    "4": Emotion.SAD,
    "5": Emotion.SURPRISE,
    "6": Emotion.NEUTRAL,
}
"""What the column emotion holds (Goodfellow et al. 2013)."""
MAX_LINE_BYTES = 2**16


MAX_NAMED = 12
"""Unknown emotions or usages that are named one by one."""
MAX_NAME = 40  # characters


@dataclass(frozen=True, slots=True)
class Row:
    """One face of the table.

    Attributes:
        split: `train`, `validation` or `test`.
        emotion: its label.
        number: index among the rows of its split and emotion.
        pixels: 48 × 48 grey values, one byte each, row by row.
        line: index among all rows of the table.
    """

    split: str
    emotion: Emotion
    number: int
    pixels: bytes
    line: int


def read_table(
    file: IO[bytes],
    place: str,
    *,
    split: str | None = None,
    labels: Mapping[str, Emotion] = NO_LABELS,
) -> tuple[list[Row], Counter[str]]:
    """Return the faces of a table, and how many rows were dropped by reason.

    The table is CSV with the columns emotion (0 to 6, or a name), pixels (2,304 numbers from 0 to
    255, separated by spaces) and Usage (Training, PublicTest, PrivateTest, or another name of a
    split), in any order. No cell contains a comma or a line break, so a line is a row, and damage
    does not spread beyond it.

    Args:
        place: what to call the table in errors.
        split: of all rows, for a table without the column Usage.
        labels: what values of the column emotion stand for; numbers replace all of FER2013's.

    Raises:
        DatasetError: when it lacks a column, or is too large.
    """
    lines = read_lines(file, place)
    header = [cell.lower() for cell in next(lines, [])]
    columns = (EMOTION, PIXELS) if split else (EMOTION, PIXELS, USAGE)
    if not set(columns) <= set(header):
        raise DatasetError(
            f"{place}: expected the columns emotion, pixels, Usage, received "
            f"{', '.join(header)[:100]!r}."
        )
    at = {column: header.index(column) for column in columns}
    numbered = any(name.isdigit() for name in labels)
    codes = labels if numbered else {**EMOTION_CODES, **labels}
    rows: list[Row] = []
    dropped: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    numbers: Counter[tuple[str, Emotion]] = Counter()
    for line, cells in enumerate(lines):
        if line >= MAX_ENTRIES:
            raise DatasetError(f"{place}: expected at most {MAX_ENTRIES} rows, has more.")
        if len(cells) != len(header):
            dropped["a row with other columns"] += 1
            continue
        emotion = labelled(cells[at[EMOTION]], codes)
        of_row = split or split_named(cells[at[USAGE]])
        if emotion is None:
            name = with_closest_emotion(cells[at[EMOTION]][:MAX_NAME])
            unknown[f"a row with the unknown emotion {name!r}"] += 1
        elif of_row is None:
            name = with_closest_split(cells[at[USAGE]][:MAX_NAME])
            unknown[f"a row with the unknown usage {name!r}"] += 1
        else:
            if pixels := _parse_pixels(cells[at[PIXELS]]):
                rows.append(Row(of_row, emotion, numbers[of_row, emotion], pixels, line))
            else:
                dropped[f"a row without {FACE_SIDE**2} pixels from 0 to 255"] += 1
            numbers[of_row, emotion] += 1
    dropped.update(dict(unknown.most_common(MAX_NAMED)))
    dropped["a row with another unknown emotion or usage"] = unknown.total() - sum(
        count for _, count in unknown.most_common(MAX_NAMED)
    )
    return rows, +dropped


def read_lines(file: IO[bytes], place: str) -> Iterator[list[str]]:
    """Yield the cells of each line that is not empty.

    Raises:
        DatasetError: when a line, or the whole, is too long.
    """
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
