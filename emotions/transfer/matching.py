"""Knowing again, among what a person has, the entries of a file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from common.text_keys import word_key
from emotions.models import Capture
from emotions.transfer.readers import Entry


class Outcome(StrEnum):
    """What an entry is: the field of `Import` that counts it, but for `CHANGED`."""

    NEW = "new"
    UPDATED = "updated"
    ALREADY_THERE = "already_there"
    DELETED = "deleted"
    CHANGED = "changed"
    """It is here, and says something else; nobody has changed it here since it came."""


@dataclass
class KnownCaptures:
    """The captures that some entries may be."""

    by_uuid: dict[UUID, Capture] = field(default_factory=dict)
    by_minute: dict[datetime, list[Capture]] = field(default_factory=dict)

    @classmethod
    def load(cls, owner: User, entries: Sequence[Entry]) -> "KnownCaptures":
        """Read those of one owner in two queries, whatever the number of entries."""
        known = cls()
        uuids = {uuid for entry in entries for uuid in (entry.uuid, *entry.siblings)}
        for capture in with_details(Capture.objects.filter(owner=owner, uuid__in=uuids)):
            known.by_uuid[capture.uuid] = capture
        minutes = {entry.taken_at for entry in entries if entry.siblings}
        imported = Capture.objects.filter(
            owner=owner, source=Capture.Source.IMPORT, taken_at__in=minutes
        )
        for capture in with_details(imported) if minutes else ():
            known.by_minute.setdefault(capture.taken_at, []).append(capture)
        return known

    def match(self, entry: Entry) -> tuple[Outcome, Capture | None]:
        """Return what an entry is, and the capture that it is or whose place it may take.

        The owner's capture has the UUID of the entry, or else the same minute and no other entry's
        UUID: the first of several such captures is the first of several such entries.
        """
        capture = self.by_uuid.get(entry.uuid)
        if capture is None and entry.siblings:
            strange = [uuid for uuid in entry.siblings if uuid not in self.by_uuid]
            candidates = [
                capture
                for capture in self.by_minute.get(entry.taken_at, ())
                if capture.uuid not in entry.siblings and not is_undone(capture)
            ]
            place = strange.index(entry.uuid)
            capture = candidates[place] if place < len(candidates) else None
        if capture is None or is_undone(capture):
            return Outcome.NEW, capture
        if capture.deleted_at:
            return Outcome.DELETED, capture
        if entry.may_change and not says(capture, entry) and not is_edited(capture):
            return Outcome.CHANGED, capture
        return Outcome.ALREADY_THERE, capture


def with_details(captures: QuerySet[Capture]) -> QuerySet[Capture]:
    return captures.prefetch_related("tags", "imported").order_by("pk")


def is_undone(capture: Capture) -> bool:
    """Return whether a capture is a tombstone of what an import brought that was undone."""
    return bool(capture.purged_at) and any(moment.undone for moment in capture.imported.all())


def is_edited(capture: Capture) -> bool:
    """Return whether a capture or one of its tags changed since it came, as far as is noted."""
    moments = [moment for moment in capture.imported.all() if not moment.undone]
    return bool(moments) and all(
        moment.retagged or moment.sequence != capture.sequence for moment in moments
    )


def says(capture: Capture, entry: Entry) -> bool:
    """Return whether a capture says what an entry does."""
    tags = {word_key(tag.name) for tag in capture.tags.all()}
    return (
        capture.taken_at == entry.taken_at
        and capture.time_zone == entry.time_zone
        and capture.mood == entry.mood
        and capture.note == entry.note
        and tags == set(map(word_key, entry.tags))
    )
