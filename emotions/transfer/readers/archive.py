"""Our own export, from here or from another site, perhaps changed by anybody."""

import json
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import archives
from common.imaging.images import MAX_BYTES
from emotions.transfer.readers.entries import EntryError, Read, Refused, UnreadableError
from emotions.transfer.readers.entry_schema import check, entry_of

CAPTURES = "captures.json"
DAMAGED = gettext_lazy("That archive is cut off or damaged. Please download it once more.")
LONGEST_LINE = 2**20  # bytes


class Archive:
    """A zip archive whose captures stand a line each in captures.json."""

    def __init__(self, file: IO[bytes]) -> None:
        """Look at its table of contents.

        Raises:
            UnreadableError: it is damaged, not to be trusted, or no export of ours.
        """
        try:
            if not zipfile.is_zipfile(file):
                raise UnreadableError(DAMAGED)
            self._files = archives.Archive(_("This archive"), file)
        except archives.DatasetError as error:
            raise UnreadableError(DAMAGED if error.__cause__ else str(error)) from error
        # Whoever unpacked it and packed it again has a folder around everything.
        found = [name for name in self._files.names if PurePosixPath(name).name == CAPTURES]
        if not found:
            raise UnreadableError(
                _("That archive has no %(name)s: it is no export of this site.")
                % {"name": CAPTURES}
            )
        self._captures = min(found, key=len)
        self._pictures = {
            name: f"{PurePosixPath(self._captures).parent / name}"
            for name in map(str, self._inside(self._captures))
        }

    def _inside(self, captures: str) -> Iterator[PurePosixPath]:
        """Yield the names of pictures as captures.json has them."""
        root = PurePosixPath(captures).parent
        for path in map(PurePosixPath, self._files.names):
            if path.suffix == ".jpg" and path.is_relative_to(root / "pictures"):
                yield path.relative_to(root)

    @property
    def has_pictures(self) -> bool:
        """Whether there are pictures in it."""
        return bool(self._pictures)

    def entries(self) -> Iterator[Read]:
        """Yield the captures in their order."""
        for number, line in enumerate(self._lines(), start=1):
            place = _("%(file)s, line %(number)d") % {"file": CAPTURES, "number": number}
            if line is None:
                yield Refused(place, _("The archive is damaged from here on."))
            elif (text := line.strip().rstrip(b",")) not in (b"", b"[", b"]", b"[]"):
                yield self._entry(text, place)

    def _lines(self) -> Iterator[bytes | None]:
        """Yield lines, of one that is too long only so much that it is refused; None for damage."""
        try:
            with self._files.open(self._captures) as file:
                while line := file.readline(LONGEST_LINE):
                    rest = line
                    while rest and not rest.endswith(b"\n"):
                        rest = file.readline(LONGEST_LINE)
                    yield line
        except archives.UNREADABLE:
            yield None

    def _entry(self, text: bytes, place: str) -> Read:
        """Return one capture."""
        try:
            told = parsed(text)
            check(told)
            return entry_of(told, place, self._pictures_of(told))
        except EntryError as error:
            return Refused(place, str(error))

    def _pictures_of(self, told: dict[str, Any]) -> dict[str, Callable[[], bytes]]:
        """Return how to read the pictures that a capture names, which must be its own.

        Raises:
            EntryError: it names another file, or one that is not there.
        """
        readers: dict[str, Callable[[], bytes]] = {}
        for field in ("photo", "crop"):
            if (named := told.get(field)) is None:
                continue
            if named != f"pictures/{told['uuid']}-{field}.jpg" or named not in self._pictures:
                raise EntryError(
                    _("%(field)s: expected its own picture in the archive.") % {"field": field}
                )
            readers[field] = partial(self._read, self._pictures[named])
        return readers

    def _read(self, name: str) -> bytes:
        """Return a picture's bytes, one more than a photo may have at most."""
        try:
            with self._files.open(name) as file:
                return file.read(MAX_BYTES + 1)
        except archives.UNREADABLE as error:
            raise EntryError(_("%(name)s is damaged.") % {"name": name}) from error


def parsed(text: bytes) -> Any:
    """Return the JSON of one line.

    Raises:
        EntryError: it is none.
    """
    try:
        return json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise EntryError(_("Expected one capture, as the export writes it.")) from error


def refuse_constant(name: str) -> None:
    """Refuse NaN and infinities, which JSON does not know.

    Raises:
        ValueError: always.
    """
    raise ValueError(name)
