"""Context of every page."""

from typing import Any

from django.http import HttpRequest

from accounts.models import User
from emotions.offline.headers import diary_key
from emotions.preferences.selectors import get_preferences
from emotions.preferences.ways import page_of_last_way


def appearance(request: HttpRequest) -> dict[str, Any]:
    """Return the person's preferences, where Capture leads, and the key of what is kept offline."""
    person = getattr(request, "user", None)
    if not isinstance(person, User):
        return {"appearance": None, "diary": ""}
    return {
        "appearance": get_preferences(owner=person),
        "capture_page": page_of_last_way(request),
        "diary": diary_key(person),
    }
