"""Locking captures, so that changes of one person are made one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F, Max, Min

from accounts.models import User
from accounts.services import next_sequence
from emotions.captures.errors import StaleError
from emotions.idempotency import RequestKey, record_request
from emotions.models import Capture, CaptureQuerySet


@contextmanager
def lock_for_update(
    capture: Capture, *, expected: int | None = None, request: RequestKey | None = None
) -> Iterator[Capture]:
    """Yield the row as it is now, with the owner's next sequence number, to be saved.

    The owner's row is locked until the block ends, and with it all of their captures.

    Args:
        expected: the sequence number that the caller read; None where any will do.
        request: what the client calls the request for this change, if it may send it again.

    Raises:
        RepeatedRequestError, KeyReusedError: see `record_request`.
        StaleError: the capture has another sequence number by now.
    """
    with transaction.atomic():
        sequence = next_sequence(person=capture.owner)
        if request:
            record_request(owner=capture.owner, request=request, record=capture.pk)
        current = Capture.objects.select_related("owner").get(pk=capture.pk)
        if expected is not None and current.sequence != expected:
            raise StaleError
        current.sequence = sequence
        yield current


@contextmanager
def hold_for_update(capture: Capture) -> Iterator[Capture]:
    """Yield the row as it is now, locked until the block ends.

    It keeps its sequence number, so apps do not learn of what changes.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=capture.owner_id)
        yield Capture.objects.get(pk=capture.pk)


def renumber(captures: CaptureQuerySet, *, owner: User) -> None:
    """Give some captures of the owner new sequence numbers, because they have changed together.

    One statement numbers them by their primary keys, whose gaps stay in the numbers. Call it while
    the owner's row is locked.
    """
    if (offset := take_offset(captures, owner=owner)) is not None:
        number_from(captures, offset)


def take_offset(captures: CaptureQuerySet, *, owner: User) -> int | None:
    """Take as many sequence numbers of the owner as the primary keys of some captures span.

    Returns what makes such a number of a primary key; None where there are no captures.
    """
    ends = captures.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return None
    latest = User.objects.values_list("sequence", flat=True).get(pk=owner.pk)
    span = ends["last"] - ends["first"] + 1
    User.objects.filter(pk=owner.pk).update(sequence=F("sequence") + span)
    return int(latest + 1 - ends["first"])


def number_from(captures: CaptureQuerySet, offset: int) -> None:
    """Give captures the sequence numbers that were taken for them."""
    Capture.objects.filter(pk__in=captures.values("pk")).update(sequence=F("pk") + offset)
