"""The files inside an archive or a folder, which are never trusted and never unpacked."""

import io
import os
import stat
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

MAX_ENTRIES = 200_000
MAX_ENTRY_BYTES = 16 * 2**20
"""Of a picture, and of an archive's table of contents, which is read in one piece."""
MAX_TABLE_BYTES = 2**30
"""Of a text, which is read line by line if it is read at all."""
TEXTS = (".csv", ".json", ".html")
MAX_TOTAL_BYTES = 4 * 2**30
MAX_RATIO = 200
"""Of unpacked to packed bytes; pictures are packed already."""

UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
"""What a damaged archive or a file without permission makes the standard library raise."""


class DatasetError(ValueError):
    """A dataset is not as expected; the message says what was expected and what was received."""


class Files(Protocol):
    """The regular files of a container."""

    @property
    def names(self) -> list[str]:
        """Where they are inside, with forward slashes, each once."""

    @property
    def dropped(self) -> Counter[str]:
        """Why others were left out, and how many were."""

    def open(self, name: str) -> IO[bytes]:
        """Return one file to read from its start.

        Raises:
            Exception: one of `UNREADABLE`.
        """

    def read(self, name: str) -> bytes:
        """Return the content of one file; nothing where it is damaged or may not be read."""


def open_files(path: Path) -> Files:
    """Open a folder, a zip archive, or a single CSV file.

    Raises:
        DatasetError: when there is nothing, or it is none of those, or not to be trusted.
    """
    if path.is_dir():
        return Folder.listed(path)
    if not path.is_file():
        raise DatasetError(
            f"{path}: expected an archive, a folder or a CSV file, received nothing there."
        )
    if is_table(path.name):
        return Folder(path.parent, [path.name], Counter())
    return Archive(path)


def is_table(name: str) -> bool:
    """Return whether a name is that of a CSV file, and not of what a Mac keeps beside it."""
    return name.lower().endswith(".csv") and not PurePosixPath(name).name.startswith(".")


@dataclass(frozen=True)
class Folder:
    """Files of a folder; no link is followed, wherever it leads.

    Attributes:
        path: the folder.
        names, dropped: as `Files` has them.
    """

    path: Path
    names: list[str]
    dropped: Counter[str]

    @classmethod
    def listed(cls, path: Path) -> "Folder":
        """Return a folder with everything below it.

        Raises:
            DatasetError: when there is too much, or a folder may not be read.
        """
        names: list[str] = []
        dropped: Counter[str] = Counter()
        folders, entries = [path], 0
        while folders:
            try:
                listed = list(os.scandir(folders.pop()))
            except OSError as error:
                raise DatasetError(f"{path}: expected a readable folder ({error}).") from error
            entries += len(listed)
            if entries > MAX_ENTRIES:
                raise DatasetError(f"{path}: expected at most {MAX_ENTRIES} entries, has more.")
            for entry in listed:
                name = Path(entry.path).relative_to(path).as_posix()
                if entry.is_symlink():
                    dropped["a link"] += 1
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                elif not entry.is_file(follow_symlinks=False):
                    dropped["no regular file"] += 1
                elif not name.isprintable():
                    dropped["an odd name"] += 1
                else:
                    names.append(name)
        return cls(path, names, dropped)

    def open(self, name: str) -> IO[bytes]:
        """Return one file to read."""
        return (self.path / name).open("rb")

    def read(self, name: str) -> bytes:
        """Return at most so much as a picture may have; nothing where that is not permitted."""
        try:
            with self.open(name) as file:
                return file.read(MAX_ENTRY_BYTES)
        except OSError:
            return b""


