"""Reader of the CSV table that Daylio exports."""

import csv
import io
import re
import uuid as uuid_module
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import IO
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emotions.models import Capture
from emotions.models.limits import MAX_NOTE_LENGTH, MAX_TAG_LENGTH, MAX_TAGS
from emotions.transfer.readers.entries import (
    Entry,
    EntryError,
    ParsedEntry,
    Refusal,
    UnreadableError,
    validate_moment,
    validate_text,
)

MAX_TABLE_BYTES = 50 * 2**20
REQUIRED_COLUMNS = ("full_date", "time", "mood", "activities", "note")
MOODS = {"rad": 5, "good": 4, "meh": 3, "bad": 2, "awful": 1}
WRONG_FORMAT = gettext_lazy(
    "Expected the zip archive that you downloaded from this site, or Daylio’s CSV file with the "
    "columns %(columns)s."
)
TIME_FORMATS = ("%H:%M", "%I:%M %p", "%I:%M%p")
ROW_NAMESPACE = uuid_module.UUID("5e0a9c1c-6c1f-4a55-9f0e-6f1a8d0b3c77")
"""Namespace of the UUIDs derived from rows. It must never change."""


class DaylioReader:
    """Reads a CSV file with one moment per row."""

    has_pictures = False

    def __init__(
        self, file: IO[bytes], *, size: int, time_zone: str, moods: Mapping[str, int]
    ) -> None:
        """Read the header.

        Args:
            size: the size of the file in bytes.
            time_zone: IANA name of the zone of all times in the table.
            moods: values from 1 to 5 for moods that the person named, by name.

        Raises:
            UnreadableError: it is too large, or not such a table.
        """
        if size > MAX_TABLE_BYTES:
            raise UnreadableError(
                _("A table may have %(most)d MB at most.") % {"most": MAX_TABLE_BYTES >> 20}
            )
        text = io.TextIOWrapper(file, "utf-8-sig", newline="")
        try:
            while text.read(2**16):
                continue
        except UnicodeDecodeError as error:
            raise UnreadableError(
                WRONG_FORMAT % {"columns": ", ".join(REQUIRED_COLUMNS)}
            ) from error
        text.seek(0)
        self._rows = csv.DictReader(text, restval="")
        self._time_zone = time_zone
        self._moods = MOODS | {name.casefold(): number for name, number in moods.items()}
        try:
            columns = self._rows.fieldnames or []
        except csv.Error:
            columns = []
        if not set(REQUIRED_COLUMNS) <= set(columns):
            raise UnreadableError(WRONG_FORMAT % {"columns": ", ".join(REQUIRED_COLUMNS)})

    def entries(self, *, start: int = 0) -> Iterator[ParsedEntry]:
        for number in count():
            try:
                row = next(self._rows)
            except StopIteration:
                return
            except csv.Error:
                if number >= start:
                    # The csv module does not count the line that it cannot read.
                    yield Refusal(self._place(1), _("Expected cells of at most 128 kB."))
                continue
            if number < start:
                continue
            try:
                yield self._entry(row)
            except EntryError as error:
                yield Refusal(self._place(), str(error))

    def _place(self, offset: int = 0) -> str:
        """Return the line on which the last row ends, plus an offset."""
        return _("line %(number)d") % {"number": self._rows.line_num + offset}

    def _entry(self, row: Mapping[str, str]) -> Entry:
        """Return one row as an entry.

        Raises:
            EntryError: a cell is invalid.
        """
        cells = {name: (row.get(name) or "").strip() for name in (*REQUIRED_COLUMNS, "note_title")}
        for text in cells.values():
            validate_text(text)
        moment = parse_local_time(cells["full_date"], cells["time"])
        taken_at = moment.replace(tzinfo=ZoneInfo(self._time_zone))
        validate_moment(taken_at)
        mood = self._moods.get(cells["mood"].casefold())
        if mood is None:
            raise EntryError(
                _("The mood “%(mood)s” has no number yet: say which of 1 to 5 it is.")
                % {"mood": cells["mood"][:MAX_TAG_LENGTH]}
            )
        tags, note = parse_note_and_tags(cells)
        identity = "\n".join(
            [moment.isoformat(), *(cells[name] for name in ("mood", "activities")), note]
        )
        return Entry(
            place=self._place(),
            uuid=uuid_module.uuid5(ROW_NAMESPACE, identity),
            source=Capture.Source.IMPORT,
            taken_at=taken_at,
            time_zone=self._time_zone,
            mood=mood,
            note=note,
            tags=tags,
        )


def parse_mood_values(text: str) -> dict[str, int]:
    """Parse the values of moods that a person named, such as `great 5, so so 3`.

    Raises:
        ValueError: a part is not a name and a number from 1 to 5.
    """
    values = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, _space, number = part.rpartition(" ")
        if not name.strip() or number not in {"1", "2", "3", "4", "5"}:
            raise ValueError(part)
        values[name.strip()] = int(number)
    return values


def parse_local_time(day: str, time: str) -> datetime:
    """Return the date and time of a row, without a time zone.

    Raises:
        EntryError: it is not a date and a time.
    """
    time = re.sub(r"\s+", " ", time).upper().replace(".", "")
    for time_format in TIME_FORMATS:
        try:
            return datetime.strptime(f"{day} {time}", f"%Y-%m-%d {time_format}")  # noqa: DTZ007
        except ValueError:
            continue
    raise EntryError(_("Expected a full_date such as 2026-03-14 and a time such as 14:30."))


def parse_note_and_tags(cells: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    """Return the tags and the note of a row; activities that do not fit as tags end the note.

    Raises:
        EntryError: the note is too long.
    """
    activities = [word for part in cells["activities"].split(" | ") if (word := part.strip())]
    activities = list({word.casefold(): word for word in reversed(activities)}.values())[::-1]
    tags = [word for word in activities if len(word) <= MAX_TAG_LENGTH][:MAX_TAGS]
    others = ", ".join(word for word in activities if word not in tags)
    note = "\n".join(filter(None, [cells["note_title"], cells["note"], others]))
    if len(note) > MAX_NOTE_LENGTH:
        raise EntryError(
            _("Expected a note of at most %(most)d letters.") % {"most": MAX_NOTE_LENGTH}
        )
    return tuple(tags), note
