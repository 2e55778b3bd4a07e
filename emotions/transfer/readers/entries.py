"""What a reader finds: entries that are as they should be, and why others are not."""

import uuid as uuid_module
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from emotions.models import Capture, Detection, Feeling
from emotions.models.limits import EARLIEST_MOMENT, MAX_CLOCK_SKEW


class UnreadableError(ValueError):
    """A file cannot be read at all; the message tells people what was expected."""


class EntryError(ValueError):
    """One entry is not as expected; the message tells people what was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFace:
    """One face as a version of the network read it, somewhere.

    Attributes:
        version: the name of that version.
        box: left and upper edge, width and height in pixels of the photo.
        probabilities: seven shares that sum to 1, in the order of `ml.emotions.EMOTIONS`.
    """

    version: str
    role: Detection.Role
    box: tuple[int, int, int, int]
    probabilities: tuple[float, ...]
    emotion: Feeling
    confidence: float
    unsure: bool
    is_me: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One moment to bring in.

    Attributes:
        place: where it stands in its file, as people find it.
        pictures: returns the bytes of the photo and the crop, those that there are; raises
            EntryError where they cannot be read. Empty bytes were gone before they were exported.
        size: width and height in pixels of the photo, kept or not.
        clock: when the photo says it was taken, by the clock on the wall, as if in UTC.
    """

    place: str
    uuid: uuid_module.UUID
    source: Capture.Source
    taken_at: datetime
    time_zone: str
    felt: Feeling | None = None
    mood: int | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
    kept: Capture.Kept = Capture.Kept.NOTHING
    others_blurred: bool = False
    pictures: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)
    size: tuple[int, int] | None = None
    clock: datetime | None = None
    faces: tuple[ReadFace, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that is not brought in.

    Attributes:
        place: where it stands in its file.
        reason: what was expected, as a sentence.
    """

    place: str
    reason: str


Read = Entry | Refused


def check_moment(moment: datetime) -> None:
    """Expect a moment that a person can have lived.

    Raises:
        EntryError: it is before 1900 or in the future.
    """
    if not EARLIEST_MOMENT <= moment <= timezone.now() + MAX_CLOCK_SKEW:
        raise EntryError(_("Expected a moment since 1900 and not in the future."))


def check_text(text: str) -> None:
    """Expect a text that every database stores.

    Raises:
        EntryError: it has zero characters or halves of characters.
    """
    if "\0" in text or (not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text)):
        raise EntryError(_("Expected plain text, without zero characters or halves of letters."))
