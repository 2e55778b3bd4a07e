"""What every page of a signed-in person needs."""

from typing import Any

from django.http import HttpRequest

from accounts.models import User
from emotions import selectors


def appearance(request: HttpRequest) -> dict[str, Any]:
    """Return how the person wants pages to look."""
    person = getattr(request, "user", None)
    return {"appearance": selectors.preferences(owner=person) if isinstance(person, User) else None}
