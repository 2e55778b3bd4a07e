"""Deleting captures: first into the trash, from there for ever."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from emotions.captures import tasks
from emotions.captures.errors import CaptureDeletedError
from emotions.captures.locking import locked
from emotions.contributions.syncing import follow
from emotions.models import Capture
from emotions.pictures import storage
from emotions.pictures.tasks import remove_files

TRASH_KEPT_FOR = timedelta(days=30)
RETRY_REMOVAL_AFTER = timedelta(minutes=5)


def delete_capture(*, capture: Capture, expected: int | None = None) -> None:
    """Put a capture into the trash, from where it can be restored for 30 days.

    Raises:
        StaleError: it changed since it had the number `expected`.
    """
    with locked(capture, expected=expected) as current:
        if current.deleted_at:
            return
        current.deleted_at = timezone.now()
        current.save(update_fields=["sequence", "deleted_at"])
        follow(current)
        # A minute later than the trash keeps it, so that clocks that differ do no harm.
        later = current.deleted_at + TRASH_KEPT_FOR + timedelta(minutes=1)
        transaction.on_commit(lambda: tasks.purge_trash.using(run_after=later).enqueue())


def restore_capture(*, capture: Capture, expected: int | None = None) -> Capture:
    """Bring a capture back from the trash.

    Raises:
        CaptureDeletedError: nothing of it is left.
        StaleError: it changed since it had the number `expected`.
    """
    with locked(capture, expected=expected) as current:
        if current.purged_at:
            raise CaptureDeletedError
        current.deleted_at = None
        current.save(update_fields=["sequence", "deleted_at"])
        follow(current)
    return current


def purge_capture(*, capture: Capture, expected: int | None = None) -> None:
    """Remove files and numbers for ever; a tombstone tells other devices that it went.

    Raises:
        StaleError: it changed since it had the number `expected`.
    """
    with locked(capture, expected=expected) as current:
        bury(current)


def bury(current: Capture) -> None:
    """Leave of a locked capture nothing but its identity."""
    names = current.picture_names
    current.detections.all().delete()
    current.tags.clear()
    current.purged_at = timezone.now()
    current.deleted_at = current.deleted_at or current.purged_at
    current.photo = current.crop = current.thumbnail = current.note = ""
    current.request_digest = ""
    current.width = current.height = current.felt = current.mood = None
    current.clock_of_photo = None
    current.save()
    follow(current)
    transaction.on_commit(lambda: discard(names))


def purge_trash() -> int:
    """Remove for ever what has been in the trash for 30 days; return how many captures it was."""
    until = timezone.now() - TRASH_KEPT_FOR
    purged = 0
    for capture in list(in_trash_since(until)):
        with locked(capture) as current:
            if current.deleted_at and current.deleted_at <= until and not current.purged_at:
                bury(current)
                purged += 1
    return purged


def in_trash_since(until: datetime) -> QuerySet[Capture]:
    """Return everybody's captures that came into the trash at a moment or before it."""
    waiting = Capture.objects.filter(purged_at=None, deleted_at__lte=until)
    return waiting.select_related("owner")


def discard(names: Iterable[str]) -> None:
    """Remove files at once; where the storage refuses, a job tries again later."""
    if remaining := storage.remove_files(names):
        remove_files.using(run_after=timezone.now() + RETRY_REMOVAL_AFTER).enqueue(remaining)
