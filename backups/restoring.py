"""Restoring a backup into an empty site, completely or not at all."""

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
    BackupError,
    Manifest,
    applied_migrations,
    members,
    table_chunks,
    verify_archive,
)
from backups.rows import backed_up_models, insert_tables
from backups.sealing import check_signature, decrypted
from backups.upgrading import upgraded_chunks
from emotions.pictures import storage
from ml.models import Artefact, ModelVersion, Promotion
from ml.registry import register_bundled
from ml.registry.artefacts import FOLDER as MODELS_FOLDER
from ml.registry.versions import PLACEHOLDER

REGISTRY_MODELS = (Promotion, Artefact, ModelVersion)
"""Not empty after `migrate`, which registers the network that ships with the code."""
ROW_ERRORS = (ValueError, TypeError, KeyError, ValidationError, ObjectDoesNotExist, DatabaseError)
"""Raised by Django for rows that are invalid or do not belong together."""


@dataclass(frozen=True, slots=True)
class RestoreSummary:
    """The number of rows and files that were restored, and the time of the backup."""

    rows: int
    files: int
    made_at: str


def restore_backup(
    path: Path,
    *,
    identity_file: Path | None = None,
    signed_by: str | None = None,
) -> RestoreSummary:
    """Restore the files of a backup, then all its rows in one transaction.

    Args:
        identity_file: has the key of an encrypted backup.
        signed_by: the public key that has to have signed it; None takes any.

    Raises:
        BackupError: the backup is damaged, needs another key or was made by a later version of the
            software, or the site is not empty. Nothing has been changed.
    """
    with decrypted(path, identity_file) as archive:
        verified = verify_archive(archive)
        if signed_by:
            check_signature(verified.content, verified.signature, signed_by)
        return restore_archive(archive, verified.manifest)


def restore_archive(path: Path, manifest: Manifest) -> RestoreSummary:
    """Restore a verified archive.

    Raises:
        BackupError: it was made by a later version of the software, or the site is not empty.
    """
    check_migrations(manifest)
    check_empty()
    written: list[str] = []
    try:
        files = restore_files(path, written)
        with transaction.atomic():
            check_empty()
            restore_rows(path, manifest)
    except ROW_ERRORS as error:
        storage.remove_files(written)
        message = " ".join(str(error).split())  # databases use several lines
        raise BackupError(f"{path}: its rows do not fit ({message}).") from error
    except BaseException:
        storage.remove_files(written)
        raise
    return RestoreSummary(sum(manifest.rows.values()), files, manifest.made_at)


def check_migrations(manifest: Manifest) -> None:
    """Check that this site has every migration of a backup; it may have later ones.

    Raises:
        BackupError: it lacks one.
    """
    if later := {*manifest.migrations} - {*applied_migrations()}:
        raise BackupError(
            "Expected a backup of this or an earlier version of the software, but only the backup "
            f"has the migration {min(later)}: update this site and run migrate first."
        )


def check_empty() -> None:
    """Check that the site contains nothing but what `migrate` creates.

    Raises:
        BackupError: it contains something else.
    """
    trained = ModelVersion.objects.exclude(bundled=True).exclude(sha256=PLACEHOLDER)
    for model in backed_up_models():
        found = trained if model is ModelVersion else model._base_manager.all()
        if (model is ModelVersion or model not in REGISTRY_MODELS) and found.exists():
            raise BackupError(f"Expected an empty site, found {model._meta.verbose_name_plural}.")


def restore_files(path: Path, written: list[str]) -> int:
    """Store the files of a backup under their names, and return their number.

    Args:
        written: receives the names of files that did not exist before.

    Raises:
        BackupError: another file has the same name, or the storage rejects it.
    """
    files = 0
    for member in members(path):
        kind, _, name = member.name.partition("/")
        if kind != FILES:
            continue
        if name.partition("/")[0] not in {MODELS_FOLDER, *storage.FOLDERS.values()}:
            raise BackupError(f"{member.name}: expected a picture or a file of a version.")
        content = member.content(MAX_FILE_BYTES)
        files += 1
        try:
            if default_storage.exists(name):
                if is_complete(name, content):
                    continue
                default_storage.delete(name)
            written.append(name)
            written.append(default_storage.save(name, ContentFile(content)))
            if written[-1] != name:
                raise BackupError(f"{name}: the storage wants another name for it.")
        except (OSError, SuspiciousOperation) as error:
            raise BackupError(f"{name}: cannot be stored ({error}).") from error
    return files


def is_complete(name: str, content: bytes) -> bool:
    """Tell whether a stored file is complete: a killed restore may have left the beginning of it.

    Raises:
        BackupError: it is another file.
    """
    with default_storage.open(name, "rb") as file:
        found = file.read()
    if not content.startswith(found):
        raise BackupError(f"{name}: another file of this name is there.")
    return found == content


def restore_rows(path: Path, manifest: Manifest) -> None:
    """Insert all rows with their primary keys, and continue the sequences after them.

    Raises:
        BackupError: their numbers are not those in the manifest.
    """
    for model in REGISTRY_MODELS:
        model._base_manager.all().delete()
    if {*manifest.migrations} == {*applied_migrations()}:
        manifest.check_rows(insert_tables(table_chunks(path)))
    else:
        insert_tables(upgraded_chunks(path, manifest))
    connection.check_constraints()
    for statement in connection.ops.sequence_reset_sql(no_style(), backed_up_models()):
        with connection.cursor() as cursor:
            cursor.execute(statement)
    register_bundled()
