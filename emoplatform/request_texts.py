"""Keep from the site what databases do not take for text."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from emoplatform.errors import bad_request


class NullCharacterMiddleware:
    """Answers 400 to zero characters in addresses, which PostgreSQL does not take.

    Fields are left to forms and serializers.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            # Not raised: with `DEBUG`, Django would send apps a page instead of a problem.
            return bad_request(request, BadRequest("Expected an address without zero characters."))
        return self.get_response(request)
