"""Datasets as they are downloaded: labelled pictures in an archive, a folder or a table."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import cv2

from common.archives import READ_ERRORS, ArchiveError, Files, is_table, open_files
from ml.data.errors import DatasetError
from ml.data.faces import face_from_bytes
from ml.data.fer2013_csv import read_table
from ml.data.spellings import SPELLINGS
from ml.emotions import EMOTIONS, Emotion

PICTURES = {".png", ".jpg", ".jpeg"}
SPLITS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "val": "validation",
    "valid": "validation",
    "test": "test",
    "testing": "test",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One labelled picture of a source.

    Attributes:
        path: inside the source, with forward slashes.
        split: `train`, `validation` or `test`, or else the folder's own name.
        emotion: its label.
    """

    path: str
    split: str
    emotion: Emotion


class Source:
    """Labelled pictures in an archive or a folder, or as rows of FER2013's table.

    Pictures are found as `<split>/<emotion>/<picture>` at any depth. The table may be given by
    itself, or be the only CSV file of an archive or folder without such pictures.

    Attributes:
        path: the archive, folder or table.
        name: its name without the suffix.
        entries: its pictures, sorted by path; a copy of the tree nested inside it is dropped.
        dropped: how many files, or rows of the table, are left out, by reason.
    """

    def __init__(self, path: Path) -> None:
        """List what is inside.

        Raises:
            DatasetError: when it cannot be read, is unsafe to read, or holds no labelled picture.
        """
        self.path = path
        self.name = path.stem
        try:
            files = open_files(path)
        except ArchiveError as error:
            raise DatasetError(str(error)) from error
        tables = [name for name in files.names if is_table(name)]
        pictures = _PictureTree(files)
        self._pictures: _PictureTree | _TableRows = pictures
        if not pictures.entries and len(tables) == 1:
            self._pictures = _TableRows(files, tables[0], str(path))
        self.entries = self._pictures.entries
        self.dropped = files.dropped + self._pictures.dropped
        if not self.entries:
            reasons = ", ".join(f"{reason}: {n}" for reason, n in sorted(self.dropped.items()))
            raise DatasetError(
                f"{path}: expected <split>/<emotion>/<picture> with the emotions "
                f"{', '.join(EMOTIONS)}, or one fer2013.csv, found no face "
                f"({reasons or 'nothing inside'})."
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

    def pick_split(self, wanted: str | None) -> str:
        """Return `wanted`, else `test`, else `validation`, else the only split there is.

        Raises:
            DatasetError: when there is no such split, or several and none of those.
        """
        return pick_split(self.splits(), wanted, str(self.path))


class _PictureTree:
    """The pictures of the largest tree among some files; everything else is dropped."""

    def __init__(self, files: Files) -> None:
        trees: dict[PurePosixPath, list[Entry]] = {}
        for name in sorted(files.names):
            if found := parse_path(PurePosixPath(name)):
                root, entry = found
                trees.setdefault(root, []).append(entry)
        largest = max(trees, key=lambda root: (len(trees[root]), -len(root.parts)), default=None)
        pictures = sum(map(len, trees.values()))
        self.entries = trees[largest] if largest else []
        self.dropped = +Counter(
            {
                "in a second copy of the tree": pictures - len(self.entries),
                "no labelled picture": len(files.names) - pictures,
            }
        )
        self.read = files.read


class _TableRows:
    """The rows of a table as pictures; malformed rows are dropped."""

    def __init__(self, files: Files, name: str, place: str) -> None:
        try:
            with files.open(name) as file:
                rows, dropped = read_table(file, place)
        except DatasetError:
            raise
        except READ_ERRORS as error:
            raise DatasetError(f"{place}: expected a readable {name} ({error}).") from error
        faces = {
            Entry(f"{row.split}/{row.emotion}/{row.number}", row.split, row.emotion): row.pixels
            for row in rows
        }
        self.entries = sorted(faces, key=lambda entry: entry.path)
        self.dropped = dropped + Counter({"no labelled picture": len(files.names) - 1})
        self._pixels = {entry.path: pixels for entry, pixels in faces.items()}

    def read(self, path: str) -> bytes:
        """Return a row as PNG."""
        face = face_from_bytes(self._pixels[path])
        return bytes(cv2.imencode(".png", face, [cv2.IMWRITE_PNG_COMPRESSION, 0])[1])


def pick_split(counts: Counter[str], wanted: str | None, place: str) -> str:
    """Return `wanted`, else `test`, else `validation`, else the only one of `counts`.

    Raises:
        DatasetError: when there is no such split, or several and none of those.
    """
    there = ", ".join(sorted(counts))
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


def parse_path(path: PurePosixPath) -> tuple[PurePosixPath, Entry] | None:
    """Return the root of the tree that a picture is in and its entry, or None for a stray file."""
    if path.suffix.lower() not in PICTURES or len(path.parts) < 3:  # noqa: PLR2004 - see Source
        return None
    split, label = path.parts[-3], path.parts[-2].lower()
    if label not in SPELLINGS or path.name.startswith("."):
        return None
    entry = Entry(str(path), SPLITS.get(split.lower(), split), SPELLINGS[label])
    return path.parents[2], entry
