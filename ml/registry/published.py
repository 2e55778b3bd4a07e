"""The files that anybody may download to read faces on a device, by their sha256."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from ml.inference import blazeface
from ml.inference.card import ModelFileError
from ml.models import Artefact, ModelVersion
from ml.registry import artefacts
from ml.version_files import NETWORK

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file under the address of its content.

    Attributes:
        name: what it is for: `network` or `detector`.
        size: in bytes.
    """

    name: str
    sha256: str
    size: int
    media_type: str = "application/octet-stream"


def served_version_by_sha256(sha256: str) -> ModelVersion | None:
    """Return the version of a network that is or was active, or None."""
    served = Q(active=True) | Q(promotions__isnull=False)
    return ModelVersion.objects.filter(served, sha256=sha256).distinct().first()


def published_files(version: ModelVersion) -> Iterator[PublishedFile]:
    """Yield the files that a device needs to read as a version does.

    The detector is missing where its package is not installed.
    """
    network = Artefact.objects.get(version=version, name=NETWORK)
    yield PublishedFile("network", network.sha256, network.bytes)
    if blazeface.is_installed():
        yield PublishedFile("detector", blazeface.SHA256, blazeface.FILE.stat().st_size)


def published_content(sha256: str) -> bytes | None:
    """Return the content of a published file, also of a version that was active earlier.

    None where there is no such file, or where it is damaged.
    """
    if sha256 == blazeface.SHA256:
        return blazeface.FILE.read_bytes() if blazeface.is_installed() else None
    version = served_version_by_sha256(sha256)
    if version is None:
        return None
    try:
        return artefacts.content(version, NETWORK)
    except ModelFileError as error:
        logger.error("a published file cannot be sent: %s", error)
        return None
