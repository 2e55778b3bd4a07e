"""Writing the rows of a capture, whatever way it came in."""

from collections.abc import Iterable, Mapping, Sequence

from accounts.services import next_sequence
from emotions.models import Capture, Detection, Tag


def insert_capture(
    capture: Capture,
    *,
    pictures: Mapping[str, str],
    tags: Sequence[str],
    detections: Iterable[Detection],
) -> None:
    """Write a new capture, its tags and its detections; call it inside a transaction.

    Args:
        pictures: storage names of its pictures by field.
        detections: of this capture, not stored yet.
    """
    capture.sequence = next_sequence(person=capture.owner)
    for field, name in pictures.items():
        setattr(capture, field, name)
    capture.save(force_insert=True)
    set_tags(capture, tags)
    Detection.objects.bulk_create(detections)


def set_tags(capture: Capture, names: Sequence[str]) -> None:
    """Give a capture these tags of its owner and no others; capitals make no difference."""
    wanted = {name.casefold(): name for name in reversed(names)}
    known = {tag.name.casefold(): tag for tag in Tag.objects.filter(owner=capture.owner)}
    missing = [
        Tag(owner=capture.owner, name=name) for key, name in wanted.items() if key not in known
    ]
    made = Tag.objects.bulk_create(missing)
    capture.tags.set([*(known[key] for key in wanted.keys() & known.keys()), *made])
