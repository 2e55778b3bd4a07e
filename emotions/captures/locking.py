"""The one way in which a capture that exists is changed."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.models import User
from accounts.services import next_sequence
from emotions.captures.errors import StaleError
from emotions.models import Capture


@contextmanager
def lock_for_update(capture: Capture, *, expected: int | None = None) -> Iterator[Capture]:
    """Give the row as it is now, with its next number, to nobody else until the block ends.

    Args:
        expected: the number that the caller read; None where any will do.

    Raises:
        StaleError: the capture has another number by now.
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
    """Give the row as it is now, which nobody changes until the block ends, and no app sees."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=capture.owner_id)
        yield Capture.objects.get(pk=capture.pk)
