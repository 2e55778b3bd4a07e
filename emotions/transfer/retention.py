"""Forgetting imports that cannot be undone any more."""

from django.utils import timezone

from emotions.models import UNDOABLE_FOR, Import


def forget_old_imports() -> None:
    """Delete what was noted about imports that cannot be undone any more."""
    ended = Import.objects.filter(state__in=[Import.State.FINISHED, Import.State.FAILED])
    ended.filter(finished_at__lte=timezone.now() - UNDOABLE_FOR).delete()
