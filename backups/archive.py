"""What a backup consists of: pieces of tables, files, and at the end what vouches for them."""

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

FORMAT = 1
MANIFEST = "manifest.json"
TABLES, FILES = "tables", "files"
MAX_PIECE_BYTES = 256 * 2**20
MAX_FILE_BYTES = 256 * 2**20
MAX_MANIFEST_BYTES = 2**30
READ_AT_ONCE = 2**20


class BackupError(Exception):
    """A backup cannot be made or used; the message says why in one line."""


@dataclass(slots=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        made_at: when, as ISO 8601 in UTC.
        migrations: the names of all migrations that its tables have seen, as `app.name`.
        rows: how many rows each table has.
        sha256: of each member, by its name.
        gone: how many files were removed while the backup was made.
    """

    made_at: str
    migrations: list[str]
    rows: dict[str, int] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    gone: int = 0
    format: int = FORMAT

    def to_json(self) -> bytes:
        """Return it as the last member has it."""
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def from_json(cls, told: bytes) -> "Manifest":
        """Return what the last member tells.

        Raises:
            BackupError: it is of another format.
        """
        try:
            values = json.loads(told)
            if values["format"] != FORMAT:
                raise ValueError(values["format"])
            return cls(**values)
        except (ValueError, TypeError, KeyError) as error:
            raise BackupError(f"Expected a manifest of format {FORMAT} ({error!r}).") from error


def migrations_here() -> list[str]:
    """Return the names of all migrations that this database has seen."""
    return sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive, to be read once before the next one is asked for."""

    name: str
    size: int
    archive: tarfile.TarFile
    info: tarfile.TarInfo

    def content(self, most: int) -> bytes:
        """Return all of it.

        Raises:
            BackupError: it is larger than `most` bytes, or ends early.
        """
        if self.size > most:
            raise BackupError(f"{self.name}: expected at most {most >> 20} MB.")
        return b"".join(self.chunks())

    def chunks(self) -> Iterator[bytes]:
        """Yield it piece by piece.

        Raises:
            BackupError: it ends early.
        """
        file, left = self.archive.extractfile(self.info), self.size
        while file and left:
            try:
                chunk = file.read(min(left, READ_AT_ONCE))
            except (tarfile.TarError, OSError) as error:
                raise BackupError(f"{self.name}: ends early ({error}).") from error
            left -= len(chunk)
            yield chunk

    def lines(self) -> list[bytes]:
        """Return the lines of a piece of a table.

        Raises:
            BackupError: it is none, or larger than any.
        """
        packed = self.content(MAX_PIECE_BYTES)
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
                unpacked = file.read(MAX_PIECE_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise BackupError(f"{self.name}: expected a piece of a table ({error}).") from error
        if len(unpacked) > MAX_PIECE_BYTES:
            raise BackupError(f"{self.name}: expected at most {MAX_PIECE_BYTES >> 20} MB unpacked.")
        return unpacked.splitlines()


def members(path: Path) -> Iterator[Member]:
    """Yield what is in an archive, one after the other; nothing is ever unpacked to a path.

    Raises:
        BackupError: it is no archive, or has members that no backup has.
    """
    try:
        with tarfile.open(path, "r:") as archive:
            while info := archive.next():
                name = PurePosixPath(info.name)
                if not info.isreg() or name.is_absolute() or ".." in name.parts:
                    raise BackupError(f"{info.name}: expected a file of a backup.")
                yield Member(info.name, info.size, archive, info)
                archive.members.clear()  # type: ignore[attr-defined] # or it would remember all
    except (tarfile.TarError, OSError) as error:
        raise BackupError(f"{path}: expected a backup ({error}).") from error


def verified(path: Path) -> Manifest:
    """Return what a backup says of itself, once all of it was read and compared with that.

    Raises:
        BackupError: it ends early or was changed.
    """
    found: dict[str, str] = {}
    for member in members(path):
        if member.name == MANIFEST:
            manifest = Manifest.from_json(member.content(MAX_MANIFEST_BYTES))
            for name in found.keys() ^ manifest.sha256.keys():
                raise BackupError(f"{name}: is in the archive or in its manifest, but not in both.")
            for name, digest in found.items():
                if digest != manifest.sha256[name]:
                    raise BackupError(f"{name}: is not what was written into the backup.")
            return manifest
        if member.name in found:
            raise BackupError(f"{member.name}: is in the archive twice.")
        sha256 = hashlib.sha256()
        for chunk in member.chunks():
            sha256.update(chunk)
        found[member.name] = sha256.hexdigest()
    raise BackupError(f"{path}: ends early; it has no manifest.")
