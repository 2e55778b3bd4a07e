"""Making a backup while the site runs, from one moment of its database."""

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from backups.archive import FILES, MANIFEST, TABLES, BackupError, Manifest, migrations_here
from backups.rows import pieces, tables
from common.files import atomic_write
from emotions.models import Capture
from ml.models import Artefact


@dataclass(slots=True)
class Written:
    """What went into a backup.

    Attributes:
        rows: of all tables.
        files: how many.
        gone: names of files that were removed while the backup was made.
    """

    rows: int = 0
    files: int = 0
    gone: list[str] = field(default_factory=list)


def write(path: Path) -> Written:
    """Write everything but sessions into one file, aside and then renamed; only its owner reads it.

    Raises:
        BackupError: the file cannot be written, or a stored file cannot be read.
    """
    try:
        with atomic_write(path, mode=0o600) as temporary, temporary.open("wb") as file:
            with tarfile.open(fileobj=file, mode="w|") as archive, snapshot():
                written = fill(archive)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BackupError(f"{path}: cannot be written ({error}).") from error
    return written


@contextmanager
def snapshot() -> Iterator[None]:
    """See the database as it is now until the block ends, without keeping anybody from writing."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    # Our transactions on SQLite ask for the right to write at once, which would stop the site.
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


def fill(archive: tarfile.TarFile) -> Written:
    """Add tables, then files, then what vouches for them."""
    manifest = Manifest(timezone.now().isoformat(), migrations_here())
    written = Written()
    for model in tables():
        label = model._meta.label
        manifest.rows[label] = 0
        for number, (rows, piece) in enumerate(pieces(model), start=1):
            packed = gzip.compress(piece, mtime=0)
            add(archive, manifest, f"{TABLES}/{label}/{number:06}.jsonl.gz", packed)
            manifest.rows[label] += rows
    for name in stored_names():
        try:
            with default_storage.open(name, "rb") as file:
                content = file.read()
        except FileNotFoundError:
            written.gone.append(name)
            continue
        add(archive, manifest, f"{FILES}/{name}", content)
        written.files += 1
    written.rows, manifest.gone = sum(manifest.rows.values()), len(written.gone)
    add_member(archive, MANIFEST, manifest.to_json())
    return written


def stored_names() -> Iterator[str]:
    """Yield the names of all files that rows refer to, but of those that come with the code."""
    for row in Capture.objects.order_by("pk").values_list(*Capture.PICTURES).iterator():
        yield from filter(None, row)
    trained = Artefact.objects.exclude(version__bundled=True)
    yield from trained.order_by("pk").values_list("file", flat=True).iterator()


def add(archive: tarfile.TarFile, manifest: Manifest, name: str, content: bytes) -> None:
    """Add a member that the manifest vouches for."""
    manifest.sha256[name] = hashlib.sha256(content).hexdigest()
    add_member(archive, name, content)


def add_member(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a member."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))
    archive.members.clear()  # type: ignore[attr-defined] # or it would remember all
