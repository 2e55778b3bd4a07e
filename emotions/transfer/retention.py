"""Forgetting imports that cannot be undone any more, and previews that nobody came back to."""

from contextlib import suppress

from django.utils import timezone

from emotions.models import PREVIEW_KEPT_FOR, UNDOABLE_FOR, Import
from emotions.transfer.cancelling import NotReadyError, cancel_import


def forget_old_imports() -> None:
    """Delete what was noted about imports that cannot be undone any more."""
    ended = Import.objects.filter(
        state__in=[Import.State.FINISHED, Import.State.FAILED, Import.State.CANCELLED]
    )
    ended.filter(finished_at__lte=timezone.now() - UNDOABLE_FOR).delete()


def expire_previews() -> None:
    """Cancel imports whose preview has waited for a day, and delete their files."""
    ready = Import.objects.filter(state=Import.State.READY)
    for job in ready.filter(finished_at__lte=timezone.now() - PREVIEW_KEPT_FOR):
        with suppress(NotReadyError):
            cancel_import(job=job)
