"""Taking back one moment that an import brought."""

from collections.abc import Callable

from django.db import transaction

from emotions.captures import trash
from emotions.captures.errors import StaleError
from emotions.captures.locking import lock_for_update
from emotions.captures.purging import make_tombstone
from emotions.models import ImportedMoment


def take_back(
    moment: ImportedMoment, *, on_removed: Callable[[], None], on_trashed: Callable[[], None]
) -> None:
    """Remove a moment for good, or move it into the trash where it has changed since it came.

    Args:
        on_removed, on_trashed: called in the transaction that does so.
    """
    try:
        with lock_for_update(moment.capture, expected=moment.sequence) as current:
            make_tombstone(current)
            moment.undone = True
            moment.save(update_fields=["undone"])
            on_removed()
    except StaleError:
        with transaction.atomic():
            trash.delete_capture(capture=moment.capture)
            moment.delete()
            on_trashed()
