"""Finding and repairing differences between the database and the storage."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from emotions.captures import picture_repair
from emotions.models import Capture
from emotions.pictures import storage
from ml.registry import artefacts

BATCH_SIZE = 500  # captures in one query


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference.

    Attributes:
        what: one line about it, which names files and captures but never people.
        repair: repairs it; None where only an administrator can.
    """

    what: str
    repair: Callable[[], object] | None = None


def findings() -> Iterator[Finding]:
    """Yield every difference, while reading every file."""
    yield from pictures()
    for name in storage.orphans():
        yield Finding(
            f"{name}: nothing refers to this file.", partial(storage.remove_files, [name])
        )
    for flaw in artefacts.damaged_files():
        yield Finding(flaw)
    for name in artefacts.orphans():
        yield Finding(f"{name}: no version has this file.", partial(artefacts.remove, [name]))


def pictures() -> Iterator[Finding]:
    """Yield pictures of captures that are missing or damaged."""
    kept = Capture.objects.exclude(photo="", crop="", thumbnail="").select_related("owner")
    for capture in kept.order_by("pk").iterator(chunk_size=BATCH_SIZE):
        # All of a capture's at once, because repairing one may give up another.
        yield from list(pictures_of(capture))


def pictures_of(capture: Capture) -> Iterator[Finding]:
    for field in Capture.PICTURES:
        if not (name := getattr(capture, field).name):
            continue
        try:
            flaw = storage.find_flaw(name)
        except Exception as error:  # Each storage raises its own errors.
            yield Finding(f"{name}: the storage cannot be asked ({error!r}).")
            continue
        if flaw:
            repair = partial(picture_repair.repair_picture, capture=capture, field=field)
            yield Finding(f"{name}: {flaw}; the {field} of the capture {capture.uuid}.", repair)
