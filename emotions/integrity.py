"""Whether the database and the storage say the same, and what to do where they do not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from emotions.captures import picture_repair
from emotions.models import Capture
from emotions.pictures import storage
from ml.registry import artefacts

AT_ONCE = 500  # captures that are read from the database together


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong.

    Attributes:
        what: one line about it; names files and captures, never people.
        repair: mends it; None where nobody but an administrator can.
    """

    what: str
    repair: Callable[[], object] | None = None


def findings() -> Iterator[Finding]:
    """Yield all that is wrong, while looking at every file; none is opened twice at once."""
    yield from pictures()
    for name in storage.orphans():
        yield Finding(f"{name}: no capture has this file.", partial(storage.remove_files, [name]))
    for flaw in artefacts.damaged_files():
        yield Finding(flaw)
    for name in artefacts.orphans():
        yield Finding(f"{name}: no version has this file.", partial(artefacts.remove, [name]))


def pictures() -> Iterator[Finding]:
    """Yield pictures of captures that are missing or damaged."""
    kept = Capture.objects.exclude(photo="", crop="", thumbnail="").select_related("owner")
    for capture in kept.order_by("pk").iterator(chunk_size=AT_ONCE):
        # All of a capture's at once, because mending one may give up another.
        yield from list(pictures_of(capture))


def pictures_of(capture: Capture) -> Iterator[Finding]:
    """Yield what is wrong with the pictures of one capture."""
    for field in Capture.PICTURES:
        if not (name := getattr(capture, field).name):
            continue
        try:
            flaw = storage.find_flaw(name)
        except Exception as error:  # Each storage fails in its own way.
            yield Finding(f"{name}: the storage cannot be asked ({error!r}).")
            continue
        if flaw:
            mend = partial(picture_repair.repair_picture, capture=capture, field=field)
            yield Finding(f"{name}: {flaw}; the {field} of the capture {capture.uuid}.", mend)
