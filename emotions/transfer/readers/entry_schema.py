"""JSON schema of a capture in an export; its titles say what was expected."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from common.time_zones import KNOWN_ZONES
from emotions.models import Capture, Detection, Feeling
from emotions.models.limits import MAX_FACES, MAX_NOTE_LENGTH, MAX_TAG_LENGTH, MAX_TAGS
from emotions.transfer.readers.entries import (
    Entry,
    EntryError,
    EntryFace,
    validate_moment,
    validate_text,
)
from ml.emotions import EMOTIONS

CLOCK_YEARS = range(1900, 2200)
SUM_TOLERANCE = 0.01
"""How far the sum of seven probabilities may be from 1."""

PROBABILITY = {"title": "a number from 0 to 1", "type": "number", "minimum": 0, "maximum": 1}
BOOLEAN = {"title": "true or false", "type": "boolean"}
UUID_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
PIXELS = {
    "title": "a number of pixels",
    "type": ["integer", "null"],
    "minimum": 1,
    "maximum": 100_000,
}
PICTURE = {"title": "the name of a picture", "type": ["string", "null"]}
DETECTION = {
    "title": "one face with its seven probabilities",
    "type": "object",
    "required": [
        *("role", "model_version", "box", "probabilities"),
        *("emotion", "confidence", "unsure", "is_me"),
    ],
    "properties": {
        "role": {
            "title": f"one of {', '.join(Detection.Role.values)}",
            "enum": Detection.Role.values,
        },
        "model_version": {
            "title": "a name of at most 80 letters",
            "type": "string",
            "minLength": 1,
            "maxLength": 80,
        },
        "box": {
            "title": "left, top, width and height in pixels",
            "type": "array",
            "minItems": 4,
            "maxItems": 4,
            "items": {
                "title": "pixels",
                "type": "integer",
                "minimum": -100_000,
                "maximum": 100_000,
            },
        },
        "probabilities": {
            "title": "the seven emotions",
            "type": "object",
            "required": [*map(str, EMOTIONS)],
            "properties": {str(emotion): PROBABILITY for emotion in EMOTIONS},
        },
        "emotion": {"title": "one of the seven emotions", "enum": Feeling.values},
        "confidence": PROBABILITY,
        "unsure": BOOLEAN,
        "is_me": BOOLEAN,
    },
}
CAPTURE = {
    "title": "one capture, as the export writes it",
    "type": "object",
    "required": ["uuid", "source", "taken_at", "time_zone"],
    "properties": {
        "uuid": {"title": "a UUID", "type": "string", "pattern": UUID_PATTERN, "maxLength": 36},
        "source": {
            "title": f"one of {', '.join(Capture.Source.values)}",
            "enum": Capture.Source.values,
        },
        "taken_at": {"title": "a moment with its offset", "type": "string", "maxLength": 40},
        "time_zone": {"title": "the name of a time zone", "type": "string"},
        "kept": {"title": f"one of {', '.join(Capture.Kept.values)}", "enum": Capture.Kept.values},
        "read_on": {
            "title": f"one of {', '.join(Capture.ReadOn.values)}",
            "enum": Capture.ReadOn.values,
        },
        "others_blurred": BOOLEAN,
        "photo": PICTURE,
        "crop": PICTURE,
        "width": PIXELS,
        "height": PIXELS,
        "clock_of_photo": {
            "title": "a date and time",
            "type": ["string", "null"],
            "maxLength": 40,
        },
        "felt": {"title": "one of the seven emotions, or null", "enum": [*Feeling.values, None]},
        "mood": {
            "title": "a number from 1 to 5, or null",
            "type": ["integer", "null"],
            "minimum": 1,
            "maximum": 5,
        },
        "note": {
            "title": f"a text of at most {MAX_NOTE_LENGTH} letters",
            "type": "string",
            "maxLength": MAX_NOTE_LENGTH,
        },
        "tags": {
            "title": f"at most {MAX_TAGS} words",
            "type": "array",
            "maxItems": MAX_TAGS,
            "items": {
                "title": f"a word of at most {MAX_TAG_LENGTH} letters",
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_TAG_LENGTH,
            },
        },
        "detections": {
            "title": f"at most {MAX_FACES} faces",
            "type": "array",
            "maxItems": MAX_FACES,
            "items": DETECTION,
        },
    },
}


@cache
def validator() -> Any:
    """Return the schema's validator, whose library takes long to import for the few who need it."""
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # noqa: PLC0415

    return Draft202012Validator(CAPTURE)


