"""Entity tags of captures and of their tags, for conditional requests (RFC 9110)."""

import re
from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework.request import Request
from rest_framework.response import Response

from emotions.captures.errors import StaleError
from emotions.models import Capture, Tag

STRONG_ETAG = re.compile(r'"(\d{1,18})"')


def etag(record: Capture | Tag) -> str:
    """Return the entity tag, which differs after each change."""
    return f'"{record.sequence}"'


def expected_sequence(request: Request) -> int | None:
    """Return the sequence number in `If-Match`, or None where the client does not insist.

    Raises:
        StaleError: `If-Match` is not an entity tag of ours.
    """
    sent = request.headers.get("If-Match", "").strip()
    if sent in ("", "*"):
        return None
    if match := STRONG_ETAG.fullmatch(sent):
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
