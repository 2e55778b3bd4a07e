"""A request that is too large is refused before its body is read."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from emoplatform.errors import too_large

MAX_REQUEST_BYTES = 40 * 1024 * 1024
"""Well above the largest photo: one that is too large still gets an answer about photos."""


class RequestSizeLimit:
    """Answers 413; stands before every middleware whose `process_view` reads the body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Refuse by the announced length; a body without one is never read."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_REQUEST_BYTES:
            return too_large(request)
        return None
