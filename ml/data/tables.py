"""Faces in tables, and the tables of votes beside them, told apart by their first line."""

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath

import cv2

from common.archives import READ_ERRORS, Files, is_table
from ml.data.crowd_votes import is_votes_header, row_key
from ml.data.errors import DatasetError
from ml.data.faces import face_from_bytes
from ml.data.fer2013_csv import EMOTION, PIXELS, USAGE, Row, read_lines, read_table
from ml.data.picture_tree import Entry
from ml.data.spellings import split_named
from ml.emotions import Emotion


class Tables:
    """The CSV files among some files.

    Attributes:
        faces: names of tables of faces, each with the split that all its rows belong to, or None
            where a column tells.
        votes: names of tables of crowd votes.
        others: names of all other tables.
        damaged: names of tables that cannot be read, with the reason.
    """

    def __init__(self, files: Files, place: str) -> None:
        self.faces: dict[str, str | None] = {}
        self.votes: list[str] = []
        self.others: list[str] = []
        self.damaged: dict[str, str] = {}
        for name in sorted(filter(is_table, files.names)):
            try:
                header = read_header(files, name, place)
            except READ_ERRORS as error:
                self.damaged[name] = str(error)
                continue
            if {EMOTION, PIXELS, USAGE} <= header:
                self.faces[name] = None
            elif {EMOTION, PIXELS} <= header and (split := split_named(PurePosixPath(name).stem)):
                self.faces[name] = split
            elif is_votes_header(header):
                self.votes.append(name)
            else:
                self.others.append(name)
        if None in self.faces.values():
            # A table that tells the splits itself has all faces: Kaggle's download of the challenge
            # holds a second one without the splits.
            self.others += [name for name, split in self.faces.items() if split]
            self.faces = {name: None for name, split in self.faces.items() if not split}


def read_header(files: Files, name: str, place: str) -> set[str]:
    """Return the names of a table's columns in lower case; none if its first line is endless.

    Raises:
        Exception: one of `READ_ERRORS`, when the table is damaged.
    """
    try:
        with files.open(name) as file:
            return {cell.lower() for cell in next(read_lines(file, place), [])}
    except DatasetError:
        return set()


class TableRows:
    """The rows of tables as pictures; malformed rows are dropped.

    Attributes:
        entries: the rows, sorted by split, emotion and number.
        dropped: how many rows are left out, by reason.
        row_keys: by path, what votes know a row by, if there is one table.
    """

    def __init__(
        self, files: Files, tables: Tables, place: str, labels: Mapping[str, Emotion]
    ) -> None:
        """Read them.

        Raises:
            DatasetError: when there are several that tell the splits, or one cannot be read.
        """
        whole = [name for name, split in tables.faces.items() if split is None]
        names = list(tables.faces)
        self.dropped: Counter[str] = Counter()
        if len(whole) > 1:
            if len({files.checksum(name) for name in whole}) > 1:
                raise DatasetError(
                    f"{place}: expected one table of faces, found {', '.join(whole)}; "
                    "name the one to read."
                )
            self.dropped["a second copy of the table"] = len(whole) - 1
            names = whole[:1]
        self._pixels: dict[str, bytes] = {}
        self.entries: list[Entry] = []
        self.row_keys: dict[str, str] = {}
        numbers: Counter[tuple[str, Emotion]] = Counter()
        for name in names:
            rows, dropped = read_rows(files, name, place, tables.faces[name], labels)
            self.dropped += dropped
            begin = numbers.copy()
            for row in rows:
                number = begin[row.split, row.emotion] + row.number
                numbers[row.split, row.emotion] = number + 1
                entry = Entry(f"{row.split}/{row.emotion}/{number}", row.split, row.emotion)
                self.entries.append(entry)
                self._pixels[entry.path] = row.pixels
                if len(names) == 1:
                    self.row_keys[entry.path] = row_key(row.split, row.line)
        self.entries.sort(key=lambda entry: entry.path)

    def read(self, path: str) -> bytes:
        """Return a row as PNG."""
        face = face_from_bytes(self._pixels[path])
        return bytes(cv2.imencode(".png", face, [cv2.IMWRITE_PNG_COMPRESSION, 0])[1])


def read_rows(
    files: Files, name: str, place: str, split: str | None, labels: Mapping[str, Emotion]
) -> tuple[list[Row], Counter[str]]:
    """Return the faces of a table among some files; see `read_table`.

    Raises:
        DatasetError: when it cannot be read.
    """
    try:
        with files.open(name) as file:
            return read_table(file, place, split=split, labels=labels)
    except DatasetError:
        raise
    except READ_ERRORS as error:
        raise DatasetError(f"{place}: expected a readable {name} ({error}).") from error
