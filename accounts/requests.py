"""The person behind a request, and their time zone."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import LazyObject, empty

from accounts.models import User
from common.time_zones import KNOWN_ZONES

View = Callable[..., HttpResponseBase]


def unattended(view: View) -> View:
    """Mark a view that open pages ask by themselves: it is no sign that anybody is there."""
    marked: Any = view
    marked.is_unattended = True
    return view


def person_of(request: HttpRequest) -> User:
    """Return the signed-in person; for views behind `login_required`."""
    assert isinstance(request.user, User)  # noqa: S101 - narrows the type
    return request.user


def zone_of(request: HttpRequest, person: User) -> str:
    """Return the time zone in the browser's cookie, or else that of the profile."""
    name = request.COOKIES.get("time_zone", "")
    return name if name in KNOWN_ZONES else person.time_zone


def is_account_gone(request: HttpRequest) -> bool:
    """Return whether the person who asked has deleted their account since."""
    person = vars(request).get("user")
    if isinstance(person, LazyObject) and person._wrapped is empty:
        return False  # nobody has asked who it is
    return isinstance(person, User) and not User.objects.filter(pk=person.pk).exists()
