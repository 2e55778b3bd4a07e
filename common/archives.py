"""Reading files inside untrusted archives and folders, without extracting them."""

import io
import os
import re
import stat
import weakref
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from common.names import has_controls

MAX_ENTRIES = 200_000
MAX_ENTRY_BYTES = 16 * 2**20
"""Limit for pictures, and for the central directory, which zipfile reads at once."""
MAX_TEXT_BYTES = 2**30
"""Limit for text files, which are read line by line."""
TEXT_SUFFIXES = (".csv", ".json", ".html")
MAX_TOTAL_BYTES = 4 * 2**30
MAX_COMPRESSION_RATIO = 200
"""Pictures are compressed already, so theirs is about 1."""

READ_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
"""Raised by the standard library for damaged archives and files without permission."""


_DRIVE = re.compile("[A-Za-z]:")
"""How a path begins that leads to a drive of Windows; other colons are part of a name."""


class ArchiveError(ValueError):
    """An archive or folder is unusable or unsafe; the message says what was expected."""


class Files(Protocol):
    """The regular files of an archive or a folder."""

    @property
    def names(self) -> list[str]:
        """Their unique paths inside, with forward slashes."""

    @property
    def dropped(self) -> Counter[str]:
        """The number of files that were left out, by reason."""

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading.

        Raises:
            Exception: one of `READ_ERRORS`.
        """

    def read(self, name: str) -> bytes:
        """Return the content of a file; empty if it is damaged or cannot be read."""

    def checksum(self, name: str) -> tuple[int, int]:
        """Return length and CRC-32 of a file, which tell copies from others, but prove nothing."""


def is_table(name: str) -> bool:
    """Tell whether a name is that of a CSV file, and not of the hidden copy that macOS adds."""
    return name.lower().endswith(".csv") and not PurePosixPath(name).name.startswith(".")


@dataclass(frozen=True)
class Folder:
    """The files of a folder; symbolic links are never followed."""

    path: Path
    names: list[str]
    dropped: Counter[str]

    @classmethod
    def scan(cls, path: Path) -> "Folder":
        """List all files below a folder.

        Raises:
            ArchiveError: there are too many entries, or a folder cannot be read.
        """
        names: list[str] = []
        dropped: Counter[str] = Counter()
        folders, entries = [path], 0
        while folders:
            try:
                children = list(os.scandir(folders.pop()))
            except OSError as error:
                raise ArchiveError(f"{path}: expected a readable folder ({error}).") from error
            entries += len(children)
            if entries > MAX_ENTRIES:
                raise ArchiveError(f"{path}: expected at most {MAX_ENTRIES} entries, has more.")
            for entry in children:
                name = Path(entry.path).relative_to(path).as_posix()
                if entry.is_symlink():
                    dropped["a link"] += 1
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                elif not entry.is_file(follow_symlinks=False):
                    dropped["no regular file"] += 1
                elif has_controls(name):
                    dropped["an odd name"] += 1
                else:
                    names.append(name)
        return cls(path, names, dropped)

    def open(self, name: str) -> IO[bytes]:
        return (self.path / name).open("rb")

    def read(self, name: str) -> bytes:
        """Return up to `MAX_ENTRY_BYTES` of a file; empty if it cannot be read."""
        try:
            with self.open(name) as file:
                return file.read(MAX_ENTRY_BYTES)
        except OSError:
            return b""

    def checksum(self, name: str) -> tuple[int, int]:
        content = self.read(name)
        return len(content), zlib.crc32(content)


class Archive:
    """A zip archive whose central directory has been checked."""

    def __init__(self, path: Path | str, file: Any = None) -> None:
        """List its files.

        Args:
            path: path of the archive, or its name in error messages if `file` is given.
            file: the archive as a seekable binary file.

        Raises:
            ArchiveError: it is not an archive, has too many entries, or contains an entry that is
                too large, a zip bomb, a link, or named to escape from the archive.
        """
        try:
            self._archive = zipfile.ZipFile(
                BoundedReader(io.FileIO(path) if file is None else file, path)
            )
        except ArchiveError:
            raise
        except READ_ERRORS as error:
            raise ArchiveError(
                f"{path}: expected a zip or tar.gz archive, a folder or a CSV file ({error})."
            ) from error
        check_entries(self._archive.infolist(), path)
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self.dropped: Counter[str] = Counter()
        for entry in self._archive.infolist():
            name = str(entry_path(entry))
            if entry.filename.endswith(("/", "\\")):
                continue
            if reason := skip_reason(entry):
                self.dropped[reason] += 1
            elif name in self._infos:
                self.dropped["a name that was there before"] += 1
            else:
                self._infos[name] = entry
        self.names = list(self._infos)

    def open(self, name: str) -> IO[bytes]:
        return self._archive.open(self._infos[name])

    def size_of(self, name: str) -> int:
        """Return how many bytes a file says it has."""
        return self._infos[name].file_size

    def read(self, name: str) -> bytes:
        """Return the content of a file, never more than its stated size; empty if it is damaged."""
        try:
            with self.open(name) as file:
                return file.read(self._infos[name].file_size)
        except READ_ERRORS:
            return b""

    def checksum(self, name: str) -> tuple[int, int]:
        """Return what the archive says about a file."""
        return self._infos[name].file_size, self._infos[name].CRC


class BoundedReader(io.BufferedReader):
    """A file that refuses large reads.

    `zipfile` creates an object for each entry before they can be counted, but it reads the whole
    central directory in one call first; `tarfile` reads long names in one, too.
    """

    def __init__(self, file: Any, path: Path | str) -> None:
        super().__init__(file)
        self.path = path
        # The collector might end the file of a cycle before its reader, and complain of it.
        weakref.finalize(self, file.close)

    def __del__(self) -> None:
        self.close()

    def read(self, size: int | None = -1, /) -> bytes:
        """Read up to `size` bytes.

        Raises:
            ArchiveError: `size` is above `MAX_ENTRY_BYTES`.
        """
        if size and size > MAX_ENTRY_BYTES:
            raise ArchiveError(
                f"{self.path}: expected at most {MAX_ENTRIES} entries, received a table of "
                f"contents of {size >> 20} MB."
            )
        return super().read(size)


def entry_path(entry: zipfile.ZipInfo) -> PurePosixPath:
    """Return the path of an entry, whichever slashes the archiver used."""
    return PurePosixPath(entry.filename.replace("\\", "/"))


def check_entries(entries: list[zipfile.ZipInfo], path: Path | str) -> None:
    """Check the entries of an archive.

    Raises:
        ArchiveError: the archive is unsafe.
    """
    if len(entries) > MAX_ENTRIES:
        raise ArchiveError(
            f"{path}: expected at most {MAX_ENTRIES} entries, received {len(entries)}."
        )
    for entry in entries:
        if threat := find_threat(entry):
            raise ArchiveError(f"{path}: the entry {entry.filename!r} {threat}.")
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise ArchiveError(f"{path}: has more than {MAX_TOTAL_BYTES >> 30} GB unpacked.")


def find_threat(entry: zipfile.ZipInfo) -> str | None:
    """Return why an entry makes the whole archive unsafe, or None."""
    name = entry_path(entry)
    most = max_bytes(entry.filename)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if leads_out(name):
        return "leads out of the archive"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link" if kind == stat.S_IFLNK else "is no regular file"
    if entry.file_size > max(MAX_COMPRESSION_RATIO * entry.compress_size, 2**16):
        return "is packed like a bomb"
    if entry.file_size > most:
        return f"has more than {most >> 20} MB"
    return None


def leads_out(name: PurePosixPath) -> bool:
    """Tell whether the path of an entry leads out of its archive."""
    return name.is_absolute() or ".." in name.parts or _DRIVE.match(str(name)) is not None


def max_bytes(name: str) -> int:
    """Return how large an entry of this name may be."""
    return MAX_TEXT_BYTES if name.lower().endswith(TEXT_SUFFIXES) else MAX_ENTRY_BYTES


def skip_reason(entry: zipfile.ZipInfo) -> str | None:
    """Return why an entry is skipped although the archive is safe, or None."""
    if has_controls(entry.orig_filename):
        return "an odd name"
    if entry.flag_bits & 1:
        return "encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # With other methods `zipfile` decompresses a whole entry at once, whatever its stated size.
        return "packed in an unusual way"
    return None
