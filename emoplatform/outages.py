"""Answer 503 with `Retry-After` while something that the site depends on is unavailable."""

import errno
import sys
import time
from collections.abc import Callable
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _

from emoplatform import request_ids
from emotions.api.problems import problem_json_response
from ml.inference.card import ModelFileError
from ml.registry import NoModelError

RETRY_AFTER = 10  # seconds
MAX_QUEUE_SECONDS = 10  # Heroku's router times out after 30, and people leave before that
OUTAGE_ERRORS = (
    *(OperationalError, InterfaceError, TimeoutError, ConnectionError),
    *(ModelFileError, NoModelError),
)
OUTAGE_ERRNOS = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE),
    *(errno.ETIMEDOUT, errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH, errno.ENETUNREACH),
}
"""The disk is full or gone, or a server does not answer."""


def is_outage(error: BaseException | None) -> bool:
    """Return whether the error means that the database, storage or every model is unavailable."""
    if isinstance(error, OUTAGE_ERRORS):
        return True
    if isinstance(error, OSError) and error.errno in OUTAGE_ERRNOS:
        return True
    # Slow to import, and imported already if a bucket is in use.
    botocore = sys.modules.get("botocore.exceptions")
    if botocore is None:
        return False
    if isinstance(error, botocore.ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return bool(status >= HTTPStatus.INTERNAL_SERVER_ERROR)
    return isinstance(error, botocore.BotoCoreError)


def service_unavailable(request: HttpRequest) -> HttpResponse:
    """Return a 503 response, without using the database or the session."""
    if request.path.startswith("/api/"):
        response: HttpResponse = problem_json_response(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "unavailable",
            _("A service we rely on isn't responding. Nothing was saved."),
            request_id=request_ids.current.get(),
        )
    else:
        page = loader.get_template("503.html").render({"request_id": request_ids.current.get()})
        response = HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def seconds_queued(request: HttpRequest) -> float:
    """Return for how many seconds a request has waited since the proxy received it; 0 if unknown.

    Heroku's router and nginx send that time as `X-Request-Start: t=1732370000.123`, in seconds
    with a fraction, or in whole milliseconds.
    """
    try:
        received = float(request.headers.get("X-Request-Start", "").removeprefix("t="))
    except ValueError:
        return 0.0
    is_milliseconds = received > 1e11  # noqa: PLR2004 - the year 5138 in seconds
    return time.time() - (received / 1000 if is_milliseconds else received)


class LoadSheddingMiddleware:
    """Refuses requests that have queued for so long that their clients have given up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if seconds_queued(request) > MAX_QUEUE_SECONDS:
            return service_unavailable(request)
        return self.get_response(request)
