"""The header that lets the service worker keep an answer, and says whose it is."""

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
    """Return a pseudonym for a person's data in their browser."""
    return salted_hmac("emotions.offline", str(person.pk)).hexdigest()[:32]


def available_offline(view: View) -> View:
    """Let the service worker keep the answers of a view to requests without a query string.

    Apply it inside `login_required`, so that only answers to their owner are marked.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        person = request.user
        if request.method == "GET" and not request.GET and isinstance(person, User):
            response[HEADER] = diary_key(person)
        return response

    return wrapper
