"""Every read of a person's moods; each begins with the owner, so none can forget whose they are."""

import uuid as uuid_module
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, FilteredRelation, Q
from django.db.models.functions import Coalesce

from accounts.models import User
from emotions.models import Capture, CaptureQuerySet, Detection, Feeling
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


def history(*, owner: User) -> CaptureQuerySet:
    """Return the owner's captures with their detections, newest first."""
    captures = Capture.objects.of(owner).order_by("-taken_at", "-id")
    return captures.select_related("owner").prefetch_related("detections__model_version")


def day(*, owner: User, on: date) -> Day:
    """Return one local day of the owner."""
    captures = list(reversed(history(owner=owner).filter(local_date=on)))
    return Day(date=on, captures=captures, mood=mood_of_captures(captures))


def feelings_by_day(*, owner: User, last: date, days: int) -> dict[date, Counter[Feeling]]:
    """Count the owner's captures a feeling for each of `days` days that end with `last`.

    What was felt counts where the person said it, otherwise what was detected on their face.
    """
    first = last - timedelta(days=days - 1)
    answer = Q(detections__is_me=True, detections__role=Detection.Role.ANSWER)
    rows = (
        Capture.objects.of(owner)
        .filter(local_date__range=(first, last))
        .annotate(answer=FilteredRelation("detections", condition=answer))
        .annotate(feeling=Coalesce("felt", "answer__emotion"))
        .exclude(feeling=None)
        .values_list("local_date", "feeling")
        .annotate(captures=Count("id", distinct=True))
        .order_by()
    )
    counts: dict[date, Counter[Feeling]] = {
        first + timedelta(days=n): Counter() for n in range(days)
    }
    for local_date, feeling, captures in rows:
        counts[local_date][Feeling(feeling)] = captures
    return counts
