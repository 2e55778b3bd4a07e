"""Taking back one moment that an import brought."""

from collections.abc import Callable
from functools import partial

from django.db import transaction

from emotions.captures import trash
from emotions.captures.errors import StaleError
from emotions.captures.locking import lock_for_update
from emotions.captures.purging import make_tombstone
from emotions.models import ImportedMoment
from emotions.transfer.updating import revert


def take_back(moment: ImportedMoment, *, on_done: Callable[[str], None]) -> None:
    """Take back what an import did to a moment.

    What it brought is removed for good, or moved into the trash where it has changed since it came.
    What it updated says again what it said before, but for what has changed since.

    Args:
        on_done: called in the transaction that does so, with the counter of `Import`.
    """
    try:
        with transaction.atomic():
            if moment.before is not None:
                revert(moment)
                finish(moment, partial(on_done, "reverted"))
                return
            with lock_for_update(moment.capture, expected=moment.sequence) as current:
                make_tombstone(current)
                finish(moment, partial(on_done, "undone"))
    except StaleError:
        with transaction.atomic():
            if moment.before is None:
                trash.delete_capture(capture=moment.capture)
            finish(moment, partial(on_done, "trashed" if moment.before is None else "reverted"))


def finish(moment: ImportedMoment, on_done: Callable[[], None]) -> None:
    """Note that a moment was taken back, so that it may come again once it is gone for good."""
    moment.undone = True
    moment.save(update_fields=["undone"])
    on_done()
