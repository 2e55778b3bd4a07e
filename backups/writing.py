"""Making a backup from one snapshot of the database, while the site is running."""

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.apps import apps
from django.apps.registry import Apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.utils import timezone

from backups.archive import (
    FILES,
    MANIFEST,
    SIGNATURE,
    TABLES,
    BackupError,
    Manifest,
    applied_migrations,
)
from backups.rows import backed_up_models, serialized_chunks
from backups.sealing import encrypted, sign
from common.files import atomic_write
from emotions.models import Capture
from ml.models import Artefact


@dataclass(slots=True)
class BackupSummary:
    """What a backup contains.

    Attributes:
        rows: number of rows in all tables.
        files: number of files.
        removed: names of files that were removed while the backup was made.
    """

    rows: int = 0
    files: int = 0
    removed: list[str] = field(default_factory=list)


def write_backup(path: Path) -> BackupSummary:
    """Write files and database, without sessions, into an archive that only its owner can read.

    It is encrypted and signed where the settings have keys.

    Raises:
        BackupError: the file cannot be written, or a stored file cannot be read.
    """
    try:
        with atomic_write(path, mode=0o600) as temporary, temporary.open("wb") as file:
            with (
                encrypted(file, settings.BACKUP_RECIPIENTS) as sink,
                tarfile.open(fileobj=sink, mode="w|") as archive,
                snapshot(),
            ):
                summary = add_contents(archive)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BackupError(f"{path}: cannot be written ({error}).") from error
    return summary


@contextmanager
def snapshot() -> Iterator[None]:
    """Freeze the view of the database until the block ends, without blocking writers."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    # Transactions on SQLite are configured to begin IMMEDIATE, which would block every writer.
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


def add_contents(archive: tarfile.TarFile) -> BackupSummary:
    """Add tables, then files, then the manifest and, with a key, its signature."""
    manifest = Manifest(timezone.now().isoformat(), applied_migrations())
    summary = BackupSummary()
    add_tables(archive, manifest)
    for name in stored_file_names():
        try:
            with default_storage.open(name, "rb") as file:
                content = file.read()
        except FileNotFoundError:
            summary.removed.append(name)
            continue
        add_verified_member(archive, manifest, f"{FILES}/{name}", content)
        summary.files += 1
    summary.rows, manifest.gone = sum(manifest.rows.values()), len(summary.removed)
    content = manifest.to_json()
    add_member(archive, MANIFEST, content)
    if settings.BACKUP_SIGNING_KEY:
        add_member(archive, SIGNATURE, sign(content, settings.BACKUP_SIGNING_KEY))
    return summary


def add_tables(
    archive: tarfile.TarFile,
    manifest: Manifest,
    registry: Apps = apps,
    using: str = DEFAULT_DB_ALIAS,
) -> None:
    """Add the rows of all tables in chunks, and count them in the manifest."""
    for model in backed_up_models(registry):
        label = model._meta.label
        manifest.rows[label] = 0
        for number, (rows, chunk) in enumerate(serialized_chunks(model, using), start=1):
            name = f"{TABLES}/{label}/{number:06}.jsonl.gz"
            add_verified_member(archive, manifest, name, gzip.compress(chunk, mtime=0))
            manifest.rows[label] += rows


def stored_file_names() -> Iterator[str]:
    """Yield the names of all files that rows refer to, except those that ship with the code."""
    for row in Capture.objects.order_by("pk").values_list(*Capture.PICTURES).iterator():
        yield from filter(None, row)
    trained = Artefact.objects.exclude(version__bundled=True)
    yield from trained.order_by("pk").values_list("file", flat=True).iterator()


def add_verified_member(
    archive: tarfile.TarFile, manifest: Manifest, name: str, content: bytes
) -> None:
    """Add a member and its checksum to the manifest."""
    manifest.sha256[name] = hashlib.sha256(content).hexdigest()
    add_member(archive, name, content)


def add_member(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))
    archive.members.clear()  # type: ignore[attr-defined] # or all stay in memory
