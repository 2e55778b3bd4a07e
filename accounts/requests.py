"""What a request says of the person who made it."""

from django.http import HttpRequest

from accounts.models import User
from common.time_zones import KNOWN_ZONES


def person_of(request: HttpRequest) -> User:
    """Return the signed-in person of a request behind `login_required`."""
    assert isinstance(request.user, User)  # noqa: S101 - narrows the type
    return request.user


def zone_of(request: HttpRequest, person: User) -> str:
    """Return the zone that the browser names in its cookie, else the one of the profile."""
    named = request.COOKIES.get("time_zone", "")
    return named if named in KNOWN_ZONES else person.time_zone
