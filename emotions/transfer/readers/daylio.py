"""Reader of the CSV table that Daylio exports, also as a spreadsheet has saved it again."""

import uuid as uuid_module
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from itertools import groupby, islice
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emotions.models import Capture
from emotions.tags.services import TagChanges
from emotions.transfer.readers.entries import (
    Entry,
    EntryError,
    ParsedEntry,
    Refusal,
    UnknownMoodError,
    UnreadableError,
    validate_moment,
    validate_text,
)
from emotions.transfer.readers.fitting import fitting_tags, remark_on, shortened
from emotions.transfer.readers.html_notes import to_plain_text
from emotions.transfer.readers.local_times import (
    DateOrder,
    guess_date_order,
    parse_date,
    parse_time,
)
from emotions.transfer.readers.mood_names import MAX_MOOD_NAME, MoodValues
from emotions.transfer.readers.tables import NoTableError, Row, Table, UnclosedQuoteError

MAX_TABLE_BYTES = 50 * 2**20
MAX_GROUP = 100
"""How many rows of one minute are told from each other."""
REQUIRED_COLUMNS = ("full_date", "time", "mood", "activities", "note")
COLUMNS = (*REQUIRED_COLUMNS, "note_title", "scales")
WRONG_FORMAT = gettext_lazy(
    "Expected the zip archive you downloaded from this site, a JSON file from Pixels, or a CSV "
    "file from Daylio with the columns %(columns)s."
)
ROW_NAMESPACE = uuid_module.UUID("5e0a9c1c-6c1f-4a55-9f0e-6f1a8d0b3c77")
"""Namespace of the UUIDs derived from rows. It must never change."""


class DaylioReader:
    """Reads a CSV file with one moment per row."""

    has_pictures = False

    def __init__(
        self,
        file: IO[bytes],
        *,
        size: int,
        time_zone: str,
        moods: Mapping[str, int | None],
        date_order: DateOrder | None = None,
    ) -> None:
        """Read the header.

        Args:
            size: the size of the file in bytes.
            time_zone: IANA name of the zone of all times in the table.
            moods: values from 1 to 5 by name, as the person chose; None leaves a mood out.
            date_order: what stands first in dates; guessed where None.

        Raises:
            UnreadableError: it is too large, or not such a table.
        """
        if size > MAX_TABLE_BYTES:
            raise UnreadableError(
                _("A table can be up to %(most)d MB.") % {"most": MAX_TABLE_BYTES >> 20}
            )
        try:
            self.table = Table(file, columns=REQUIRED_COLUMNS, starts_row=self._starts_row)
        except NoTableError as error:
            raise UnreadableError(
                WRONG_FORMAT % {"columns": ", ".join(REQUIRED_COLUMNS)}
            ) from error
        self._time_zone = time_zone
        self._moods = MoodValues(moods)
        with closing(self.table.rows()) as rows:
            guessed, self._dates_are_certain = guess_date_order(
                (row.cells["full_date"], row.cells.get("date", ""))
                for row in rows
                if not isinstance(row.cells, ValueError)
            )
        self._date_order = date_order or guessed

    @property
    def description(self) -> dict[str, Any]:
        return {
            "format": "daylio",
            "encoding": self.table.encoding,
            "separator": self.table.delimiter,
            "date_order": self._date_order,
            "dates_are_certain": self._dates_are_certain,
        }

    def tag_marks(self) -> dict[str, TagChanges]:
        return {}

    def _starts_row(self, parts: list[str]) -> bool:
        places = [self.table.columns.index(name) for name in ("full_date", "time")]
        try:
            date, time = (parts[place] for place in places)
            parse_date(date, DateOrder.DAY_FIRST)
            parse_time(time)
        except (IndexError, ValueError):
            return False
        return True

    def entries(self, *, start: int = 0) -> Generator[ParsedEntry, None, None]:
        passed = 0
        with closing(self.table.rows()) as rows:
            for group in groups_of(rows):
                first, passed = max(0, start - passed), passed + len(group)
                if first >= len(group):
                    continue
                entries = list(map(self._parsed, group))
                siblings = tuple(entry.uuid for entry in entries if isinstance(entry, Entry))
                for entry in entries[first:]:
                    yield replace(entry, siblings=siblings) if isinstance(entry, Entry) else entry

    def _parsed(self, row: Row) -> ParsedEntry:
        try:
            return self._entry(row)
        except UnknownMoodError as error:
            return Refusal(place_of(row), str(error), mood=error.mood)
        except EntryError as error:
            return Refusal(place_of(row), str(error))

    def _entry(self, row: Row) -> Entry:
        """Return one row as an entry.

        Raises:
            EntryError: a cell is invalid.
        """
        if isinstance(row.cells, UnclosedQuoteError):
            raise EntryError(_("A quotation mark in this row is never closed."))
        if isinstance(row.cells, ValueError):
            raise EntryError(_("Expected cells of at most 128 kB."))
        cells = {name: row.cells.get(name, "").strip() for name in COLUMNS}
        for text in cells.values():
            validate_text(text)
        moment = parse_local_time(cells["full_date"], cells["time"], self._date_order)
        taken_at = moment.replace(tzinfo=ZoneInfo(self._time_zone))
        validate_moment(taken_at)
        if len(cells["mood"]) > MAX_MOOD_NAME:
            raise EntryError(
                _("Expected the name of a mood, of at most %(most)d characters.")
                % {"most": MAX_MOOD_NAME}
            )
        mood = self._moods.get(cells["mood"])
        if mood is None:
            raise UnknownMoodError(cells["mood"])
        tags, others = fitting_tags(cells["activities"].split(" | "))
        note = note_of(cells, others)
        return Entry(
            place=place_of(row),
            uuid=uuid_of(moment, cells, others),
            source=Capture.Source.IMPORT,
            taken_at=taken_at,
            time_zone=self._time_zone,
            mood=mood,
            note=shortened(note),
            tags=tags,
            may_change=True,
            mood_name=cells["mood"],
            remark=remark_on(note),
        )


