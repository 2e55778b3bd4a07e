"""Undoing an import as a whole, so that its file may come again."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from emotions.models import Import
from emotions.transfer import tasks
from emotions.transfer.uploads import require_none_under_way


class NotUndoableError(Exception):
    """There is nothing to undo, or it is too late."""


@transaction.atomic
def undo_import(*, job: Import) -> Import:
    """Have the worker take back what an import brought, within 30 days, and return the import.

    What its person changed since goes to the trash; everything else is gone for good.

    Raises:
        NotUndoableError: it is not to be undone, or not any more.
        ImportUnderWayError: the worker has to do with another file of the owner.
    """
    User.objects.select_for_update().get(pk=job.owner_id)
    job.refresh_from_db()
    if not can_undo(job):
        raise NotUndoableError
    require_none_under_way(job.owner)
    job.state, job.stalled, job.error = Import.State.UNDOING, 0, ""
    job.save(update_fields=["state", "stalled", "error"])
    tasks.enqueue_twice(job)
    return job


def can_undo(job: Import) -> bool:
    return bool(job.undo_until and timezone.now() < job.undo_until)
