"""What limits pages, by marks on their views."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from emotions.quotas.turns import hold_during, take_turn_for

View = Callable[..., HttpResponseBase]


def heavy(
    *, limit: str, methods: Collection[str] = ("GET", "HEAD"), charts: bool = True
) -> Callable[[View], View]:
    """Let requests of a signed-in person take turns, and count them by a rate limit of their own.

    Args:
        limit: one of `settings.RATE_LIMITS`, which `emoplatform.request_limits` counts.
        methods: those that are heavy.
        charts: whether they compute charts, which takes turns one at a time.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in methods:
                return view(request, *args, **kwargs)
            turn = take_turn_for(request, charts=charts)
            try:
                response = view(request, *args, **kwargs)
            except BaseException:
                turn.end()
                raise
            hold_during(response, turn)
            return response

        return counted_by(limit, methods=methods)(wrapper)

    return decorate


def counted_by(limit: str, *, methods: Collection[str] = ("GET", "HEAD")) -> Callable[[View], View]:
    """Count requests with some methods by a rate limit of their own, instead of that of pages."""

    def decorate(view: View) -> View:
        view.rate_limits = dict.fromkeys(methods, limit)  # type: ignore[attr-defined]
        return view

    return decorate
