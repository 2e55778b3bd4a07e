"""The header by which a client names a request that it may send again."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from emotions import idempotency
from emotions.api.base import person_of
from emotions.idempotency import RequestKey

MAX_KEY_LENGTH = 255
KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description=_("1 to 255 printable ASCII characters, unique to this request."),
    examples=[OpenApiExample("a key", value="walk-by-the-river-1")],
)


def idempotency_key(request: Request) -> str | None:
    """Return the key under which a client sends a request, perhaps again.

    Raises:
        ValidationError: it is too long or not plain text.
    """
    key: str | None = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not is_valid_key(key):
        raise serializers.ValidationError(
            {"Idempotency-Key": [f"Expected 1 to {MAX_KEY_LENGTH} printable ASCII characters."]}
        )
    return key


def is_valid_key(key: str) -> bool:
    return 0 < len(key) <= MAX_KEY_LENGTH and key.isascii() and key.isprintable()


def once(request: Request, *said: object, change: Callable[[], object]) -> str:
    """Make a change unless the same request made it before, which says all this under its key.

    Args:
        change: makes it, and returns the primary key of what it made or changed.

    Returns:
        That primary key, from this time or the time before.

    Raises:
        ValidationError, KeyReusedError: the key is none, or another request's.
    """
    key = idempotency_key(request)
    named = None if key is None else RequestKey.of(key, *said)
    return idempotency.once(owner=person_of(request), request=named, change=change)
