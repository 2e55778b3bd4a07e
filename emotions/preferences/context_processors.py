"""What every page of a signed-in person needs."""

from typing import Any

from django.http import HttpRequest

from accounts.models import User
from emotions.offline.headers import diary_key
from emotions.preferences.selectors import get_preferences


def appearance(request: HttpRequest) -> dict[str, Any]:
    """Return how the person wants pages to look, and the name of what browsers keep of them."""
    person = getattr(request, "user", None)
    if not isinstance(person, User):
        return {"appearance": None, "diary": ""}
    return {"appearance": get_preferences(owner=person), "diary": diary_key(person)}
