"""Keep from the site what neither databases nor libraries take for text."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse

from common.json_documents import InvalidJsonError, parse_json


class NullCharacterMiddleware:
    """Answers 400 to zero characters in addresses, which PostgreSQL does not take.

    Fields are left to forms and serializers.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("Expected an address without zero characters.")
        return self.get_response(request)


class HeadlessJsonMiddleware:
    """Answers 400 where the body for one of allauth's views is not a JSON object.

    Those views would fail with some of what Python reads as JSON. It has to come after the limit
    of a request's size.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        # They read bodies whatever these say that they are.
        if not request.path_info.startswith("/api/auth/") or not request.body:
            return None
        try:
            value = parse_json(request.body)
        except InvalidJsonError as error:
            return invalid_json(str(error))
        return None if isinstance(value, dict) else invalid_json("Expected a JSON object.")


def invalid_json(message: str) -> HttpResponse:
    """Return an error in the form of allauth's."""
    error = {"code": "invalid_json", "message": message}
    status = HTTPStatus.BAD_REQUEST
    return JsonResponse({"status": int(status), "errors": [error]}, status=status)
