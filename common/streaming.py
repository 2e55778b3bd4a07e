"""Streaming responses that take long, kept alive so that no proxy in between times out."""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from django.http import StreamingHttpResponse

T = TypeVar("T")
KEEPALIVE_INTERVAL = 5.0  # seconds; Heroku's router times out after 30


def keepalive_response(
    steps: Iterator[T], render: Callable[[T], str], *, content_type: str
) -> StreamingHttpResponse:
    """Return a response with what `stream_with_keepalive` yields, passed on as it comes.

    nginx would otherwise collect white space until it fills a buffer.
    """
    return StreamingHttpResponse(
        stream_with_keepalive(steps, render),
        content_type=content_type,
        headers={"X-Accel-Buffering": "no"},
    )


def stream_with_keepalive(steps: Iterator[T], render: Callable[[T], str]) -> Iterator[bytes]:
    """Run at least one step, yielding white space now and then, and finally the last one rendered.

    White space is allowed in front of JSON and HTML, so the whole stream is still valid.
    """
    last_sent = time.monotonic()
    step = next(steps)
    for step in steps:  # noqa: B007 - the last one is rendered
        if time.monotonic() - last_sent > KEEPALIVE_INTERVAL:
            yield b"\n"
            last_sent = time.monotonic()
    yield render(step).encode()
