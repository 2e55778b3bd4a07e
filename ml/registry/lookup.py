"""Finding the files of a version by the name that a command was given."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError

from ml.inference.card import BUNDLED, Card, ModelFileError
from ml.models import ModelVersion
from ml.registry.active import NoModelError, active_version
from ml.registry.artefacts import content
from ml.registry.versions import get_version
from ml.version_files import CARD, KERAS_NETWORK, NETWORK

ACTIVE = "ACTIVE"
"""Stands for the active version."""


@dataclass(frozen=True, slots=True)
class VersionFiles:
    """The files of a version.

    Attributes:
        card: its card.
        read: returns the content of a file by name; raises ModelFileError if it is missing or
            its checksum is wrong.
        registered: its record, if it was found in the registry.
    """

    card: Card
    read: Callable[[str], bytes]
    registered: ModelVersion | None = None


def find_files(version: str) -> VersionFiles:
    """Find the files of the bundled version, of a registered one, or of a training run.

    Args:
        version: name of a version, folder of a run, or `ACTIVE`.

    Raises:
        ModelFileError: there is no such version.
    """
    shipped = Card.load(BUNDLED / CARD)
    if version == shipped.name:
        return files_in_folder(BUNDLED)
    if Path(version).is_dir():
        return files_in_folder(Path(version))
    try:
        found = active_version() if version == ACTIVE else get_version(version)
    except NoModelError as error:
        raise ModelFileError(str(error)) from error
    except DatabaseError as error:
        raise ModelFileError(
            f"Expected {shipped.name} or the folder of a run, received {version}; the registry "
            f"cannot be read ({error})."
        ) from error
    return VersionFiles(Card.from_facts(found.card), lambda name: content(found, name), found)


def files_in_folder(folder: Path) -> VersionFiles:
    """Return the files of a version in a folder, whose networks are checked against its card.

    Raises:
        ModelFileError: there is no valid card.
    """
    card = Card.load(folder / CARD)
    checksums = {NETWORK: card.sha256, KERAS_NETWORK: card.facts.get("keras_sha256")}

    def read(name: str) -> bytes:
        path = folder / name
        try:
            found = path.read_bytes()
        except OSError as error:
            raise ModelFileError(f"{path}: cannot be read ({error!r}).") from error
        received = hashlib.sha256(found).hexdigest()
        if name in checksums and received != checksums[name]:
            raise ModelFileError(
                f"{path}: expected the sha256 {checksums[name]} of its card, received {received}."
            )
        return found

    return VersionFiles(card, read)
