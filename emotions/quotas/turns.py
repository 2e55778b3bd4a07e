"""Turns at heavy work, so that nobody keeps all others waiting.

The database counts the places of a person over all processes. One of them is for charts: they keep
Python's lock for long, and with one at a time another process is free for everybody else. Before
that, each process lets one person occupy some of its threads only, waiting ones included.
"""

import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase, StreamingHttpResponse

from accounts.models import User
from accounts.requests import person_of
from emotions.quotas.errors import TooManyAtOnceError
from emotions.quotas.leases import Place, take_place

MAX_WAIT = 5.0  # seconds
RETRY_AFTER = 5  # seconds
MAX_WAITING_IN_PROCESS = 1
REFUSED_KEY = "emotions.quotas.turns.refused"
"""Where `request.META` says that a request found no turn."""

_changed = threading.Condition()
_running: Counter[int] = Counter()
_waiting: Counter[int] = Counter()


class Turn:
    """A turn of a person at heavy work; `end` it, once or more often."""

    def __init__(self, owner_id: int, place: Place) -> None:
        self.place: Place | None = place
        # Also where somebody forgets to end it: its place lapses, and the thread is free anyway.
        self.leave = weakref.finalize(self, leave_process, owner_id)

    def go_on(self) -> None:
        """Say that the work takes longer."""
        if self.place:
            self.place.renew()

    def end(self) -> None:
        place, self.place = self.place, None
        if place:
            self.leave()
            place.release()


def turn_key(owner: User) -> str:
    """Return the key of the places that a person's heavy work takes."""
    return f"heavy:{owner.pk}"


def take_turn_for(request: HttpRequest, *, charts: bool) -> Turn:
    """Wait for a turn of who asks, which the caller has to end.

    Args:
        request: the heavy one.
        charts: as of `take_turn`.

    Raises:
        TooManyAtOnceError: as `take_turn` does; the request is marked then.
    """
    try:
        return take_turn(person_of(request), charts=charts)
    except TooManyAtOnceError:
        request.META[REFUSED_KEY] = True
        raise


def take_turn(owner: User, *, charts: bool = False) -> Turn:
    """Wait for a turn, which the caller has to end.

    Args:
        owner: whose turn it is.
        charts: whether it is for charts, which have one of the places and leave the others to
            uploads and exports.

    Raises:
        TooManyAtOnceError: none came within `MAX_WAIT` seconds, or others wait already.
    """
    deadline, most = time.monotonic() + MAX_WAIT, settings.QUOTAS["heavy_at_once"]
    enter_process(owner.pk)
    place = None
    try:
        place = take_place(
            turn_key(owner),
            first=0 if charts or most == 1 else 1,
            places=1 if charts else most,
            wait=deadline - time.monotonic(),
        )
    finally:
        if place is None:
            leave_process(owner.pk)
    if place is None:
        raise TooManyAtOnceError
    return Turn(owner.pk, place)


def enter_process(owner_id: int) -> None:
    """Wait until the person occupies few enough threads of this process, and occupy one more.

    Raises:
        TooManyAtOnceError: nothing changed within `MAX_WAIT` seconds, or others wait already.
    """
    with _changed:
        if _running[owner_id] >= most_in_process():
            if _waiting[owner_id] >= MAX_WAITING_IN_PROCESS:
                raise TooManyAtOnceError
            _waiting[owner_id] += 1
            try:
                free = _changed.wait_for(
                    lambda: _running[owner_id] < most_in_process(), timeout=MAX_WAIT
                )
            finally:
                subtract(_waiting, owner_id)
            if not free:
                raise TooManyAtOnceError
        _running[owner_id] += 1


def most_in_process() -> int:
    """Return how many turns of one person a process runs: a quarter, to leave threads to others."""
    return int(-(-settings.QUOTAS["heavy_at_once"] // 4))


def leave_process(owner_id: int) -> None:
    with _changed:
        subtract(_running, owner_id)
        _changed.notify_all()


def subtract(counts: Counter[int], key: int) -> None:
    """Subtract one, and forget keys that count nothing."""
    counts[key] -= 1
    if counts[key] <= 0:
        del counts[key]


class HeldStream:
    """The content of a streamed response, during which a turn lasts; Django closes it."""

    def __init__(self, content: Iterable[bytes], turn: Turn) -> None:
        self.content = iter(content)
        self.turn = turn

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self.turn.go_on()
        return next(self.content)

    def close(self) -> None:
        self.turn.end()


def hold_during(response: HttpResponseBase, turn: Turn) -> None:
    """End a turn now, or where the response is streamed, when all of it is sent."""
    if isinstance(response, StreamingHttpResponse):
        content = cast(Iterator[bytes], response.streaming_content)
        response.streaming_content = HeldStream(content, turn)
    else:
        turn.end()
