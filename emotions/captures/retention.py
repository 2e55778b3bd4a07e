"""Removing pictures that are older than their owner wants them to be."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from emotions.captures.editing import edit_capture
from emotions.captures.errors import CaptureDeletedError, EmptyCaptureError
from emotions.models import Capture, Preferences


def forget_old_pictures(*, owner: User | None = None, now: datetime | None = None) -> int:
    """Remove pictures that came in too long ago; return the number of captures that had some.

    Numbers, notes and tags stay. It can be interrupted and run again at any time.

    Args:
        owner: whose pictures; everybody's where None.
    """
    now = now or timezone.now()
    reduced = 0
    limits = Preferences.objects.exclude(pictures_kept_for=Preferences.KeptFor.ALWAYS)
    if owner:
        limits = limits.filter(owner=owner)
    for preferences in limits.select_related("owner").iterator():
        old = Capture.objects.of(preferences.owner).exclude(kept=Capture.Kept.NOTHING)
        old = old.filter(created_at__lte=now - timedelta(days=preferences.pictures_kept_for))
        for capture in list(old):
            try:
                edit_capture(capture=capture, changes={"kept": Capture.Kept.NOTHING})
            except (CaptureDeletedError, EmptyCaptureError):  # Deleted meanwhile, or never a photo.
                continue
            reduced += 1
    return reduced
