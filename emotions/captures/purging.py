"""Removing captures for good, at once or after 30 days in the trash."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from accounts.services import next_sequences
from common.text_keys import search_key
from emotions.captures.locking import lock_for_update, renumber
from emotions.captures.signals import capture_changed
from emotions.idempotency import RequestKey
from emotions.models import Capture, Detection
from emotions.pictures.removal import delete_files

TRASH_KEPT_FOR = timedelta(days=30)
CLEARED = {
    **dict.fromkeys((*Capture.PICTURES, "note", "request_digest"), ""),
    **dict.fromkeys(("width", "height", "felt", "mood", "clock_of_photo")),
    "note_key": search_key(""),
    "picture_bytes": 0,
}
"""What nothing is left of in a tombstone."""


def purge_capture(
    *, capture: Capture, expected: int | None = None, request: RequestKey | None = None
) -> None:
    """Remove a capture for good; only a tombstone stays, from which apps learn that it is gone.

    Args:
        expected: the sequence number that the caller read; None where any will do.
        request: what the client calls the request, if it may send it again.

    Raises:
        RepeatedRequestError, KeyReusedError: see `record_request`.
        StaleError: it changed since it had the number `expected`.
    """
    with lock_for_update(capture, expected=expected, request=request) as current:
        make_tombstone(current)


def purge_trash() -> int:
    """Purge what has been in the trash for 30 days; return the number of captures."""
    until = timezone.now() - TRASH_KEPT_FOR
    purged = 0
    for capture in list(in_trash_since(until)):
        with lock_for_update(capture) as current:
            if current.deleted_at and current.deleted_at <= until and not current.purged_at:
                make_tombstone(current)
                purged += 1
    return purged


def in_trash_since(until: datetime) -> QuerySet[Capture]:
    """Return everybody's captures that have been in the trash since a moment or longer."""
    waiting = Capture.objects.filter(purged_at=None, deleted_at__lte=until)
    return waiting.select_related("owner")


def make_tombstone(current: Capture) -> None:
    """Clear everything of a locked capture but its identity."""
    names = current.picture_names
    current.detections.all().delete()
    current.tags.clear()
    current.purged_at = timezone.now()
    current.deleted_at = current.deleted_at or current.purged_at
    for field, value in CLEARED.items():
        setattr(current, field, value)
    current.save()
    capture_changed.send(sender=Capture, capture=current, created=False, face_changed=False)
    transaction.on_commit(lambda: delete_files(names))


def make_tombstones(captures: Sequence[Capture], *, owner: User) -> None:
    """Clear everything of many captures of one owner but their identity, and renumber them.

    Those without pictures, which no other subject needs to learn of, in a few queries. Call it
    while the owner's row is locked, with the captures as they are since.
    """
    shown = [capture for capture in captures if capture.picture_names]
    for capture, number in zip(shown, next_sequences(person=owner, count=len(shown)), strict=True):
        capture.sequence = number
        make_tombstone(capture)
    plain = [capture.pk for capture in captures if capture not in shown]
    if not plain:
        return
    Detection.objects.filter(capture__in=plain).delete()
    Capture.tags.through.objects.filter(capture__in=plain).delete()
    rows = Capture.objects.filter(pk__in=plain)
    now = timezone.now()
    rows.update(**CLEARED, purged_at=now, deleted_at=Coalesce("deleted_at", now))
    renumber(rows, owner=owner)
