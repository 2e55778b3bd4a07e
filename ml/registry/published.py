"""The files that anybody may download to read faces on a device, by their sha256."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q

from ml.inference import blazeface
from ml.inference.card import ModelFileError
from ml.models import Artefact, ModelVersion
from ml.registry import artefacts
from ml.registry.active import active_version
from ml.registry.conformance import conformance_pack
from ml.registry.versions import sha256_hex
from ml.version_files import NETWORK

logger = logging.getLogger(__name__)

SHA256 = re.compile("[0-9a-f]{64}")
BINARY, ZIP = "application/octet-stream", "application/zip"


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file under the address of its content.

    Attributes:
        name: what it is for: `network`, `detector` or `conformance`.
        size: in bytes.
    """

    name: str
    sha256: str
    size: int
    media_type: str = BINARY


class PublishedContent(NamedTuple):
    """What is sent of a published file."""

    content: bytes
    media_type: str


def served_version_by_sha256(sha256: str) -> ModelVersion | None:
    """Return the version of a network that is or was active, or None."""
    served = Q(active=True) | Q(promotions__isnull=False)
    return ModelVersion.objects.filter(served, sha256=sha256).first()


def published_files(version: ModelVersion) -> Iterator[PublishedFile]:
    """Yield the files that a device needs to read as a version does.

    The detector is missing where its package is not installed.
    """
    network = Artefact.objects.get(version=version, name=NETWORK)
    yield PublishedFile("network", network.sha256, network.bytes)
    if blazeface.is_installed():
        yield PublishedFile("detector", blazeface.SHA256, blazeface.FILE.stat().st_size)


def published_pack(version: ModelVersion) -> PublishedFile | None:
    """Return the pack by which other readers prove themselves, or None if none can be made here."""
    pack = _pack(version)
    return PublishedFile("conformance", sha256_hex(pack), len(pack), ZIP) if pack else None


def find_published(sha256: str) -> PublishedContent | None:
    """Return a published file, networks also of versions that were active earlier.

    None where there is no such file, or where it is damaged.
    """
    if not SHA256.fullmatch(sha256):
        return None
    if sha256 == blazeface.SHA256:
        installed = blazeface.is_installed()
        return PublishedContent(blazeface.FILE.read_bytes(), BINARY) if installed else None
    version = served_version_by_sha256(sha256)
    if version is None:
        pack = _pack(active_version())
        return PublishedContent(pack, ZIP) if pack and sha256_hex(pack) == sha256 else None
    try:
        return PublishedContent(artefacts.content(version, NETWORK), BINARY)
    except ModelFileError as error:
        logger.error("a published file cannot be sent: %s", error)
        return None


def _pack(version: ModelVersion) -> bytes | None:
    """Return the content of the pack, or None without a detector or a network that can be read."""
    if not blazeface.is_installed():
        return None
    try:
        return conformance_pack(version)
    except ModelFileError as error:
        logger.error("no conformance pack can be made: %s", error)
        return None
