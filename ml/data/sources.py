"""Datasets as they are downloaded: labelled pictures in an archive, a folder or a table."""

import io
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from common.archives import ArchiveError
from common.file_sources import open_files
from ml.data.crowd_votes import parse_votes
from ml.data.errors import DatasetError
from ml.data.picture_tree import Entry, PictureTree
from ml.data.spellings import NO_LABELS, with_closest_split
from ml.data.tables import TableRows, Tables, read_rows
from ml.emotions import EMOTIONS, Emotion


class Source:
    """Labelled pictures in an archive or a folder, or as rows of FER2013's table.

    Pictures are found as `<split>/<emotion>/<picture>` at any depth (see `PictureTree`). Tables of
    faces are given by themselves, or are read from an archive or folder without such pictures.

    Attributes:
        path: the archive, folder or table.
        name: its name without the suffix.
        entries: its pictures, sorted by path.
        dropped: how many files, or rows of the table, are left out, by reason.
        votes: the name of a table of crowd votes inside, or None.
        row_keys: by path, what votes know the rows of a table by; empty for pictures.
    """

    def __init__(self, path: Path, labels: Mapping[str, Emotion] = NO_LABELS) -> None:
        """List what is inside.

        Args:
            labels: what classes stand for whose names do not say (see `parse_labels`).

        Raises:
            DatasetError: when it cannot be read, is unsafe to read, or holds no labelled picture.
        """
        self.path = path
        self.name = path.stem.removesuffix(".tar")
        try:
            self._files = open_files(path)
        except ArchiveError as error:
            raise DatasetError(str(error)) from error
        tables = Tables(self._files, str(path))
        pictures = PictureTree(self._files, labels)
        self._pictures: PictureTree | TableRows = pictures
        self.row_keys: Mapping[str, str] = {}
        self.dropped = self._files.dropped + pictures.dropped
        unused = [*tables.faces, *tables.others, *tables.damaged]
        if tables.faces and not pictures.entries:
            rows = TableRows(self._files, tables, str(path), labels)
            self._pictures, self.row_keys = rows, rows.row_keys
            self.dropped += rows.dropped
            unused = [*tables.others, *tables.damaged]
        self.entries = self._pictures.entries
        self.votes = next(iter(tables.votes), None)
        self.dropped.update(
            f"{name}, a table that is not used" for name in (*unused, *tables.votes[1:])
        )
        if not self.entries:
            self._refuse(tables, labels)

    def _refuse(self, tables: Tables, labels: Mapping[str, Emotion]) -> None:
        """Say why there is nothing to read.

        Raises:
            DatasetError: always.
        """
        for name, reason in tables.damaged.items():
            raise DatasetError(f"{self.path}: expected a readable {name} ({reason}).")
        if len(tables.others) == len(self._files.names) == 1:
            read_rows(self._files, tables.others[0], str(self.path), None, labels)
        if self.votes:
            self.dropped[f"{self.votes}, votes without the faces that they are on"] += 1
        reasons = ", ".join(f"{reason}: {n}" for reason, n in sorted(self.dropped.items()))
        raise DatasetError(
            f"{self.path}: expected <split>/<emotion>/<picture> with the emotions "
            f"{', '.join(EMOTIONS)}, or a table such as fer2013.csv, found no face "
            f"({reasons or 'nothing inside'}). Use --labels for other class names."
        )

    def splits(self) -> Counter[str]:
        """Count the pictures of each split."""
        return Counter(entry.split for entry in self.entries)

    def read(self, split: str | None = None) -> Iterator[tuple[Entry, bytes]]:
        """Yield each picture of a split (of all where None) with its bytes.

        A row of a table is encoded as PNG. A file that is damaged or may not be read yields no
        bytes.
        """
        for entry in self.entries:
            if split in (None, entry.split):
                yield entry, self._pictures.read(entry.path)

    def read_votes(self) -> dict[str, list[int]]:
        """Return the votes inside by key (see `ml.data.crowd_votes`), none where `votes` is None.

        Raises:
            DatasetError: when they cannot be read.
        """
        if self.votes is None:
            return {}
        with (
            self._files.open(self.votes) as file,
            io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as lines,
        ):
            return parse_votes(lines, f"{self.path}: {self.votes}")

    def pick_split(self, wanted: str | None) -> str:
        """Return `wanted`, else `test`, else `validation`, else the only split there is.

        Raises:
            DatasetError: when there is no such split, or several and none of those.
        """
        return pick_split(self.splits(), wanted, str(self.path))


def pick_split(counts: Counter[str], wanted: str | None, place: str) -> str:
    """Return `wanted`, else `test`, else `validation`, else the only one of `counts`.

    Raises:
        DatasetError: when there is no such split, or several and none of those.
    """
    there = describe_splits(counts)
    if wanted:
        if wanted not in counts:
            raise DatasetError(f"{place}: expected the split {wanted}, found {there}.")
        return wanted
    for name in ("test", "validation"):
        if name in counts:
            return name
    if len(counts) != 1:
        raise DatasetError(f"{place}: expected one split or its name, found {there}.")
    return next(iter(counts))


def describe_splits(counts: Counter[str]) -> str:
    """Return splits with how many pictures each has; unknown names with the one they are like."""
    return ", ".join(f"{with_closest_split(name)}: {n}" for name, n in sorted(counts.items()))