def groups_of(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the rows of each minute together, as far as they are told from each other."""
    for _minute, group in groupby(rows, key=minute_of):
        while part := list(islice(group, MAX_GROUP)):
            yield part


def minute_of(row: Row) -> tuple[str, ...]:
    """Return what tells the minute of a row: its cells of the date and the time."""
    if isinstance(row.cells, ValueError):
        return (str(row.line),)
    return row.cells["full_date"], row.cells["time"]


def place_of(row: Row) -> str:
    return _("line %(number)d") % {"number": row.line}


def parse_local_time(day: str, time: str, order: DateOrder) -> datetime:
    """Return the date and time of a row, without a time zone.

    Raises:
        EntryError: it is not a date and a time.
    """
    try:
        return datetime.combine(parse_date(day, order), parse_time(time))
    except ValueError as error:
        raise EntryError(
            _("Expected a full_date such as 2026-03-14 and a time such as 14:30.")
        ) from error


def note_of(cells: Mapping[str, str], others: str) -> str:
    """Return the note of a row: title, text, scales and other activities."""
    title, text = to_plain_text(cells["note_title"]), to_plain_text(cells["note"])
    scales = ", ".join(cells["scales"].split(" | "))
    return "\n".join(filter(None, [title, text, scales, others]))


def uuid_of(moment: datetime, cells: Mapping[str, str], others: str) -> uuid_module.UUID:
    """Return the same UUID as ever for a row, whatever becomes of its note."""
    note = "\n".join(filter(None, [cells["note_title"], cells["note"], others]))
    identity = [moment.isoformat(), cells["mood"], cells["activities"], note]
    return uuid_module.uuid5(ROW_NAMESPACE, "\n".join(identity))
