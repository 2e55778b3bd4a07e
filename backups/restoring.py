"""Making a site out of a backup: whole or not at all, and never over what is there."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ObjectDoesNotExist, SuspiciousOperation, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction

from backups.archive import (
    FILES,
    MAX_FILE_BYTES,
    TABLES,
    BackupError,
    Manifest,
    members,
    migrations_here,
    verified,
)
from backups.rows import objects, tables
from emotions.pictures import storage
from ml.models import Artefact, ModelVersion, Promotion
from ml.registry import register_bundled
from ml.registry.artefacts import FOLDER as MODELS
from ml.registry.versions import PLACEHOLDER

REGISTRY = (Promotion, Artefact, ModelVersion)
"""Tables into which `migrate` enters the network that comes with the code."""
UNFIT = (ValueError, TypeError, KeyError, ValidationError, ObjectDoesNotExist, DatabaseError)
"""What rows make Django raise that are none, or do not belong together."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came out of a backup: how many rows and files, and when it was made."""

    rows: int
    files: int
    made_at: str


def restore(path: Path) -> Restored:
    """Fill an empty site with what is in a backup; files first, then all rows in one transaction.

    Raises:
        BackupError: the backup is damaged, or was made by another version of the software, or the
            site is not empty. Nothing has changed then.
    """
    manifest = verified(path)
    expect_same_migrations(manifest)
    expect_empty()
    written: list[str] = []
    try:
        files = restore_files(path, written)
        with transaction.atomic():
            expect_empty()
            restore_rows(path, manifest)
    except UNFIT as error:
        storage.remove_files(written)
        told = " ".join(str(error).split())  # databases use several lines
        raise BackupError(f"{path}: its rows do not fit ({told}).") from error
    except BaseException:
        storage.remove_files(written)
        raise
    return Restored(sum(manifest.rows.values()), files, manifest.made_at)


def expect_same_migrations(manifest: Manifest) -> None:
    """Compare the tables of a backup with those here.

    Raises:
        BackupError: they differ.
    """
    for name in sorted({*manifest.migrations} ^ {*migrations_here()}):
        where = "the backup" if name in manifest.migrations else "this site"
        raise BackupError(
            f"Expected the tables that the backup was made of, but only {where} has the migration "
            f"{name}: restore with the version of the software that made it."
        )


def expect_empty() -> None:
    """See whether nothing is here yet but what `migrate` makes.

    Raises:
        BackupError: something is here.
    """
    trained = ModelVersion.objects.exclude(bundled=True).exclude(sha256=PLACEHOLDER)
    for model in tables():
        found = trained if model is ModelVersion else model._base_manager.all()
        if (model is ModelVersion or model not in REGISTRY) and found.exists():
            raise BackupError(f"Expected an empty site, found {model._meta.verbose_name_plural}.")


def restore_files(path: Path, written: list[str]) -> int:
    """Store the files of a backup under the names that its rows have for them.

    Args:
        written: takes the names of the files that were not there before.

    Raises:
        BackupError: another file has the name of one, or the storage refuses it.
    """
    files = 0
    for member in members(path):
        kind, _, name = member.name.partition("/")
        if kind != FILES:
            continue
        if name.partition("/")[0] not in {MODELS, *storage.FOLDERS.values()}:
            raise BackupError(f"{member.name}: expected a picture or a file of a version.")
        content = member.content(MAX_FILE_BYTES)
        files += 1
        try:
            if default_storage.exists(name):
                if is_whole(name, content):
                    continue
                default_storage.delete(name)
            written.append(name)
            written.append(default_storage.save(name, ContentFile(content)))
            if written[-1] != name:
                raise BackupError(f"{name}: the storage wants another name for it.")
        except (OSError, SuspiciousOperation) as error:
            raise BackupError(f"{name}: cannot be stored ({error}).") from error
    return files


def is_whole(name: str, content: bytes) -> bool:
    """Tell whether a file is there; what a restore that was killed left may be its beginning.

    Raises:
        BackupError: another file has its name.
    """
    with default_storage.open(name, "rb") as file:
        found = file.read()
    if not content.startswith(found):
        raise BackupError(f"{name}: another file of this name is there.")
    return found == content


def restore_rows(path: Path, manifest: Manifest) -> None:
    """Write all rows as they were, and let numbering go on after them.

    Raises:
        BackupError: they are not as many as the backup says.
    """
    for model in REGISTRY:
        model._base_manager.all().delete()
    by_label = {model._meta.label: model for model in tables()}
    rows = Counter(dict.fromkeys(by_label, 0))
    for member in members(path):
        kind, _, place = member.name.partition("/")
        if kind != TABLES:
            continue
        label = place.partition("/")[0]
        for row in objects(by_label[label], member.lines()):
            row.save_base(raw=True, force_insert=True)
            rows[label] += 1
    if dict(rows) != manifest.rows:
        raise BackupError(f"{path}: expected {manifest.rows}, received {dict(rows)} rows.")
    connection.check_constraints()
    for statement in connection.ops.sequence_reset_sql(no_style(), list(by_label.values())):
        with connection.cursor() as cursor:
            cursor.execute(statement)
    register_bundled()
