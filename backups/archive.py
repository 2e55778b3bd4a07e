"""The format of a backup: a tar archive of table chunks, files, and at the end a manifest.

The signature of the manifest may follow. `backups.sealing` encrypts the whole.
"""

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

FORMAT = 1
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
TABLES, FILES = "tables", "files"
MAX_CHUNK_BYTES = 256 * 2**20
MAX_FILE_BYTES = 256 * 2**20
MAX_MANIFEST_BYTES = 2**30
SIGNATURE_BYTES = 64
READ_BYTES = 2**20


class BackupError(Exception):
    """A backup cannot be made or used; the message is a single line."""


@dataclass(slots=True)
class Manifest:
    """The last member of the archive, which describes and authenticates the others.

    Attributes:
        made_at: time of the backup, ISO 8601 in UTC.
        migrations: all migrations applied to its database, as `app.name`.
        rows: number of rows of each table.
        sha256: checksum of each member, by name.
        gone: number of files that were removed while the backup was made.
    """

    made_at: str
    migrations: list[str]
    rows: dict[str, int] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    gone: int = 0
    format: int = FORMAT

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()

    def check_rows(self, found: dict[str, int]) -> None:
        """Compare the numbers of rows with those that were read.

        Raises:
            BackupError: they differ.
        """
        for label in sorted({*self.rows, *found}):
            expected, received = self.rows.get(label, 0), found.get(label, 0)
            if received != expected:
                raise BackupError(f"{label}: expected {expected} rows, received {received}.")

    @classmethod
    def from_json(cls, content: bytes) -> "Manifest":
        """Parse a manifest.

        Raises:
            BackupError: it is not a manifest of this format.
        """
        try:
            values = json.loads(content)
            if values["format"] != FORMAT:
                raise ValueError(values["format"])
            return cls(**values)
        except (ValueError, TypeError, KeyError) as error:
            raise BackupError(f"Expected a manifest of format {FORMAT} ({error!r}).") from error


def applied_migrations() -> list[str]:
    """Return all migrations applied to this database, as `app.name`."""
    return sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive, which can be read once, before the next member is requested."""

    name: str
    size: int
    archive: tarfile.TarFile
    info: tarfile.TarInfo

    def content(self, max_bytes: int) -> bytes:
        """Return the whole content.

        Raises:
            BackupError: it is larger than `max_bytes`, or truncated.
        """
        if self.size > max_bytes:
            raise BackupError(f"{self.name}: expected at most {max_bytes >> 20} MB.")
        return b"".join(self.chunks())

    def chunks(self) -> Iterator[bytes]:
        """Yield the content in chunks.

        Raises:
            BackupError: it is truncated.
        """
        file, left = self.archive.extractfile(self.info), self.size
        while file and left:
            try:
                chunk = file.read(min(left, READ_BYTES))
            except (tarfile.TarError, OSError) as error:
                raise BackupError(f"{self.name}: ends early ({error}).") from error
            left -= len(chunk)
            yield chunk

    def lines(self) -> list[bytes]:
        """Return the decompressed lines of a table chunk.

        Raises:
            BackupError: it is not a table chunk, or too large.
        """
        compressed = self.content(MAX_CHUNK_BYTES)
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(compressed)) as file:
                unpacked = file.read(MAX_CHUNK_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise BackupError(f"{self.name}: expected a piece of a table ({error}).") from error
        if len(unpacked) > MAX_CHUNK_BYTES:
            raise BackupError(f"{self.name}: expected at most {MAX_CHUNK_BYTES >> 20} MB unpacked.")
        return unpacked.splitlines()


def members(path: Path) -> Iterator[Member]:
    """Yield the members of an archive in order; nothing is ever extracted to a path.

    Raises:
        BackupError: it is not a tar archive, or has members that no backup has.
    """
    try:
        with tarfile.open(path, "r:") as archive:
            while info := archive.next():
                name = PurePosixPath(info.name)
                if not info.isreg() or name.is_absolute() or ".." in name.parts:
                    raise BackupError(f"{info.name}: expected a file of a backup.")
                yield Member(info.name, info.size, archive, info)
                archive.members.clear()  # type: ignore[attr-defined] # or all stay in memory
    except (tarfile.TarError, OSError) as error:
        raise BackupError(f"{path}: expected a backup ({error}).") from error


class TableChunk(NamedTuple):
    """Rows of one table, as lines of JSON."""

    label: str
    lines: list[bytes]


def table_chunks(path: Path) -> Iterator[TableChunk]:
    """Yield the tables of a backup, each after those that its rows refer to.

    Raises:
        BackupError: a table is damaged.
    """
    for member in members(path):
        kind, _, place = member.name.partition("/")
        if kind == TABLES:
            yield TableChunk(place.partition("/")[0], member.lines())


class VerifiedArchive(NamedTuple):
    """The manifest of an archive that is as it says, its bytes, and their signature."""

    manifest: Manifest
    content: bytes
    signature: bytes | None


def verify_archive(path: Path) -> VerifiedArchive:
    """Read the whole archive and compare every checksum.

    Raises:
        BackupError: it is truncated or was changed.
    """
    checksums: dict[str, str] = {}
    content = signature = None
    for member in members(path):
        if content is not None:
            if member.name != SIGNATURE or signature is not None:
                raise BackupError(f"{member.name}: comes after the manifest.")
            signature = member.content(SIGNATURE_BYTES)
        elif member.name == MANIFEST:
            content = member.content(MAX_MANIFEST_BYTES)
        elif member.name in checksums:
            raise BackupError(f"{member.name}: is in the archive twice.")
        else:
            sha256 = hashlib.sha256()
            for chunk in member.chunks():
                sha256.update(chunk)
            checksums[member.name] = sha256.hexdigest()
    if content is None:
        raise BackupError(f"{path}: ends early; it has no manifest.")
    manifest = Manifest.from_json(content)
    for name in checksums.keys() ^ manifest.sha256.keys():
        raise BackupError(f"{name}: is in the archive or in its manifest, but not in both.")
    for name, checksum in checksums.items():
        if checksum != manifest.sha256[name]:
            raise BackupError(f"{name}: is not what was written into the backup.")
    return VerifiedArchive(manifest, content, signature)
