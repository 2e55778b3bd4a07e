"""Entity tags of captures and of their tags, for conditional requests (RFC 9110)."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework.fields import ReadOnlyField
from rest_framework.request import Request
from rest_framework.response import Response

from emotions.captures.errors import StaleError
from emotions.models import Capture, Tag

ETAG = re.compile(r'(?:W/)?"(\d{1,18})(?:-(?:gzip|br|zstd))?"')
"""An entity tag of ours. nginx makes it weak where it compresses, Apache names the coding in it."""


def etag(record: Capture | Tag) -> str:
    """Return the entity tag, which differs after each change."""
    return f'"{record.sequence}"'


@extend_schema_field({"type": "string", "examples": ['"42"']})
class EtagField(ReadOnlyField):
    """The entity tag of what is represented, as a response about it alone has in its header."""

    def __init__(self, *, source: str = "*") -> None:
        super().__init__(
            source=source, help_text=_("Send it as If-Match to change only this version.")
        )

    def to_representation(self, value: Any) -> str:
        return etag(value)


def expected_sequence(request: Request) -> int | None:
    """Return the sequence number in `If-Match`, or None where the client does not insist.

    Raises:
        StaleError: `If-Match` is not an entity tag of ours.
    """
    return sequence_in(request.headers.get("If-Match", ""))


def sequence_in(sent: str) -> int | None:
    """Return the sequence number in what a client sent as `If-Match`; None for any.

    A tag that a proxy has weakened counts: our tags differ with each change, however the
    response was coded.

    Raises:
        StaleError: it is not an entity tag of ours.
    """
    if (stripped := sent.strip()) in ("", "*"):
        return None
    if match := ETAG.fullmatch(stripped):
        return int(match[1])
    raise StaleError


def conditional_response(
    request: Request, record: Capture | Tag, serialize: Callable[[], Any]
) -> HttpResponseBase:
    """Return the serialised record, or 304 where the client has it already."""
    tag = etag(record)
    not_modified = get_conditional_response(request._request, etag=tag)
    if not_modified is not None:
        not_modified["ETag"] = tag
        return not_modified
    return Response(serialize(), headers={"ETag": tag})


def document_response(request: Request, document: Any) -> HttpResponseBase:
    """Return a document with an entity tag by its content, or 304 where the client has it."""
    tag = f'"{hashlib.sha256(json.dumps(document).encode()).hexdigest()[:32]}"'
    response = get_conditional_response(request._request, etag=tag) or Response(document)
    response["ETag"] = tag
    return response
