"""Response headers and compression that neither Django nor a library provides."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class SelectiveGZipMiddleware(GZipMiddleware):
    """Compresses pages, and what apps read of the API; pictures and archives gain nothing.

    BREACH guesses a secret by the length of responses that also hold what somebody else made a
    browser send. Pages have random padding against it ("Heal the BREACH", 2022) and masked CSRF
    tokens. JSON is compressed only where no cookie tells who asks, so that nobody else can make
    them ask, and never in answer to POST, which may hold a new token.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        content_type = response.get("Content-Type", "")
        if content_type.startswith("text/html") or (
            content_type.endswith("json") and is_asked_by_app(request)
        ):
            return super().process_response(request, response)
        return response


def is_asked_by_app(request: HttpRequest) -> bool:
    """Return whether an app or script reads something, with a token of its own or without any."""
    return request.method == "GET" and settings.SESSION_COOKIE_NAME not in request.COOKIES


class ResourcePolicyMiddleware:
    """Keeps other sites from embedding our resources, above all pictures."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


class NoStoreMiddleware:
    """Keeps browsers from storing the pages of signed-in people.

    After signing out, nobody can go back to one. What the service worker stores for offline use is
    the person's choice and is deleted at sign-out (see `emotions.offline.headers`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the header unless the view has set it."""
        response = self.get_response(request)
        if "Cache-Control" not in response and SESSION_KEY in request.session:
            response["Cache-Control"] = "private, no-store"
        return response
