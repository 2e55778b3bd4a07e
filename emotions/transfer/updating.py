"""Updating a moment by an entry that has changed since it came, and taking that back."""

from datetime import datetime
from typing import Any

from common.time_zones import day_of
from emotions.captures.errors import StaleError
from emotions.captures.locking import lock_for_update
from emotions.captures.signals import capture_changed
from emotions.captures.storing import KnownTags, set_tags
from emotions.models import Capture, Import, ImportedMoment
from emotions.transfer.readers import Entry


def update_capture(*, capture: Capture, entry: Entry, job: Import, known_tags: KnownTags) -> None:
    """Let a moment say what an entry does, and note what it said before; call in a transaction.

    Raises:
        StaleError: it changed since it was compared.
        TagsQuotaError: the owner may not have that many tags.
    """
    before = {
        "taken_at": capture.taken_at.isoformat(),
        "time_zone": capture.time_zone,
        "mood": capture.mood,
        "note": capture.note,
        "tags": sorted(tag.name for tag in capture.tags.all()),
    }
    after = {
        "taken_at": entry.taken_at.isoformat(),
        "time_zone": entry.time_zone,
        "mood": entry.mood,
        "note": entry.note,
        "tags": list(entry.tags),
    }
    current = write(capture, after, expected=capture.sequence, known_tags=known_tags)
    ImportedMoment.objects.create(
        job=job, capture=current, sequence=current.sequence, before=before
    )


def revert(moment: ImportedMoment) -> None:
    """Let a moment say again what it said before an import; call it in a transaction.

    Raises:
        StaleError: it changed since.
    """
    write(moment.capture, moment.before or {}, expected=moment.sequence, known_tags=None)


def write(
    capture: Capture, values: dict[str, Any], *, expected: int, known_tags: KnownTags | None
) -> Capture:
    """Write values of a moment, which stays one that nobody has edited, and return it.

    Raises:
        StaleError: it changed since it had the number `expected`.
    """
    with lock_for_update(capture, expected=expected) as current:
        if current.deleted_at:
            raise StaleError
        current.taken_at = datetime.fromisoformat(values["taken_at"])
        current.time_zone = values["time_zone"]
        current.local_date = day_of(current.taken_at, current.time_zone)
        current.mood, current.note = values["mood"], values["note"]
        current.save()
        capture_changed.send(sender=Capture, capture=current, created=False, face_changed=False)
        set_tags(current, values["tags"], known_tags)
        ImportedMoment.objects.filter(capture=current, sequence=expected).update(
            sequence=current.sequence
        )
    return current
