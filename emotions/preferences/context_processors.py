"""Context of every page."""

from typing import Any

from django.http import HttpRequest

from accounts.models import User
from emotions.offline.headers import diary_key
from emotions.preferences.selectors import get_preferences


def appearance(request: HttpRequest) -> dict[str, Any]:
    """Return the person's preferences and the key of what their browser keeps offline."""
    person = getattr(request, "user", None)
    if not isinstance(person, User):
        return {"appearance": None, "diary": ""}
    return {"appearance": get_preferences(owner=person), "diary": diary_key(person)}
