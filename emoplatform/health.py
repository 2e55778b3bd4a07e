"""Probes for machines: whether the process is up, and whether it can do its work."""

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
    """Answer 200 as long as the process does; nothing else is asked."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def ready(_: HttpRequest) -> HttpResponse:
    """Answer 200 when every part works, else 503 with the names of those that do not.

    Where an earlier version answers for the active one, whose file is damaged, the site goes on
    working and this says so.
    """
    failing = [name for name, check in CHECKS.items() if fails(name, check)]
    if not failing:
        active, serving = registry.active_version(), registry.serving().version
        if serving == active:
            return JsonResponse({"status": "ready"})
        reason = f"The file of {active} cannot be read; {serving} answers."
        return JsonResponse({"status": "degraded", "degraded": {"model": reason}})
    told = problem(
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        code="not_ready",
        detail=f"Not working: {', '.join(failing)}.",
        failing=failing,
    )
    return JsonResponse(told, status=told["status"], content_type=CONTENT_TYPE)


def fails(name: str, check: Callable[[], None]) -> bool:
    """Tell whether a check raises; why is for the log only."""
    try:
        check()
    except Exception:
        logger.exception("not ready", extra={"part": name})
        return True
    return False


def check_database() -> None:
    """Ask the database for an answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_storage() -> None:
    """Write a small file and remove it."""
    default_storage.delete(default_storage.save("readyz", ContentFile(b"ready")))


def check_model() -> None:
    """Let what answers now read one blank face."""
    registry.serving().predictor.self_test()


CHECKS = {"database": check_database, "storage": check_storage, "model": check_model}
