"""What is said or done to every answer and no library does."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class HtmlGZipMiddleware(GZipMiddleware):
    """Compresses pages, and leaves pictures, archives and entity tags of the API as they are.

    Django pads what it compresses by chance and masks CSRF tokens, so that sizes tell nothing
    (BREACH; Heal the BREACH, 2022).
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress what is HTML."""
        if response.get("Content-Type", "").startswith("text/html"):
            return super().process_response(request, response)
        return response


class ResourcePolicyMiddleware:
    """Keeps pages elsewhere from embedding anything of ours, pictures above all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Say it on every answer."""
        response = self.get_response(request)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


class NoStoreMiddleware:
    """Has browsers keep no page of somebody who is signed in, so that nobody goes back to one.

    What the service worker keeps for the time without a connection is the person's choice, and goes
    at sign-out (`emotions.offline.headers`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Say so unless the view said something else."""
        response = self.get_response(request)
        if "Cache-Control" not in response and SESSION_KEY in request.session:
            response["Cache-Control"] = "private, no-store"
        return response
