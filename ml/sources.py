"""Labelled pictures in an archive or a folder, which is never trusted and never unpacked."""

import stat
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

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
SPELLINGS = {str(emotion): emotion for emotion in EMOTIONS} | {
    "anger": Emotion.ANGRY,
    "disgusted": Emotion.DISGUST,
    "fearful": Emotion.FEAR,
    "happiness": Emotion.HAPPY,
    "sadness": Emotion.SAD,
    "surprised": Emotion.SURPRISE,
}
MAX_ENTRIES = 200_000
MAX_ENTRY_BYTES = 20 * 2**20
MAX_TOTAL_BYTES = 4 * 2**30
MAX_RATIO = 200  # of packed bytes; pictures are packed already


class DatasetError(ValueError):
    """A dataset is not as expected; the message says what was expected and what was received."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One labelled picture of a source.

    Attributes:
        path: where it is inside the source, with forward slashes.
        split: `train`, `validation` or `test`, or the folder's own name where it is another.
        emotion: its label.
    """

    path: str
    split: str
    emotion: Emotion


class Source:
    """An archive or folder with `<split>/<emotion>/<picture>` somewhere inside.

    Attributes:
        name: the file's or folder's name without its ending.
        entries: its pictures, sorted by path; a copy of the tree nested in itself counts once.
        strays: how many files are no labelled pictures.
    """

    def __init__(self, path: Path) -> None:
        """List what is inside.

        Raises:
            DatasetError: when there is no such file, it is no archive, or nothing fits.
        """
        self.name = path.stem
        self.path = path
        if path.is_dir():
            self._archive = None
            paths = [p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file()]
        elif path.is_file():
            self._archive = open_archive(path)
            paths = [info.filename for info in self._archive.infolist() if not info.is_dir()]
        else:
            raise DatasetError(f"{path}: expected an archive or a folder, received nothing there.")
        trees: dict[PurePosixPath, list[Entry]] = {}
        for inside in sorted(paths):
            if found := labelled(PurePosixPath(inside)):
                root, entry = found
                trees.setdefault(root, []).append(entry)
        if not trees:
            raise DatasetError(
                f"{path}: expected <split>/<emotion>/<picture> with the emotions "
                f"{', '.join(EMOTIONS)}, found none among {len(paths)} files."
            )
        fullest = max(trees, key=lambda root: (len(trees[root]), -len(root.parts)))
        self.entries = trees[fullest]
        self.strays = len(paths) - sum(len(tree) for tree in trees.values())

    def splits(self) -> Counter[str]:
        """Count the pictures of each split."""
        return Counter(entry.split for entry in self.entries)

    def read(self, split: str | None = None) -> Iterator[tuple[Entry, bytes]]:
        """Yield each picture of a split (of all where None) with its bytes."""
        for entry in self.entries:
            if split in (None, entry.split):
                if self._archive:
                    yield entry, self._archive.read(entry.path)
                else:
                    yield entry, (self.path / entry.path).read_bytes()

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


def labelled(path: PurePosixPath) -> tuple[PurePosixPath, Entry] | None:
    """Return the tree that a picture belongs to and its entry, or None for a stray file."""
    if path.suffix.lower() not in PICTURES or len(path.parts) < 3:  # noqa: PLR2004 - see Source
        return None
    split, label = path.parts[-3], path.parts[-2].lower()
    if label not in SPELLINGS or path.name.startswith("."):
        return None
    entry = Entry(str(path), SPLITS.get(split.lower(), split), SPELLINGS[label])
    return path.parents[2], entry


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a zip archive after its table of contents was checked.

    Raises:
        DatasetError: when it is no archive, or an entry is too much, too large, a link or named
            to escape.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise DatasetError(f"{path}: expected a zip archive or a folder ({error}).") from error
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise DatasetError(
            f"{path}: expected at most {MAX_ENTRIES} entries, received {len(entries)}."
        )
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in (name.parts or ("",))[0]:
            raise DatasetError(f"{path}: the entry {entry.filename!r} leads out of the archive.")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise DatasetError(f"{path}: the entry {entry.filename!r} is a link.")
        if entry.file_size > max(MAX_RATIO * entry.compress_size, 2**16):
            raise DatasetError(f"{path}: the entry {entry.filename!r} is packed like a bomb.")
        if entry.file_size > MAX_ENTRY_BYTES:
            raise DatasetError(
                f"{path}: the entry {entry.filename!r} has more than {MAX_ENTRY_BYTES >> 20} MB."
            )
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise DatasetError(f"{path}: has more than {MAX_TOTAL_BYTES >> 30} GB unpacked.")
    return archive
