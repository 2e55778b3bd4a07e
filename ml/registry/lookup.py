"""Finding the files of a version by what an administrator calls it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError

from ml.inference.card import BUNDLED, Card, ModelFileError
from ml.models import ModelVersion
from ml.registry.active import NoModelError, active_version
from ml.registry.artefacts import content
from ml.registry.versions import find_version
from ml.version_files import CARD, KERAS_NETWORK, NETWORK

ACTIVE = "ACTIVE"
"""Stands for the version that answers now."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a version.

    Attributes:
        card: its card.
        read: returns the content of another file by name; raises ModelFileError when there is no
            such file, or it is not the one that is vouched for.
        registered: its record, where it was found in the registry.
    """

    card: Card
    read: Callable[[str], bytes]
    registered: ModelVersion | None = None


def files_of(version: str) -> Files:
    """Return the files of a version: the shipped one, one of the registry, or the folder of a run.

    Args:
        version: its name, the folder, or `ACTIVE` for the one that answers now.

    Raises:
        ModelFileError: when there is none of that name.
    """
    shipped = Card.load(BUNDLED / CARD)
    if version == shipped.name:
        return in_folder(BUNDLED)
    if Path(version).is_dir():
        return in_folder(Path(version))
    try:
        found = active_version() if version == ACTIVE else find_version(version)
    except NoModelError as error:
        raise ModelFileError(str(error)) from error
    except DatabaseError as error:
        raise ModelFileError(
            f"Expected {shipped.name} or the folder of a run, received {version}; the registry "
            f"cannot be read ({error})."
        ) from error
    return Files(Card.from_facts(found.card), lambda name: content(found, name), found)


def in_folder(folder: Path) -> Files:
    """Return the files of a version in a folder, whose card vouches for its networks.

    Raises:
        ModelFileError: when there is no card.
    """
    card = Card.load(folder / CARD)
    vouched = {NETWORK: card.sha256, KERAS_NETWORK: card.facts.get("keras_sha256")}

    def read(name: str) -> bytes:
        path = folder / name
        try:
            found = path.read_bytes()
        except OSError as error:
            raise ModelFileError(f"{path}: cannot be read ({error!r}).") from error
        received = hashlib.sha256(found).hexdigest()
        if name in vouched and received != vouched[name]:
            raise ModelFileError(
                f"{path}: expected the sha256 {vouched[name]} of its card, received {received}."
            )
        return found

    return Files(card, read)