class Archive:
    """A zip archive whose table of contents was checked."""

    def __init__(self, path: Path | str, file: Any = None) -> None:
        """List its files.

        Args:
            path: where it is, or what errors call it where `file` is given.
            file: the archive itself, open to be read in any order.

        Raises:
            DatasetError: when it is no archive, has too many entries, or one of them is too large,
                packed like a bomb, a link, or named to escape.
        """
        try:
            self._archive = zipfile.ZipFile(
                _Bounded(io.FileIO(path) if file is None else file, path)
            )
        except DatasetError:
            raise
        except UNREADABLE as error:
            raise DatasetError(
                f"{path}: expected a zip archive, a folder or a CSV file ({error})."
            ) from error
        check(self._archive.infolist(), path)
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self.dropped: Counter[str] = Counter()
        for entry in self._archive.infolist():
            name = str(inside(entry))
            if entry.filename.endswith(("/", "\\")):
                continue
            if reason := flaw(entry):
                self.dropped[reason] += 1
            elif name in self._infos:
                self.dropped["a name that was there before"] += 1
            else:
                self._infos[name] = entry
        self.names = list(self._infos)

    def open(self, name: str) -> IO[bytes]:
        """Return one file to read."""
        return self._archive.open(self._infos[name])

    def read(self, name: str) -> bytes:
        """Return the content of one file, never more than it claims; nothing if it is damaged."""
        try:
            with self.open(name) as file:
                return file.read(self._infos[name].file_size)
        except UNREADABLE:
            return b""


class _Bounded(io.BufferedReader):
    """A file that refuses to be read in large pieces.

    `zipfile` makes an object of each entry before anybody can count them, but it first reads the
    whole table of contents in one piece.
    """

    def __init__(self, file: Any, path: Path | str) -> None:
        super().__init__(file)
        self.path = path

    def __del__(self) -> None:
        self.close()

    def read(self, size: int | None = -1, /) -> bytes:
        """Read so many bytes.

        Raises:
            DatasetError: when they are more than the largest entry has.
        """
        if size and size > MAX_ENTRY_BYTES:
            raise DatasetError(
                f"{self.path}: expected at most {MAX_ENTRIES} entries, received a table of "
                f"contents of {size >> 20} MB."
            )
        return super().read(size)


def inside(entry: zipfile.ZipInfo) -> PurePosixPath:
    """Return where an entry is inside its archive, whichever slashes its maker used."""
    return PurePosixPath(entry.filename.replace("\\", "/"))


def check(entries: list[zipfile.ZipInfo], path: Path | str) -> None:
    """Read a table of contents for signs of harm.

    Raises:
        DatasetError: when the archive is not to be trusted.
    """
    if len(entries) > MAX_ENTRIES:
        raise DatasetError(
            f"{path}: expected at most {MAX_ENTRIES} entries, received {len(entries)}."
        )
    for entry in entries:
        if harm := harm_of(entry):
            raise DatasetError(f"{path}: the entry {entry.filename!r} {harm}.")
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise DatasetError(f"{path}: has more than {MAX_TOTAL_BYTES >> 30} GB unpacked.")


def harm_of(entry: zipfile.ZipInfo) -> str | None:
    """Return what makes the whole archive untrustworthy, or None."""
    name = inside(entry)
    most = MAX_TABLE_BYTES if entry.filename.lower().endswith(TEXTS) else MAX_ENTRY_BYTES
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if name.is_absolute() or ".." in name.parts or ":" in (name.parts or ("",))[0]:
        return "leads out of the archive"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link" if kind == stat.S_IFLNK else "is no regular file"
    if entry.file_size > max(MAX_RATIO * entry.compress_size, 2**16):
        return "is packed like a bomb"
    if entry.file_size > most:
        return f"has more than {most >> 20} MB"
    return None


def flaw(entry: zipfile.ZipInfo) -> str | None:
    """Return why an entry is left out of an archive that is used, or None."""
    if not entry.orig_filename.isprintable():
        return "an odd name"
    if entry.flag_bits & 1:
        return "encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # Of the others `zipfile` unpacks a whole entry at once, whatever size it claims.
        return "packed in an unusual way"
    return None
