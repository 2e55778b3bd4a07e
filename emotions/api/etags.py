"""Entity tags of captures: a client changes what it has read, or learns that it was too late."""

import re
from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework.request import Request
from rest_framework.response import Response

from emotions.captures.errors import StaleError
from emotions.models import Capture

STRONG_ETAG = re.compile(r'"(\d{1,18})"')


def etag(capture: Capture) -> str:
    """Return the entity tag, which is another one after each change."""
    return f'"{capture.sequence}"'


def expected_sequence(request: Request) -> int | None:
    """Return the number of the capture that the client means to change; None where any will do.

    Raises:
        StaleError: `If-Match` is no entity tag of ours.
    """
    sent = request.headers.get("If-Match", "").strip()
    if sent in ("", "*"):
        return None
    if found := STRONG_ETAG.fullmatch(sent):
        return int(found[1])
    raise StaleError


def conditional_response(
    request: Request, capture: Capture, whole: Callable[[], Any]
) -> HttpResponseBase:
    """Answer with what `whole` returns, or with 304 where the client has it already."""
    tag = etag(capture)
    known = get_conditional_response(request._request, etag=tag)
    if known is not None:
        known["ETag"] = tag
        return known
    return Response(whole(), headers={"ETag": tag})
