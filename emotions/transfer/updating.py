"""Updating moments by entries that have changed since they came, and taking that back."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.services import next_sequences
from common.text_keys import search_key
from common.time_zones import day_of
from emotions.captures.storing import KnownTags, set_tags_of_each
from emotions.models import Capture, Import, ImportedMoment
from emotions.transfer.readers import Entry

WRITTEN = ("taken_at", "time_zone", "local_date", "mood", "note", "note_key", "sequence")


def update_captures(
    job: Import,
    captures: Sequence[Capture],
    entries: Sequence[Entry],
    *,
    tags: Sequence[Sequence[int]],
    numbers: Iterator[int],
) -> None:
    """Let moments say what entries do, and note what they said before, in a few queries.

    Call it while the owner's row is locked, with the moments as they are since.

    Args:
        tags: primary keys of those of each entry.
        numbers: sequence numbers that the owner has taken.
    """
    before = [described(capture, capture.tag_names) for capture in captures]
    after = [described(entry, entry.tags) for entry in entries]
    write(captures, after, numbers)
    set_tags_of_each(captures, tags)
    ImportedMoment.objects.bulk_create(
        ImportedMoment(job=job, capture=capture, sequence=capture.sequence, before=values)
        for capture, values in zip(captures, before, strict=True)
    )


def revert(moments: Sequence[ImportedMoment], *, owner: User, known_tags: KnownTags) -> None:
    """Let moments say again what they said before an import, in a few queries.

    Where there is no room for the tags that one had, it keeps those that it has. Call it while the
    owner's row is locked, with the moments as they are since.
    """
    if not moments:
        return
    captures = [moment.capture for moment in moments]
    values = [moment.before or {} for moment in moments]
    write(captures, values, iter(next_sequences(person=owner, count=len(captures))))
    keys = known_tags.keys_of_each([before["tags"] for before in values])
    fitting = {
        capture: tags for capture, tags in zip(captures, keys, strict=True) if tags is not None
    }
    set_tags_of_each([*fitting], [*fitting.values()])


def described(moment: Capture | Entry, tags: Sequence[str]) -> dict[str, Any]:
    """Return what a moment says, as JSON."""
    return {
        "taken_at": moment.taken_at.isoformat(),
        "time_zone": moment.time_zone,
        "mood": moment.mood,
        "note": moment.note,
        "tags": list(tags),
    }


def write(
    captures: Sequence[Capture], values: Sequence[dict[str, Any]], numbers: Iterator[int]
) -> None:
    """Write values of moments, which stay ones that nobody has edited since they came."""
    earlier = {capture.pk: capture.sequence for capture in captures}
    current = {}
    for capture, said, number in zip(captures, values, numbers, strict=False):
        capture.taken_at = datetime.fromisoformat(said["taken_at"])
        capture.time_zone = said["time_zone"]
        capture.local_date = day_of(capture.taken_at, capture.time_zone)
        capture.mood, capture.note = said["mood"], said["note"]
        capture.note_key = search_key(capture.note)
        capture.sequence = current[capture.pk] = number
    Capture.objects.bulk_update(captures, WRITTEN)
    moments = list(ImportedMoment.objects.filter(capture__in=captures))
    unedited = [one for one in moments if one.sequence == earlier[one.capture_id]]
    for moment in unedited:
        moment.sequence = current[moment.capture_id]
    ImportedMoment.objects.bulk_update(unedited, ["sequence"])
