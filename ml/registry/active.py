"""The version that serves in this process, with fallbacks for when its file is damaged."""

import logging
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from ml.inference.card import Card, ModelFileError
from ml.inference.predictor import Predictor
from ml.models import ModelVersion
from ml.registry import artefacts
from ml.version_files import NETWORK

logger = logging.getLogger(__name__)

RETRY_AFTER = 5.0  # seconds before an unreadable file is tried again


class NoModelError(Exception):
    """No registered version can serve now."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A version and its predictor."""

    version: ModelVersion
    predictor: Predictor


class _Process:
    """State of this process: the last version that served, and when each damaged one was tried."""

    last_good: Serving | None = None
    damaged: ClassVar[dict[str, float]] = {}


def reset() -> None:
    """Forget the state of this process."""
    _Process.last_good = None
    _Process.damaged.clear()
    _predictor.cache_clear()


def active_version() -> ModelVersion:
    """Return the active version.

    Raises:
        NoModelError: no version is registered yet.
    """
    version = ModelVersion.objects.filter(active=True).first()
    if version is None:
        raise NoModelError("No trained version is registered: run `manage.py migrate`.")
    return version


@lru_cache(maxsize=4)
def _predictor(sha256: str, pk: int) -> Predictor:
    """Load a version's predictor; only successful loads are cached."""
    version = ModelVersion.objects.get(pk=pk, sha256=sha256)
    return Predictor(artefacts.content(version, NETWORK), Card.from_facts(version.card))


def predictor_of(version: ModelVersion) -> Predictor:
    """Return the cached predictor of a version.

    Raises:
        ModelFileError: its file is missing, damaged or out of reach.
    """
    tried = _Process.damaged.get(version.sha256)
    if tried is not None and time.monotonic() - tried < RETRY_AFTER:
        raise ModelFileError(f"{version.name}: its file could not be read a moment ago.")
    try:
        predictor = _predictor(version.sha256, version.pk)
    except ModelFileError:
        _Process.damaged[version.sha256] = time.monotonic()
        raise
    _Process.damaged.pop(version.sha256, None)
    return predictor


def serving() -> Serving:
    """Return the version that serves now: the active one, else the last good one, else the bundled.

    The database is queried every time, so that every process follows a promotion at once.

    Raises:
        NoModelError: no version can serve.
    """
    version = active_version()
    try:
        now = Serving(version, predictor_of(version))
    except ModelFileError as error:
        logger.error("the active version cannot answer: %s", error)
        return _fallback(error)
    _Process.last_good = now
    return now


def _fallback(error: ModelFileError) -> Serving:
    """Return the last version that served in this process, or the bundled one."""
    if _Process.last_good is not None:
        return _Process.last_good
    for version in ModelVersion.objects.filter(bundled=True).order_by("-pk"):
        try:
            return Serving(version, predictor_of(version))
        except ModelFileError:
            continue
    raise NoModelError(str(error)) from error
