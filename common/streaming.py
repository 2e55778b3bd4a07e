"""Answers that take long: something is sent now and then, so that nothing between gives up."""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")
EVERY = 5.0  # seconds; Heroku's router waits for 30


def while_working(steps: Iterator[T], tell: Callable[[T], str]) -> Iterator[bytes]:
    """Yield white space while steps are taken, at least one, then what is told of the last.

    White space may stand before JSON and before HTML, so the whole is still one or the other.
    """
    said = time.monotonic()
    step = next(steps)
    for step in steps:  # noqa: B007 - the last one is wanted
        if time.monotonic() - said > EVERY:
            yield b"\n"
            said = time.monotonic()
    yield tell(step).encode()
