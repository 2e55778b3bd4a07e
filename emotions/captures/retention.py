"""Forgetting pictures that are older than their person wants them to be."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from emotions.captures.editing import edit_capture
from emotions.captures.errors import CaptureDeletedError, EmptyCaptureError
from emotions.models import Capture, Preferences


def forget_old_pictures(*, owner: User | None = None, now: datetime | None = None) -> int:
    """Keep only the numbers of what came in too long ago; return how many captures that were.

    Interrupted, it goes on where it was when it is run again.

    Args:
        owner: whose pictures; everybody's where it is None.
    """
    now = now or timezone.now()
    forgotten = 0
    wishes = Preferences.objects.exclude(pictures_kept_for=Preferences.KeptFor.ALWAYS)
    if owner:
        wishes = wishes.filter(owner=owner)
    for wish in wishes.select_related("owner").iterator():
        old = Capture.objects.of(wish.owner).exclude(kept=Capture.Kept.NOTHING)
        old = old.filter(created_at__lte=now - timedelta(days=wish.pictures_kept_for))
        for capture in list(old):
            try:
                edit_capture(capture=capture, changes={"kept": Capture.Kept.NOTHING})
            except (CaptureDeletedError, EmptyCaptureError):  # It has gone meanwhile, or is words.
                continue
            forgotten += 1
    return forgotten