def validate(payload: Any) -> None:
    """Validate a capture against the schema.

    Raises:
        EntryError: it does not match; the message says where, and what was expected.
    """
    error = next(validator().iter_errors(payload), None)
    if error is None:
        return
    place = "".join(f"{part}: " for part in error.absolute_path)
    expected = error.message if error.validator == "required" else error.schema["title"]
    raise EntryError(_("%(place)sexpected %(what)s.") % {"place": place, "what": expected})


def parse_entry(
    payload: Mapping[str, Any], place: str, pictures: Mapping[str, Callable[[], bytes]]
) -> Entry:
    """Return a capture that matches the schema as an entry.

    Args:
        place: its position in the file, as shown to people.
        pictures: functions that return the bytes of its pictures, by field.

    Raises:
        EntryError: its values contradict each other, or are impossible.
    """
    size = (payload.get("width"), payload.get("height"))
    entry = Entry(
        place=place,
        uuid=UUID(payload["uuid"]),
        source=Capture.Source(payload["source"]),
        taken_at=parse_moment(payload["taken_at"]),
        time_zone=payload["time_zone"],
        felt=Feeling(payload["felt"]) if payload.get("felt") else None,
        mood=payload.get("mood") and int(payload["mood"]),
        note=payload.get("note", ""),
        tags=tuple(payload.get("tags", ())),
        kept=Capture.Kept(payload.get("kept", Capture.Kept.NOTHING)),
        read_on=Capture.ReadOn(payload.get("read_on", Capture.ReadOn.SERVER)),
        others_blurred=payload.get("others_blurred", False),
        pictures=pictures,
        size=None if None in size else (int(size[0]), int(size[1])),  # type: ignore[arg-type]
        clock=parse_clock(payload.get("clock_of_photo")),
        faces=tuple(map(parse_face, payload.get("detections", ()))),
    )
    validate_moment(entry.taken_at)
    for text in (entry.note, *entry.tags, *(face.version for face in entry.faces)):
        validate_text(text)
    if entry.time_zone not in KNOWN_ZONES:
        raise EntryError(_("time_zone: expected an IANA name, such as Europe/Lisbon."))
    mine = [(face.version, face.role) for face in entry.faces if face.is_me]
    if len(set(mine)) < len(mine):
        raise EntryError(_("detections: expected at most one face that is me."))
    if entry.kept != Capture.Kept.PHOTO and "photo" in pictures:
        raise EntryError(_("kept: expected “photo” where there is a photo."))
    if entry.kept == Capture.Kept.NOTHING and pictures:
        raise EntryError(_("kept: expected “photo” or “crop” where there is a picture."))
    if entry.read_on == Capture.ReadOn.DEVICE and pictures:
        raise EntryError(_("read_on: expected “server” where there is a picture."))
    return entry


def parse_face(payload: Mapping[str, Any]) -> EntryFace:
    """Return a face that matches the schema.

    Raises:
        EntryError: its box is empty or its probabilities do not sum to 1.
    """
    left, top, width, height = map(int, payload["box"])
    if width < 1 or height < 1:
        raise EntryError(_("detections: expected boxes with a width and a height."))
    probabilities = tuple(float(payload["probabilities"][emotion]) for emotion in EMOTIONS)
    if abs(sum(probabilities) - 1) > SUM_TOLERANCE:
        raise EntryError(_("detections: expected probabilities that sum to 1."))
    return EntryFace(
        version=payload["model_version"],
        role=Detection.Role(payload["role"]),
        box=(left, top, width, height),
        probabilities=probabilities,
        emotion=Feeling(payload["emotion"]),
        confidence=float(payload["confidence"]),
        unsure=payload["unsure"],
        is_me=payload["is_me"],
    )


def parse_clock(text: str | None) -> datetime | None:
    """Return a local time labelled as UTC, or None if its year is implausible.

    Raises:
        EntryError: it is not a date and time.
    """
    if text is None:
        return None
    clock = parse_datetime(text).replace(tzinfo=UTC)
    return clock if clock.year in CLOCK_YEARS else None


def parse_moment(text: str) -> datetime:
    """Return a moment in UTC.

    Raises:
        EntryError: it is not a date and time with an offset.
    """
    parsed = parse_datetime(text)
    if parsed.tzinfo is None:
        raise EntryError(_("taken_at: expected a moment with its offset from UTC."))
    try:
        return parsed.astimezone(UTC)
    except OverflowError as error:
        raise EntryError(_("Expected a moment since 1900 and not in the future.")) from error


def parse_datetime(text: str) -> datetime:
    """Return a date and time.

    Raises:
        EntryError: it is not in ISO 8601.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise EntryError(
            _("Expected a date and time such as 2026-03-14T08:30:00+00:00.")
        ) from error
