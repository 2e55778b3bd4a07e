"""Reader of exports of this software, which anybody may have changed."""

import zipfile
from collections.abc import Callable, Generator, Iterator
from functools import partial
from itertools import islice
from pathlib import PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import archives
from common.imaging.images import MAX_BYTES
from common.json_documents import InvalidJsonError, parse_json
from common.line_breaks import single_line_breaks
from emotions.tags.services import TagChanges
from emotions.transfer.readers.entries import EntryError, ParsedEntry, Refusal, UnreadableError
from emotions.transfer.readers.entry_schema import parse_entry, validate
from emotions.transfer.readers.tag_marks import MAX_MARKS_BYTES, parse_marks

CAPTURES = "captures.json"
TAGS = "tags.json"
DAMAGED = gettext_lazy("That archive is incomplete or damaged. Please download it again.")
MAX_LINE_BYTES = 2**20


def open_archive(file: IO[bytes]) -> archives.Archive:
    """Read the table of contents of a zip archive.

    Raises:
        UnreadableError: it is damaged or unsafe.
    """
    try:
        if not zipfile.is_zipfile(file):
            raise UnreadableError(DAMAGED)
        return archives.Archive(_("This archive"), file)
    except archives.ArchiveError as error:
        raise UnreadableError(DAMAGED if error.__cause__ else str(error)) from error


class ExportReader:
    """Reads a zip archive whose captures.json has one capture per line."""

    def __init__(self, archive: archives.Archive) -> None:
        """Find what is in it.

        Raises:
            UnreadableError: it is not an export.
        """
        self._files = archive
        # An archive that was unpacked and packed again may have a folder around everything.
        found = [name for name in archive.names if PurePosixPath(name).name == CAPTURES]
        if not found:
            raise UnreadableError(
                _("That archive has no %(name)s, so it isn't an export of this site.")
                % {"name": CAPTURES}
            )
        self._captures = min(found, key=len)
        self._pictures = {
            name: f"{PurePosixPath(self._captures).parent / name}"
            for name in map(str, self._inside(self._captures))
        }

    def _inside(self, captures: str) -> Iterator[PurePosixPath]:
        """Yield the paths of pictures relative to captures.json."""
        root = PurePosixPath(captures).parent
        for path in map(PurePosixPath, self._files.names):
            if path.suffix == ".jpg" and path.is_relative_to(root / "pictures"):
                yield path.relative_to(root)

    @property
    def has_pictures(self) -> bool:
        return bool(self._pictures)

    @property
    def description(self) -> dict[str, Any]:
        return {"format": "export", "pictures": len(self._pictures)}

    def tag_marks(self) -> dict[str, TagChanges]:
        name = str(PurePosixPath(self._captures).parent / TAGS)
        if name not in self._files.names:  # Exports had none at first.
            return {}
        try:
            with self._files.open(name) as file:
                return parse_marks(file.read(MAX_MARKS_BYTES))
        except archives.READ_ERRORS:
            return {}

    def entries(self, *, start: int = 0) -> Generator[ParsedEntry, None, None]:
        numbered = (
            (number, line and line.strip().rstrip(b","))
            for number, line in enumerate(self._lines(), start=1)
        )
        filled = (row for row in numbered if row[1] not in (b"", b"[", b"]", b"[]"))
        for number, text in islice(filled, start, None):
            place = _("%(file)s, line %(number)d") % {"file": CAPTURES, "number": number}
            if text is None:
                yield Refusal(place, _("The archive is damaged from here on."))
            else:
                yield self._entry(text, place)

    def _lines(self) -> Iterator[bytes | None]:
        """Yield lines, cut off at a length that no capture has; None where the file is damaged."""
        try:
            with self._files.open(self._captures) as file:
                while line := file.readline(MAX_LINE_BYTES):
                    rest = line
                    while rest and not rest.endswith(b"\n"):
                        rest = file.readline(MAX_LINE_BYTES)
                    yield line
        except archives.READ_ERRORS:
            yield None

    def _entry(self, text: bytes, place: str) -> ParsedEntry:
        try:
            payload = parse_line(text)
            validate(payload)
            return parse_entry(payload, place, self._pictures_of(payload))
        except EntryError as error:
            return Refusal(place, str(error))

    def _pictures_of(self, payload: dict[str, Any]) -> dict[str, Callable[[], bytes]]:
        """Return functions that read the pictures of a capture, by field.

        Raises:
            EntryError: it names a file that is missing or not its own.
        """
        readers: dict[str, Callable[[], bytes]] = {}
        for field in ("photo", "crop"):
            if (named := payload.get(field)) is None:
                continue
            if named != f"pictures/{payload['uuid']}-{field}.jpg" or named not in self._pictures:
                raise EntryError(
                    _("%(field)s: expected a picture of its own in the archive.") % {"field": field}
                )
            readers[field] = partial(self._read, self._pictures[named])
        return readers

    def _read(self, name: str) -> bytes:
        """Return the bytes of a picture, at most one more than a photo may have."""
        try:
            with self._files.open(name) as file:
                return file.read(MAX_BYTES + 1)
        except archives.READ_ERRORS as error:
            raise EntryError(_("%(name)s is damaged.") % {"name": name}) from error


def parse_line(text: bytes) -> Any:
    """Return the JSON value of one line, whose note has line breaks as they are stored.

    Raises:
        EntryError: it is not JSON.
    """
    try:
        payload = parse_json(text)
    except InvalidJsonError as error:
        raise EntryError(_("Expected one capture, in the form the export uses.")) from error
    if isinstance(payload, dict) and isinstance(payload.get("note"), str):
        payload["note"] = single_line_breaks(payload["note"])
    return payload
