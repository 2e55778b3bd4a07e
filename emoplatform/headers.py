"""Headers that no library sets."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class SameSiteOnly:
    """Keeps pages elsewhere from embedding anything of ours, pictures above all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Say it on every answer."""
        response = self.get_response(request)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response
