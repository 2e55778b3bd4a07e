"""Health checks: whether the process is alive, and whether it is ready to serve."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from emotions.api.problems import CONTENT_TYPE, problem
from ml import registry

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def alive(_: HttpRequest) -> HttpResponse:
    """Answer 200 without checking anything else."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def ready(_: HttpRequest) -> HttpResponse:
    """Answer 200 if every check passes, or else 503 with the names of those that fail.

    The status is "degraded" if the file of the active model version is damaged and an earlier
    version serves in its place.
    """
    failing = [name for name, check in CHECKS.items() if fails(name, check)]
    if not failing:
        active, serving = registry.active_version(), registry.serving().version
        if serving == active:
            return JsonResponse({"status": "ready"})
        reason = f"The file of {active} cannot be read; {serving} answers."
        return JsonResponse({"status": "degraded", "degraded": {"model": reason}})
    body = problem(
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        code="not_ready",
        detail=f"Not working: {', '.join(failing)}.",
        failing=failing,
    )
    return JsonResponse(body, status=body["status"], content_type=CONTENT_TYPE)


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
