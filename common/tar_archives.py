"""Reading files inside untrusted tar archives."""

import gzip
import tarfile
import tempfile
import weakref
import zlib
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import IO

from common.archives import (
    MAX_COMPRESSION_RATIO,
    MAX_ENTRIES,
    MAX_ENTRY_BYTES,
    MAX_TOTAL_BYTES,
    READ_ERRORS,
    ArchiveError,
    BoundedReader,
    leads_out,
    max_bytes,
)
from common.names import has_controls

GZIP = b"\x1f\x8b"


def is_tar(path: Path) -> bool:
    """Tell by its content whether a file is packed by gzip, or a tar archive."""
    try:
        with path.open("rb") as file:
            head = file.read(tarfile.BLOCKSIZE)
    except OSError:
        return False
    return head.startswith(GZIP) or head[257:262] == b"ustar"


class TarArchive:
    """A tar archive, packed by gzip or not, whose entries have been checked.

    It is unpacked into one temporary file without a name, in which its entries are read at random;
    nothing is written under a name that it gives.
    """

    def __init__(self, path: Path) -> None:
        """List its files.

        Raises:
            ArchiveError: it is not such an archive, has too many entries, or contains an entry that
                is too large, packed like a bomb, a link, a device, or named to escape.
        """
        self.dropped: Counter[str] = Counter()
        self._entries: dict[str, tarfile.TarInfo] = {}
        try:
            file = _unpacked(path)
            # Entries refer to their archive and back, so that nothing would close it soon.
            weakref.finalize(self, file.close)
            self._archive = tarfile.open(fileobj=file, mode="r:")  # noqa: SIM115 - read later
            for count, entry in enumerate(self._archive, start=1):
                if count > MAX_ENTRIES:
                    raise ArchiveError(f"{path}: expected at most {MAX_ENTRIES} entries, has more.")
                self._add(entry, path)
            # tarfile takes a damaged header for the end.
            file.seek(self._archive.offset)
            if any(file.read(tarfile.BLOCKSIZE)):
                raise ArchiveError(f"{path}: expected a whole tar archive, has a damaged entry.")
        except ArchiveError:
            raise
        except (tarfile.TarError, *READ_ERRORS) as error:
            raise ArchiveError(f"{path}: expected a whole tar archive ({error}).") from error
        self.names = list(self._entries)

    def _add(self, entry: tarfile.TarInfo, path: Path) -> None:
        name = PurePosixPath(entry.name.replace("\\", "/"))
        if threat := _find_tar_threat(entry, name):
            raise ArchiveError(f"{path}: the entry {entry.name!r} {threat}.")
        if entry.isdir():
            return
        if has_controls(entry.name):
            self.dropped["an odd name"] += 1
        elif str(name) in self._entries:
            self.dropped["a name that was there before"] += 1
        else:
            self._entries[str(name)] = entry

    def open(self, name: str) -> IO[bytes]:
        file = self._archive.extractfile(self._entries[name])
        if file is None:  # Only entries that have content are listed.
            raise OSError(f"{name} has no content.")
        return file

    def read(self, name: str) -> bytes:
        """Return the content of a file; empty if it is damaged."""
        try:
            with self.open(name) as file:
                return file.read(MAX_ENTRY_BYTES)
        except (tarfile.TarError, *READ_ERRORS):
            return b""

    def checksum(self, name: str) -> tuple[int, int]:
        content = self.read(name)
        return len(content), zlib.crc32(content)


def _unpacked(path: Path) -> BoundedReader:
    """Return a tar archive as a temporary file that is not packed.

    Raises:
        ArchiveError: it is larger than it may be.
    """
    limit = min(MAX_TOTAL_BYTES, max(MAX_COMPRESSION_RATIO * path.stat().st_size, 2**20))
    with path.open("rb") as packed:
        is_packed = packed.read(len(GZIP)) == GZIP
        packed.seek(0)
        source = gzip.GzipFile(fileobj=packed) if is_packed else packed
        unpacked = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        reader = BoundedReader(unpacked, path)
        while chunk := source.read(2**20):
            if unpacked.tell() + len(chunk) > limit:
                raise ArchiveError(
                    f"{path}: expected at most {MAX_TOTAL_BYTES >> 30} GB unpacked, and no more "
                    f"than {MAX_COMPRESSION_RATIO} times its size."
                )
            unpacked.write(chunk)
    reader.seek(0)
    return reader


def _find_tar_threat(entry: tarfile.TarInfo, name: PurePosixPath) -> str | None:
    """Return why an entry makes the whole archive unsafe, or None."""
    if leads_out(name):
        return "leads out of the archive"
    if entry.issym() or entry.islnk():
        return "is a link"
    # The content of a sparse file is larger than what is there to read.
    if not (entry.isdir() or entry.type in (tarfile.REGTYPE, tarfile.AREGTYPE)) or entry.issparse():
        return "is no regular file"
    if entry.size > (most := max_bytes(entry.name)):
        return f"has more than {most >> 20} MB"
    return None
