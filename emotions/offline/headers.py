"""What a browser may keep for the time without a connection, and whose it is."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

from accounts.models import User

HEADER = "X-Diary"

View = Callable[..., HttpResponseBase]


def diary_key(person: User) -> str:
    """Return a name for what belongs to a person that says nothing about them."""
    return salted_hmac("emotions.offline", str(person.pk)).hexdigest()[:32]


def available_offline(view: View) -> View:
    """Let the service worker keep what a view answers to its plain address.

    It stands inside `login_required`, so only the owner's answers are marked.
    """

    @wraps(view)
    def marked(request: HttpRequest, *values: Any, **named: Any) -> HttpResponseBase:
        response = view(request, *values, **named)
        person = request.user
        if request.method == "GET" and not request.GET and isinstance(person, User):
            response[HEADER] = diary_key(person)
        return response

    return marked
