"""Recognition of the format of an imported file."""

from collections.abc import Iterator, Mapping
from typing import IO, Protocol

from django.utils.translation import gettext as _

from emotions.transfer.readers.archive import ExportReader
from emotions.transfer.readers.daylio import DaylioReader
from emotions.transfer.readers.entries import ParsedEntry, UnreadableError

MAX_IMPORT_BYTES = 2**30


class HistoryReader(Protocol):
    """A reader of a file with a history in it."""

    @property
    def has_pictures(self) -> bool:
        """Whether it may contain pictures of faces."""

    def entries(self, *, start: int = 0) -> Iterator[ParsedEntry]:
        """Yield its entries without reading the whole file into memory.

        Args:
            start: how many of the first ones are passed over.
        """


def open_history(
    file: IO[bytes], *, size: int, time_zone: str, moods: Mapping[str, int]
) -> HistoryReader:
    """Return the reader for an export of this site or a table of Daylio's, by its content.

    Args:
        file: a seekable binary file.
        size: its size in bytes.
        time_zone: IANA name of the zone of times that do not name their own.
        moods: values from 1 to 5 for moods that the person named, by name.

    Raises:
        UnreadableError: it is too large, damaged, or neither of the two.
    """
    if size > MAX_IMPORT_BYTES:
        raise UnreadableError(
            _("That file is larger than %(most)d GB.") % {"most": MAX_IMPORT_BYTES >> 30}
        )
    if not size:
        raise UnreadableError(_("That file is empty."))
    file.seek(0)
    signature = file.read(4)
    file.seek(0)
    if signature.startswith(b"PK"):
        return ExportReader(file)
    return DaylioReader(file, size=size, time_zone=time_zone, moods=moods)
