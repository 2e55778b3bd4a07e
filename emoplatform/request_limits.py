"""Reject requests that are too large before reading their bodies, and pages that come too often."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from common.rate_limits import count_request, note_usage
from emoplatform.errors import is_api_request, too_large, too_many
from emotions.models.limits import MAX_REQUEST_BYTES
from emotions.quotas.errors import TooManyAtOnceError
from emotions.quotas.turns import RETRY_AFTER
from emotions.transfer.readers import MAX_IMPORT_BYTES

MAX_ARCHIVE_REQUEST_BYTES = MAX_IMPORT_BYTES + 2**20
"""The largest archive and the form around it."""
ARCHIVE_VIEWS = {"emotions:import", "api:import", "api:imports"}


def max_bytes(request: HttpRequest) -> int:
    """Return the size limit of a request in bytes.

    On pages, the CSRF check reads the body before the view finds that nobody is signed in; the API
    authenticates first.
    """
    match = request.resolver_match
    authenticates_first = is_api_request(request) or request.user.is_authenticated
    if match and match.view_name in ARCHIVE_VIEWS and authenticates_first:
        return MAX_ARCHIVE_REQUEST_BYTES
    return MAX_REQUEST_BYTES


class RequestSizeLimitMiddleware:
    """Answers 413; has to come before every middleware whose `process_view` reads the body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Check the announced length; Django reads nothing from a body without one."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > max_bytes(request):
            return too_large(request)
        return None


class PageLimitMiddleware:
    """Answers 429 where a signed-in person asks for pages too often, or for too much at once.

    The API counts by throttles of its own. Who is not signed in is counted by address, by allauth
    and by the proxy.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_: Any
    ) -> HttpResponse | None:
        """Count the request by the limit that its view names, or that of pages."""
        if is_api_request(request) or not request.user.is_authenticated:
            return None
        limit = getattr(view, "rate_limits", {}).get(request.method, "page")
        usage = count_request(limit, f"person-{request.user.pk}")
        if usage is None:
            return None
        note_usage(request, usage)
        if usage.is_exceeded:
            return too_many(request, retry_after=usage.reset)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for a view that found no turn."""
        if isinstance(error, TooManyAtOnceError):
            return too_many(request, retry_after=RETRY_AFTER)
        return None
