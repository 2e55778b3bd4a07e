"""A request that is too large is refused before its body is read."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from emoplatform.errors import is_api_request, too_large
from emotions.transfer.readers import MAX_IMPORT_BYTES

MAX_REQUEST_BYTES = 40 * 1024 * 1024
"""Well above the largest photo: one that is too large still gets an answer about photos."""

MAX_ARCHIVE_REQUEST_BYTES = MAX_IMPORT_BYTES + 2**20
"""A whole history and the form around it."""
ARCHIVE_VIEWS = {"emotions:import", "api:import"}


def max_bytes(request: HttpRequest) -> int:
    """Return how many bytes a request may have.

    Pages read the body to see whether a form is theirs, before they know that nobody is signed in;
    the API asks who it is first.
    """
    match = request.resolver_match
    known = is_api_request(request) or request.user.is_authenticated
    if match and match.view_name in ARCHIVE_VIEWS and known:
        return MAX_ARCHIVE_REQUEST_BYTES
    return MAX_REQUEST_BYTES


class RequestSizeLimitMiddleware:
    """Answers 413; stands before every middleware whose `process_view` reads the body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Refuse by the announced length; a body without one is never read."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > max_bytes(request):
            return too_large(request)
        return None
