"""Reader of the JSON file that Pixels exports, a diary with a colour for each day.

A day of it is `{"date": "2025-1-31", "type": "Mood", "scores": [2, 5], "notes": "…", "tags":
[{"type": "Emotions", "entries": ["calm"]}]}`; until 2020 it was `{"date": "2019-01-31", "mood": 5,
"emotions": ["joy"], "notes": "…"}`.
"""

import uuid as uuid_module
from collections import Counter
from collections.abc import Generator, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.json_documents import InvalidJsonError, parse_json
from emotions.models import Capture
from emotions.tags.services import TagChanges
from emotions.transfer.readers.entries import (
    Entry,
    EntryError,
    ParsedEntry,
    Refusal,
    UnreadableError,
    validate_moment,
    validate_text,
)
from emotions.transfer.readers.fitting import fitting_tags, remark_on, shortened
from emotions.transfer.readers.local_times import YEAR_DIGITS, date_numbers
from emotions.transfer.readers.other_files import explain_json

MAX_PIXELS_BYTES = 10 * 2**20
"""Many times what somebody writes in a life, at one note a day."""
MAX_SCORES = 24
SCORES = range(1, 6)
HOUR = time(12)
"""The time of each day, because the file has none."""
WRONG_TAGS = gettext_lazy("Expected tags as Pixels writes them.")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
DAY_NAMESPACE = uuid_module.UUID("2f0c8f65-6a0e-4bb1-8b6e-7b7f6d7c4f19")
"""Namespace of the UUIDs derived from days. It must never change."""


class PixelsReader:
    """Reads a list of days, each with one moment for each of its scores."""

    has_pictures = False

    def __init__(self, file: IO[bytes], *, size: int, time_zone: str) -> None:
        """Read the days.

        Args:
            size: the size of the file in bytes.
            time_zone: IANA name of the zone in which the days were lived.

        Raises:
            UnreadableError: it is too large, or no such list.
        """
        if size > MAX_PIXELS_BYTES:
            raise UnreadableError(
                _("A Pixels file can be up to %(most)d MB.") % {"most": MAX_PIXELS_BYTES >> 20}
            )
        try:
            self._days = parse_json(file.read(MAX_PIXELS_BYTES).removeprefix(BYTE_ORDER_MARK))
        except InvalidJsonError as error:
            raise UnreadableError(explain_json()) from error
        if not isinstance(self._days, list) or not any(map(is_day, self._days)):
            raise UnreadableError(explain_json())
        self._zone = ZoneInfo(time_zone)

    @property
    def description(self) -> dict[str, Any]:
        return {"format": "pixels"}

    def tag_marks(self) -> dict[str, TagChanges]:
        return {}

    def entries(self, *, start: int = 0) -> Generator[ParsedEntry, None, None]:
        yield from islice(self._entries(), start, None)

    def _entries(self) -> Iterator[ParsedEntry]:
        moments = Counter[date]()  # of each day so far, since a day may stand there twice
        for number, day in enumerate(self._days, start=1):
            place = _("day %(number)d") % {"number": number}
            try:
                yield from list(self._moments(day, place, moments))
            except EntryError as error:
                yield Refusal(place, str(error))

    def _moments(self, day: Any, place: str, moments: Counter[date]) -> Iterator[Entry]:
        """Yield the moments of a day: a minute apart, and the words with the first one.

        Raises:
            EntryError: the day is invalid.
        """
        if not is_day(day):
            raise EntryError(_("Expected a date and scores, as Pixels writes them."))
        on, scores = parse_day(day["date"]), parse_scores(day)
        tags, others = fitting_tags(parse_words(day))
        note = day.get("notes") or ""
        if not isinstance(note, str):
            raise EntryError(_("Expected text in notes."))
        note = "\n".join(filter(None, [note.strip(), others]))
        for text in (note, *tags):
            validate_text(text)
        if not scores and not note:
            raise EntryError(_("Expected a score or notes."))
        for place_in_day, score in enumerate(scores or [None]):
            is_first = place_in_day == 0
            taken_at = datetime.combine(on, HOUR, self._zone) + timedelta(minutes=moments[on])
            validate_moment(taken_at)
            yield Entry(
                place=place,
                uuid=uuid_module.uuid5(DAY_NAMESPACE, f"{on.isoformat()} {moments[on]}"),
                source=Capture.Source.IMPORT,
                taken_at=taken_at,
                time_zone=self._zone.key,
                mood=score,
                note=shortened(note) if is_first else "",
                tags=tags if is_first else (),
                may_change=True,
                remark=remark_on(note) if is_first else "",
            )
            moments[on] += 1


def is_day(value: Any) -> bool:
    return isinstance(value, dict) and "date" in value and ("scores" in value or "mood" in value)


def parse_day(text: Any) -> date:
    """Return the date of a day.

    Raises:
        EntryError: it is none.
    """
    try:
        year, month, day = date_numbers(str(text))
        if len(year) != YEAR_DIGITS:
            raise ValueError(text)
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise EntryError(_("Expected a date such as 2026-3-14.")) from error


def parse_scores(day: dict[str, Any]) -> list[int]:
    """Return the moods of a day.

    Raises:
        EntryError: they are not from 1 to 5.
    """
    scores = day["scores"] if "scores" in day else [day["mood"]]
    if (
        not isinstance(scores, list)
        or len(scores) > MAX_SCORES
        or any(type(score) is not int or score not in SCORES for score in scores)
    ):
        raise EntryError(_("Expected scores from 1 to 5."))
    return scores


def parse_words(day: dict[str, Any]) -> Iterator[str]:
    """Yield the tags of a day, whatever group they are in.

    Raises:
        EntryError: they are not as Pixels writes them.
    """
    for group in [*parse_list(day.get("tags")), {"entries": day.get("emotions")}]:
        words = parse_list(group.get("entries")) if isinstance(group, dict) else [group]
        for word in words:
            if not isinstance(word, str):
                raise EntryError(WRONG_TAGS)
            yield word


def parse_list(value: Any) -> list[Any]:
    """Return a list, or an empty one where there is none.

    Raises:
        EntryError: it is something else.
    """
    if not isinstance(value, list | None):
        raise EntryError(WRONG_TAGS)
    return value or []
