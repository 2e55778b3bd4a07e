"""Queries about the captures of one person; each takes the owner first."""

import uuid as uuid_module
from datetime import date

from django.db.models import Count, Max, Prefetch, Q, QuerySet

from accounts.models import User
from emotions.models import Capture, CaptureQuerySet, Detection, Feeling, Tag
from ml.models import ModelVersion

MAX_LISTED_TAGS = 2000
MAX_OFFERED_TAGS = 100
RECENT_CAPTURES = 1000


def get_capture(*, owner: User, uuid: uuid_module.UUID) -> Capture:
    """Return one capture of the owner.

    Raises:
        Capture.DoesNotExist: it does not exist, was deleted or is somebody else's.
    """
    return history(owner=owner).get(uuid=uuid)


def history(
    *,
    owner: User,
    feeling: Feeling | None = None,
    first: date | None = None,
    last: date | None = None,
    tag: str = "",
    source: Capture.Source | None = None,
    words: str = "",
    in_trash: bool = False,
) -> CaptureQuerySet:
    """Return the owner's captures with their detections and tags, newest first.

    Args:
        feeling: only those that show it: felt or, where that was not reported, detected.
        first: only those of this local day and later.
        last: only those of this local day and earlier.
        tag: only those with this tag, in any case.
        source: only those that came in this way.
        words: only those with this text in their note, in any case.
        in_trash: those that can be restored, instead of those that are not deleted.
    """
    captures = Capture.objects.in_trash_of(owner) if in_trash else Capture.objects.of(owner)
    captures = captures.order_by("-taken_at", "-id")
    if feeling:
        captures = captures.with_feeling().filter(feeling=feeling)  # type: ignore[misc]
    if first:
        captures = captures.filter(local_date__gte=first)
    if last:
        captures = captures.filter(local_date__lte=last)
    if tag:
        captures = captures.filter(tags__in=Tag.objects.filter(owner=owner, name__iexact=tag))
    if source:
        captures = captures.filter(source=source)
    if words:
        captures = captures.filter(note__icontains=words)
    return with_detections(captures)


def with_detections(captures: CaptureQuerySet) -> CaptureQuerySet:
    """Prefetch owners, tags and detections, except those of shadow versions."""
    shown = Detection.objects.exclude(role=Detection.Role.SHADOW).select_related("model_version")
    return captures.select_related("owner").prefetch_related(
        Prefetch("detections", queryset=shown), "tags"
    )


def rescoring_versions(*, owner: User) -> list[str]:
    """Return the names of the versions that rescored captures of the owner, newest first."""
    if ModelVersion.objects.count() <= 1:  # Asking every face would take longer.
        return []
    rescored = (
        Detection.objects.filter(
            capture__owner=owner,
            capture__deleted_at=None,
            role=Detection.Role.RESCORE,
            is_me=True,
        )
        .values("version_elsewhere", "model_version__name")
        .annotate(latest=Max("pk"))
        .order_by("-latest")
    )
    names = [row["version_elsewhere"] or row["model_version__name"] for row in rescored]
    return list(dict.fromkeys(names))


def changes(*, owner: User, after: int, limit: int) -> list[Capture]:
    """Return captures that changed after a sequence number, deleted ones too, in that order.

    Sequence numbers become visible in order, because they are taken under a lock on the owner's
    row, so nothing can appear before what was returned.

    Args:
        after: the last number that the caller has seen; 0 where none.
    """
    changed = Capture.objects.filter(owner=owner, sequence__gt=after).order_by("sequence")
    return list(with_detections(changed)[:limit])


def days_with_captures(*, owner: User, first: date, last: date) -> list[date]:
    """Return the local days from `first` to `last` that have captures, newest first."""
    found = history(owner=owner, first=first, last=last).order_by("-local_date")
    return list(found.values_list("local_date", flat=True).distinct())


def tags(*, owner: User) -> QuerySet[Tag]:
    """Return the owner's `MAX_LISTED_TAGS` most used tags, most used first.

    Each has its number of captures as `uses`; those that are not in use are left out.
    """
    used = Count("captures", filter=Q(captures__deleted_at=None))
    return (
        Tag.objects.filter(owner=owner)
        .annotate(uses=used)
        .filter(uses__gt=0)
        .order_by("-uses", "name")[:MAX_LISTED_TAGS]
    )


def recent_tags(*, owner: User) -> list[str]:
    """Return the names of the owner's `MAX_OFFERED_TAGS` most used tags of late, to choose from.

    Those of the latest `RECENT_CAPTURES` captures count, so that a long diary takes no longer.
    """
    latest = Capture.objects.of(owner).order_by("-taken_at", "-id").values("pk")[:RECENT_CAPTURES]
    counted = (
        Capture.tags.through.objects.filter(capture__in=latest)
        .values("tag__name")
        .annotate(uses=Count("id"))
        .order_by("-uses", "tag__name")
    )
    return list(counted.values_list("tag__name", flat=True)[:MAX_OFFERED_TAGS])


def has_tag(*, owner: User, name: str) -> bool:
    """Return whether the owner has a tag of this name, in any case."""
    return Tag.objects.filter(owner=owner, name__iexact=name).exists()
