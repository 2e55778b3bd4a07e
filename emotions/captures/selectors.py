"""Queries about the captures of one person; each takes the owner first."""

import uuid as uuid_module
from collections import Counter
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Max, Prefetch, Q, QuerySet, prefetch_related_objects

from accounts.models import User
from common.text_keys import search_key, word_key
from emotions.models import Capture, CaptureQuerySet, Detection, Feeling, Preferences, Tag
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
        words: only those with this text in their note, whatever its capitals and accents.
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
        captures = captures.filter(tags__in=find_tags(owner=owner, name=tag))
    if source:
        captures = captures.filter(source=source)
    if words:
        # Of notes that an earlier version wrote meanwhile there is no key yet.
        without_key = Q(note_key=None, note__icontains=words)
        captures = captures.filter(Q(note_key__contains=search_key(words)) | without_key)
    return with_detections(captures)


def with_detections(captures: CaptureQuerySet) -> CaptureQuerySet:
    """Prefetch owners, tags and detections, except those of shadow versions."""
    return captures.select_related("owner").prefetch_related(*details())


def load_details(capture: Capture) -> Capture:
    """Load the tags and detections of one capture, which `with_detections` prefetches."""
    prefetch_related_objects([capture], *details())
    return capture


def details() -> tuple[Prefetch[str], str]:
    shown = Detection.objects.exclude(role=Detection.Role.SHADOW)
    return detections(shown), "tags"


def with_answers(captures: CaptureQuerySet) -> CaptureQuerySet:
    """Prefetch what was detected in the owner's face, for lists that show no more of a capture."""
    answers = Detection.objects.filter(role=Detection.Role.ANSWER, is_me=True)
    return captures.prefetch_related(detections(answers))


def detections(queryset: QuerySet[Detection]) -> Prefetch[str]:
    """Prefetch detections with their versions, each of which is loaded once and not for each row.

    A version holds its model card and its answers on test sets.
    """
    return Prefetch("detections", queryset=queryset.prefetch_related("model_version"))


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


def changes(*, owner: User, after: int, limit: int, until: int | None = None) -> list[Capture]:
    """Return captures that changed after a sequence number, deleted ones too, in that order.

    Sequence numbers become visible in order, because they are taken under a lock on the owner's
    row, so nothing can appear before what was returned.

    Args:
        after: the last number that the caller has seen; 0 where none.
        until: the last number that is wanted; None for all there are.
    """
    changed = Capture.objects.filter(owner=owner, sequence__gt=after)
    if until is not None:
        changed = changed.filter(sequence__lte=until)
    return list(with_detections(changed.order_by("sequence"))[:limit])


def also_changed(*, owner: User, after: int) -> list[str]:
    """Return which other resources of the owner changed after a sequence number: perhaps tags."""
    changed = Preferences.objects.filter(owner=owner, tags_sequence__gt=after)
    return ["tags"] if changed.exists() else []


def days_with_captures(*, owner: User, first: date, last: date) -> list[date]:
    """Return the local days from `first` to `last` that have captures, newest first."""
    found = history(owner=owner, first=first, last=last).order_by("-local_date")
    return list(found.values_list("local_date", flat=True).distinct())


class UsedTag(NamedTuple):
    """A tag, and how many captures have it."""

    tag: Tag
    uses: int

    @property
    def name(self) -> str:
        return self.tag.name


def tags(*, owner: User, unused: bool = False) -> list[UsedTag]:
    """Return the owner's `MAX_LISTED_TAGS` most used tags, most used first.

    An index alone counts all captures with a tag; asking each of them whether it is deleted takes
    ten times as long.

    Args:
        unused: also those that no capture has, or only captures in the trash.
    """
    uses = count_tags(Q(tag__owner=owner))
    uses.subtract(count_tags(Q(capture__in=Capture.objects.in_trash_of(owner))))
    return most_used(uses, owner=owner, limit=MAX_LISTED_TAGS, unused=unused)


def tags_between(*, owner: User, first: date, last: date, limit: int) -> list[UsedTag]:
    """Return the most used tags of the owner's captures of some local days, most used first."""
    of_days = Q(capture__deleted_at=None, capture__local_date__range=(first, last))
    return most_used(count_tags(Q(capture__owner=owner) & of_days), owner=owner, limit=limit)


def count_tags(links: Q) -> Counter[int]:
    """Return how many of some links between captures and tags each tag has, by its key."""
    counted = Capture.tags.through.objects.filter(links).values_list("tag").annotate(Count("id"))
    return Counter(dict(counted))


def most_used(
    uses: Counter[int], *, owner: User, limit: int, unused: bool = False
) -> list[UsedTag]:
    """Return those of the owner's tags that are in use, or all, most used first, else by name."""
    tags = Tag.objects.filter(owner=owner).order_by("name")
    used = [UsedTag(tag, uses[tag.pk]) for tag in tags if unused or uses[tag.pk] > 0]
    return sorted(used, key=lambda tag: -tag.uses)[:limit]


def recent_tags(*, owner: User) -> list[Tag]:
    """Return the owner's `MAX_OFFERED_TAGS` tags used last, to choose from, the latest first.

    Those of the latest `RECENT_CAPTURES` captures count, so that a long diary takes no longer.
    """
    latest = Capture.objects.of(owner).order_by("-taken_at", "-id").values("pk")[:RECENT_CAPTURES]
    used = Tag.objects.filter(captures__in=latest).annotate(
        used_at=Max("captures__taken_at"), uses=Count("captures")
    )
    return list(used.order_by("-used_at", "-uses", "name")[:MAX_OFFERED_TAGS])


def has_tag(*, owner: User, name: str) -> bool:
    """Return whether the owner has a tag of this name, in any case."""
    return bool(find_tags(owner=owner, name=name))


def find_tags(*, owner: User, name: str) -> list[int]:
    """Return the key of the owner's tag of this name, in any case, or nothing.

    More than one only where an earlier version of the software made a tag meanwhile.
    """
    key = word_key(name)
    rows = Tag.objects.filter(Q(key=key) | Q(key=None), owner=owner).values_list("pk", "name")
    return [pk for pk, found in rows if word_key(found) == key]
