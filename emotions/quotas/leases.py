"""Places that work takes while it runs, counted across all processes of the site.

A place is a row. Whoever holds one renews it; where a process dies, its places lapse.
"""

import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from emotions.models import Lease

LIFETIME = timedelta(seconds=90)
KEPT_AFTER_LAPSE = timedelta(hours=1)
RENEW_AFTER = 20.0  # seconds
POLL_INTERVAL = 0.1  # seconds


@dataclass(slots=True)
class Place:
    """A place that is held.

    Attributes:
        holder: tells it from the same place in other hands, once it has lapsed.
        renewed_at: by the monotonic clock.
    """

    key: str
    number: int
    holder: uuid.UUID
    renewed_at: float = field(default_factory=time.monotonic)

    def renew(self) -> None:
        """Hold it for longer, if it is time to."""
        now = time.monotonic()
        if now - self.renewed_at > RENEW_AFTER:
            self.renewed_at = now
            self._rows().update(expires_at=timezone.now() + LIFETIME)

    def release(self) -> None:
        self._rows().delete()

    def _rows(self) -> QuerySet[Lease]:
        return Lease.objects.filter(key=self.key, place=self.number, holder=self.holder)


def remove_lapsed() -> int:
    """Remove places that lapsed long ago, so that nobody is about to take them; return how many."""
    return Lease.objects.filter(expires_at__lt=timezone.now() - KEPT_AFTER_LAPSE).delete()[0]


def take_place(key: str, *, places: int, first: int = 0, wait: float = 0.0) -> Place | None:
    """Take one of some places, waiting for up to `wait` seconds; None where none is free.

    Args:
        key: what the places are for.
        places: how many there are.
        first: the number of the first one that may be taken.
        wait: for how many seconds.
    """
    deadline = time.monotonic() + wait
    while True:
        if place := take_free_place(key, range(first, places)):
            return place
        if time.monotonic() >= deadline:
            return None
        time.sleep(POLL_INTERVAL)


def take_free_place(key: str, numbers: Iterable[int]) -> Place | None:
    """Take one of the places with some numbers at once; None where none is free."""
    now = timezone.now()
    taken = dict(Lease.objects.filter(key=key).values_list("place", "expires_at"))
    for number in numbers:
        holder = uuid.uuid4()
        columns = {"holder": holder, "expires_at": now + LIFETIME}
        if number not in taken:
            try:
                with transaction.atomic():
                    Lease.objects.create(key=key, place=number, **columns)
            except IntegrityError:  # Another was faster.
                continue
            return Place(key, number, holder)
        lapsed = Lease.objects.filter(key=key, place=number, expires_at=taken[number])
        if taken[number] <= now and lapsed.update(**columns):
            return Place(key, number, holder)
    return None
