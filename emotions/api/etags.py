"""Entity tags, for conditional requests (RFC 9110).

Those of captures and of their tags are their sequence numbers; those of what has no such number
follow from what is represented.
"""

import re
from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import ReadOnlyField
from rest_framework.request import Request
from rest_framework.response import Response

from emotions.captures.errors import StaleError
from emotions.feed import digest_of
from emotions.models import Capture, Tag

ETAG = re.compile(r'(?:W/)?"(\d{1,18}|[0-9a-f]{32})(?:-(?:gzip|br|zstd))?"')
"""An entity tag of ours. nginx makes it weak where it compresses, Apache names the coding in it."""


def etag(record: Capture | Tag) -> str:
    """Return the entity tag, which differs after each change."""
    return f'"{record.sequence}"'


def content_etag(content: Any) -> str:
    """Return the entity tag of what is represented, which follows from its content."""
    return f'"{digest_of(content)[:32]}"'


@extend_schema_field({"type": "string", "examples": ['"42"']})
class EtagField(ReadOnlyField):
    """The entity tag of what is represented, as a response about it alone has in its header."""

    def __init__(self, *, source: str = "*") -> None:
        super().__init__(
            source=source, help_text=_("Send it as If-Match to change only this version.")
        )

    def to_representation(self, value: Any) -> str:
        return etag(value)


class ContentEtagField(EtagField):
    """An entity tag that follows from all else that `ContentEtagSerializer` represents."""

    def to_representation(self, value: Any) -> str:
        return ""


class ContentEtagSerializer(serializers.Serializer[Any]):
    """Something small with its entity tag."""

    etag = ContentEtagField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        represented = super().to_representation(instance)
        return {**represented, "etag": content_etag(represented)}


def expected_tag(request: Request) -> str | None:
    """Return what is in the entity tag of `If-Match`, or None where the client does not insist.

    Raises:
        StaleError: `If-Match` is not an entity tag of ours.
    """
    return opaque_tag(request.headers.get("If-Match", ""))


def require_match(request: Request, *current: str) -> None:
    """Let only a request go on whose `If-Match` is one of the current entity tags, or none.

    Raises:
        StaleError: it is another one.
    """
    expected = expected_tag(request)
    if expected is not None and f'"{expected}"' not in current:
        raise StaleError


def expected_sequence(request: Request) -> int | None:
    """Return the sequence number in `If-Match`, or None where the client does not insist.

    Raises:
        StaleError: `If-Match` is not an entity tag of ours.
    """
    return sequence_in(request.headers.get("If-Match", ""))


def sequence_in(sent: str) -> int | None:
    """Return the sequence number in what a client sent as `If-Match`; None for any.

    Raises:
        StaleError: it is not an entity tag of a capture or a tag.
    """
    opaque = opaque_tag(sent)
    if opaque is not None and not opaque.isdecimal():
        raise StaleError
    return None if opaque is None else int(opaque)


def opaque_tag(sent: str) -> str | None:
    """Return what is in an entity tag that a client sent as `If-Match`; None for any.

    A tag that a proxy has weakened counts: our tags differ with each change, however the
    response was coded.

    Raises:
        StaleError: it is not an entity tag of ours.
    """
    if (stripped := sent.strip()) in ("", "*"):
        return None
    if match := ETAG.fullmatch(stripped):
        return match[1]
    raise StaleError


def conditional_response(
    request: Request, tag: str, serialize: Callable[[], Any]
) -> HttpResponseBase:
    """Return what is serialised, with its entity tag, or 304 where the client has it already."""
    not_modified = get_conditional_response(request._request, etag=tag)
    response = Response(serialize()) if not_modified is None else not_modified
    response["ETag"] = tag
    return response


def document_response(request: Request, document: Any) -> HttpResponseBase:
    """Return a document with an entity tag by its content, or 304 where the client has it."""
    return conditional_response(request, content_etag(document), lambda: document)
