"""Every read of a person's moods; each begins with the owner, so none can forget whose they are."""

import uuid as uuid_module
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count

from accounts.models import User
from emotions.models import Capture, CaptureQuerySet, Feeling
from emotions.moods import Mood, mood_of_captures


@dataclass(frozen=True, slots=True)
class Day:
    """One local day: its captures in the order of time and the mood computed from them."""

    date: date
    captures: list[Capture]
    mood: Mood | None


def capture_of(*, owner: User, uuid: uuid_module.UUID) -> Capture:
    """Return one capture of the owner.

    Raises:
        Capture.DoesNotExist: when it does not exist, was deleted or is somebody else's.
    """
    return history(owner=owner).get(uuid=uuid)


def history(
    *,
    owner: User,
    feeling: Feeling | None = None,
    first: date | None = None,
    last: date | None = None,
) -> CaptureQuerySet:
    """Return the owner's captures with their detections, newest first.

    Args:
        feeling: keep those that show it (felt where said, otherwise detected).
        first: keep those of this local day and later.
        last: keep those of this local day and earlier.
    """
    captures = Capture.objects.of(owner).order_by("-taken_at", "-id")
    if feeling:
        captures = captures.with_feeling().filter(feeling=feeling)  # type: ignore[misc]
    if first:
        captures = captures.filter(local_date__gte=first)
    if last:
        captures = captures.filter(local_date__lte=last)
    return captures.select_related("owner").prefetch_related("detections__model_version")


def day(*, owner: User, on: date) -> Day:
    """Return one local day of the owner."""
    captures = list(reversed(history(owner=owner).filter(local_date=on)))
    return Day(date=on, captures=captures, mood=mood_of_captures(captures))


def feelings_by_day(*, owner: User, first: date, last: date) -> dict[date, Counter[Feeling]]:
    """Count the owner's captures a feeling for each local day from `first` to `last`.

    What was felt counts where the person said it, otherwise what was detected on their face.
    """
    rows = (
        Capture.objects.of(owner)
        .filter(local_date__range=(first, last))
        .with_feeling()
        .exclude(feeling=None)  # type: ignore[misc]
        .values_list("local_date", "feeling")
        .annotate(captures=Count("id", distinct=True))
        .order_by()
    )
    counts: dict[date, Counter[Feeling]] = {
        first + timedelta(days=n): Counter() for n in range((last - first).days + 1)
    }
    for local_date, feeling, captures in rows:
        counts[local_date][Feeling(feeling)] = captures
    return counts
