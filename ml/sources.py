"""Labelled pictures in an archive or a folder, which is never trusted and never unpacked."""

import stat
import zipfile
import zlib
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
        copies: how many pictures stand in other copies of the tree.
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
            files = [info for info in self._archive.infolist() if not info.is_dir()]
            self._infos = {str(inside(info)): info for info in files}
            paths = list(self._infos)
        else:
            raise DatasetError(f"{path}: expected an archive or a folder, received nothing there.")
        trees: dict[PurePosixPath, list[Entry]] = {}
        for name in sorted(paths):
            if found := labelled(PurePosixPath(name)):
                root, entry = found
                trees.setdefault(root, []).append(entry)
        if not trees:
            raise DatasetError(
                f"{path}: expected <split>/<emotion>/<picture> with the emotions "
                f"{', '.join(EMOTIONS)}, found none among {len(paths)} files."
            )
        fullest = max(trees, key=lambda root: (len(trees[root]), -len(root.parts)))
        self.entries = trees[fullest]
        pictures = sum(len(tree) for tree in trees.values())
        self.copies = pictures - len(self.entries)
        self.strays = len(paths) - pictures

    def splits(self) -> Counter[str]:
        """Count the pictures of each split."""
        return Counter(entry.split for entry in self.entries)

    def read(self, split: str | None = None) -> Iterator[tuple[Entry, bytes]]:
        """Yield each picture of a split (of all where None) with its bytes.

        There are no bytes where an archive is damaged or encrypted.
        """
        for entry in self.entries:
            if split in (None, entry.split):
                yield entry, self._bytes(entry)

    def _bytes(self, entry: Entry) -> bytes:
        """Return the content of one entry; empty where the archive is damaged or encrypted."""
        if self._archive is None:
            return (self.path / entry.path).read_bytes()
        try:
            return self._archive.read(self._infos[entry.path])
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):
            return b""

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


def inside(info: zipfile.ZipInfo) -> PurePosixPath:
    """Return where an entry is inside its archive, whichever slashes its maker used."""
    return PurePosixPath(info.filename.replace("\\", "/"))


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
        name = inside(entry)
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
