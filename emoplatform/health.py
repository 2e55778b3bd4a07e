"""Health checks: whether the process is alive, and whether it is ready to serve."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from emotions.api.problems import CONTENT_TYPE, problem
from ml import registry
from ml.inference import face_detection

logger = logging.getLogger(__name__)

COUNTS_FOR = 5
"""Seconds for which an outcome is repeated, since anybody may ask."""


@never_cache
@require_safe
def alive(_: HttpRequest) -> HttpResponse:
    """Answer 200 without checking anything else."""
    return JsonResponse({"status": "alive"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the checks said.

    Attributes:
        until: until when it counts, by the clock of `time.monotonic`.
    """

    body: dict[str, Any]
    status: HTTPStatus
    until: float


_latest: Outcome | None = None
_checking = Lock()


@never_cache
@require_safe
def ready(_: HttpRequest) -> HttpResponse:
    """Answer 200 if every check passes, or else 503 with the names of those that fail.

    The status is "degraded" if the file of the active model version is damaged and an earlier
    version serves in its place, or if only OpenCV's cascades find faces. However many
    ask, each process checks once in `COUNTS_FOR`.
    """
    outcome = latest_outcome()
    kind = "application/json" if outcome.status == HTTPStatus.OK else CONTENT_TYPE
    return JsonResponse(outcome.body, status=outcome.status, content_type=kind)


def latest_outcome() -> Outcome:
    """Return the outcome of the latest checks, or make them anew if it is too old.

    Only the first request waits for checks; later ones get what is known while they run.
    """
    global _latest  # noqa: PLW0603 - one for the process
    known = _latest
    if known and time.monotonic() < known.until:
        return known
    if _checking.acquire(blocking=known is None):
        try:
            if _latest is known:
                _latest = examine()
        finally:
            _checking.release()
    assert _latest  # noqa: S101 - made by this thread, or by the one that it waited for
    return _latest


def forget() -> None:
    """Check again when the next request comes."""
    global _latest  # noqa: PLW0603 - one for the process
    _latest = None


def examine() -> Outcome:
    """Run every check."""
    failing = [name for name, check in CHECKS.items() if fails(name, check)]
    status = HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK
    body: dict[str, Any] = {"status": "ready"}
    if failing:
        detail = f"Not working: {', '.join(failing)}."
        body = problem(status=status, code="not_ready", detail=detail, failing=failing)
    elif degraded := dict(degradations()):
        body = {"status": "degraded", "degraded": degraded}
    return Outcome(body, status, until=time.monotonic() + COUNTS_FOR)


def degradations() -> Iterator[tuple[str, str]]:
    """Yield what works less well than it should, and why."""
    active, serving = registry.active_version(), registry.serving().version
    if serving != active:
        yield "model", f"The file of {active} cannot be read; {serving} answers."
    if notice := face_detection.fallback_notice():
        yield "faces", notice


def fails(name: str, check: Callable[[], None]) -> bool:
    """Return whether a check raises; the reason is only logged."""
    try:
        check()
    except Exception:
        logger.exception("not ready", extra={"part": name})
        return True
    return False


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_storage() -> None:
    """Write and delete a small file."""
    default_storage.delete(default_storage.save("readyz", ContentFile(b"ready")))


def check_model() -> None:
    """Classify a blank face with the model that is serving."""
    registry.serving().predictor.self_test()


CHECKS = {"database": check_database, "storage": check_storage, "model": check_model}
