"""The files of versions in the storage, written before their records and verified when read."""

import hashlib
import logging
import uuid
from collections.abc import Iterator

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from common.files import MIN_ORPHAN_AGE
from ml.inference.card import BUNDLED, ModelFileError
from ml.models import Artefact, ModelVersion

logger = logging.getLogger(__name__)

FOLDER = "models"


def write(name: str, content: bytes) -> str:
    """Store a file under a unique name and return that name."""
    return default_storage.save(f"{FOLDER}/{uuid.uuid4()}-{name}", ContentFile(content))


def remove(names: list[str]) -> None:
    """Delete stored files; the sweep gets those that cannot be deleted now."""
    for name in names:
        try:
            default_storage.delete(name)
        except Exception:  # Each storage fails in its own way.
            logger.warning("file not removed", extra={"file": name}, exc_info=True)


def content(version: ModelVersion, name: str) -> bytes:
    """Return the content of a version's file, from `BUNDLED` or from the storage.

    Raises:
        ModelFileError: the file is missing, unreadable, or not the one that was registered.
    """
    artefact = Artefact.objects.filter(version=version, name=name).first()
    if artefact is None:
        raise ModelFileError(f"{version.name}: has no file {name} here.")
    try:
        if version.bundled:
            found = (BUNDLED / name).read_bytes()
        else:
            with default_storage.open(str(artefact.file.name)) as file:
                found = file.read()
    except Exception as error:  # Each storage fails in its own way.
        raise ModelFileError(f"{version.name}: {name} cannot be read ({error!r}).") from error
    received = hashlib.sha256(found).hexdigest()
    if received != artefact.sha256:
        raise ModelFileError(
            f"{version.name}: expected {name} with the sha256 {artefact.sha256}, received "
            f"{received}."
        )
    return found


def sweep() -> int:
    """Delete stored files that no version refers to, and return their number."""
    names = orphans()
    remove(names)
    return len(names)


def orphans() -> list[str]:
    """Return the names of stored files that belong to no version, nor to one being registered."""
    latest = timezone.now() - MIN_ORPHAN_AGE
    try:
        _, files = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return []
    return [
        name
        for name in (f"{FOLDER}/{file}" for file in files)
        if not Artefact.objects.filter(file=name).exists()
        and default_storage.get_modified_time(name) <= latest
    ]


def damaged_files() -> Iterator[str]:
    """Yield a message for each file of a version that is missing or not the one registered."""
    for artefact in Artefact.objects.select_related("version").order_by("version", "name"):
        try:
            content(artefact.version, artefact.name)
        except ModelFileError as error:
            yield str(error)
