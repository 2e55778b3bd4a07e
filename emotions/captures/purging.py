"""Removing captures for good, at once or after 30 days in the trash."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from emotions.captures.locking import lock_for_update
from emotions.captures.signals import capture_changed
from emotions.models import Capture
from emotions.pictures.removal import delete_files

TRASH_KEPT_FOR = timedelta(days=30)


def purge_capture(*, capture: Capture, expected: int | None = None) -> None:
    """Remove a capture for good; only a tombstone stays, from which apps learn that it is gone.

    Raises:
        StaleError: it changed since it had the number `expected`.
    """
    with lock_for_update(capture, expected=expected) as current:
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
    current.photo = current.crop = current.thumbnail = current.note = ""
    current.request_digest = ""
    current.picture_bytes = 0
    current.width = current.height = current.felt = current.mood = None
    current.clock_of_photo = None
    current.save()
    capture_changed.send(sender=Capture, capture=current, created=False, face_changed=False)
    transaction.on_commit(lambda: delete_files(names))
