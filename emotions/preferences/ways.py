"""The way in which somebody recorded a moment last on this device, which opens next time."""

from enum import StrEnum

from django.http import HttpRequest
from django.urls import reverse

SESSION_KEY = "way"


class Way(StrEnum):
    """A way to record a moment; the camera is the first to be offered."""

    CAMERA = "camera"
    UPLOAD = "upload"
    LIVE = "live"
    WORDS = "words"


def last_way(request: HttpRequest) -> Way:
    """Return the way that was used last on this device."""
    return Way(request.session.get(SESSION_KEY, Way.CAMERA))


def remember_way(request: HttpRequest, way: Way) -> None:
    """Remember the way that has just been used."""
    if request.session.get(SESSION_KEY) != way:
        request.session[SESSION_KEY] = way.value


def page_of_last_way(request: HttpRequest) -> str:
    """Return the path of the page on which the way that was used last begins."""
    pages = {Way.LIVE: "live", Way.WORDS: "words"}
    return reverse(f"emotions:{pages.get(last_way(request), 'capture')}")
