"""Locking captures, so that changes of one person are made one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.models import User
from accounts.services import next_sequence
from emotions.captures.errors import StaleError
from emotions.models import Capture


@contextmanager
def lock_for_update(capture: Capture, *, expected: int | None = None) -> Iterator[Capture]:
    """Yield the row as it is now, with the owner's next sequence number, to be saved.

    The owner's row is locked until the block ends, and with it all of their captures.

    Args:
        expected: the sequence number that the caller read; None where any will do.

    Raises:
        StaleError: the capture has another sequence number by now.
    """
    with transaction.atomic():
        sequence = next_sequence(person=capture.owner)
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
