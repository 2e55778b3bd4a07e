"""What readers yield: valid entries, and the reasons why others are refused."""

import uuid as uuid_module
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from emotions.models import Capture, Detection, Feeling
from emotions.models.limits import EARLIEST_MOMENT, MAX_CLOCK_SKEW, MAX_TAG_LENGTH


class UnreadableError(ValueError):
    """The file cannot be read at all; the message is shown to people."""


class EntryError(ValueError):
    """One entry is invalid; the message is shown to people."""


class UnknownMoodError(EntryError):
    """A mood whose value nobody has said."""

    def __init__(self, mood: str) -> None:
        super().__init__(
            _("The mood “%(mood)s” has no rating yet. Choose one from 1 to 5.")
            % {"mood": mood[:MAX_TAG_LENGTH]}
        )
        self.mood = mood


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFace:
    """One face as some model version analysed it.

    Attributes:
        version: the name of that version.
        box: left, top, width and height in pixels of the photo.
        probabilities: seven values that sum to 1, in the order of `ml.emotions.EMOTIONS`.
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
    """One moment to import.

    Attributes:
        place: its position in the file, as shown to people.
        pictures: functions that return the bytes of the photo and of the crop, by field, and raise
            EntryError if they cannot be read. Empty bytes were lost before the export.
        size: width and height of the photo in pixels, whether it is kept or not.
        clock: local time at which the photo says it was taken, labelled as UTC.
        siblings: UUIDs of all entries of its minute, in order, where the file has no identifiers
            of its own, so that an entry is known again by its minute too.
        may_change: whether the same entry may say something else in a later file.
        mood_name: what the mood is called there.
        remark: what is not as in the file, as a sentence; else empty.
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
    read_on: Capture.ReadOn = Capture.ReadOn.SERVER
    others_blurred: bool = False
    pictures: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)
    size: tuple[int, int] | None = None
    clock: datetime | None = None
    faces: tuple[EntryFace, ...] = ()
    siblings: tuple[uuid_module.UUID, ...] = ()
    may_change: bool = False
    mood_name: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry that is not imported.

    Attributes:
        place: its position in the file, as shown to people.
        reason: what was expected, as a sentence.
        mood: the name of a mood that has no value yet, which is the reason; else empty.
    """

    place: str
    reason: str
    mood: str = ""


ParsedEntry = Entry | Refusal


def validate_moment(moment: datetime) -> None:
    """Check that a moment is neither before 1900 nor in the future.

    Raises:
        EntryError: it is.
    """
    if not EARLIEST_MOMENT <= moment <= timezone.now() + MAX_CLOCK_SKEW:
        raise EntryError(_("Expected a moment since 1900 and not in the future."))


def validate_text(text: str) -> None:
    """Check that a text can be stored in every database.

    Raises:
        EntryError: it contains NUL characters or lone surrogates.
    """
    if "\0" in text or (
        not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)
    ):
        raise EntryError(_("Expected plain text without null characters or unpaired surrogates."))
