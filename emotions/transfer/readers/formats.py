"""Recognition of the format of an imported file."""

from collections.abc import Generator, Mapping
from pathlib import PurePosixPath
from typing import IO, Any, Protocol

from django.utils.translation import gettext as _

from common import archives
from emotions.tags.services import TagChanges
from emotions.transfer.readers.archive import CAPTURES, DAMAGED, ExportReader, open_archive
from emotions.transfer.readers.daylio import DaylioReader
from emotions.transfer.readers.entries import ParsedEntry, UnreadableError
from emotions.transfer.readers.local_times import DateOrder
from emotions.transfer.readers.other_files import explain_archive, explain_signature
from emotions.transfer.readers.pixels import BYTE_ORDER_MARK, PixelsReader

MAX_IMPORT_BYTES = 2**30
SIGNATURE_BYTES = 16


class HistoryReader(Protocol):
    """A reader of a file with a history in it."""

    @property
    def has_pictures(self) -> bool:
        """Whether it may contain pictures of faces."""

    @property
    def description(self) -> dict[str, Any]:
        """What was found out about it, for its preview."""

    def tag_marks(self) -> dict[str, TagChanges]:
        """Return the colours and signs of tags, by name."""

    def entries(self, *, start: int = 0) -> Generator[ParsedEntry, None, None]:
        """Yield its entries without reading the whole file into memory.

        Args:
            start: how many of the first ones are passed over.
        """


def open_history(
    file: IO[bytes],
    *,
    size: int,
    time_zone: str,
    moods: Mapping[str, int | None],
    date_order: DateOrder | None = None,
) -> HistoryReader:
    """Return the reader for an export of this site or another app's diary, by its content.

    Args:
        file: a seekable binary file.
        size: its size in bytes.
        time_zone: IANA name of the zone of times that do not name their own.
        moods: values from 1 to 5 by name, as the person chose; None leaves a mood out.
        date_order: what stands first in dates; guessed where None.

    Raises:
        UnreadableError: it is too large, damaged, or none of these.
    """
    if size > MAX_IMPORT_BYTES:
        raise UnreadableError(
            _("That file is larger than %(most)d GB.") % {"most": MAX_IMPORT_BYTES >> 30}
        )
    if not size:
        raise UnreadableError(_("That file is empty."))
    file.seek(0)
    is_archive = file.read(2) == b"PK"
    file.seek(0)
    if is_archive:
        return open_zipped(
            open_archive(file), time_zone=time_zone, moods=moods, date_order=date_order
        )
    return open_plain(file, size=size, time_zone=time_zone, moods=moods, date_order=date_order)


def open_plain(
    file: IO[bytes],
    *,
    size: int,
    time_zone: str,
    moods: Mapping[str, int | None],
    date_order: DateOrder | None,
) -> HistoryReader:
    """Return the reader for a file that is no archive: days of Pixels, or a table of Daylio's.

    Raises:
        UnreadableError: it is none of the two.
    """
    signature = file.read(SIGNATURE_BYTES).removeprefix(BYTE_ORDER_MARK).lstrip()
    file.seek(0)
    if explanation := explain_signature(signature):
        raise UnreadableError(explanation)
    if signature.startswith(b"["):
        return PixelsReader(file, size=size, time_zone=time_zone)
    return DaylioReader(file, size=size, time_zone=time_zone, moods=moods, date_order=date_order)


def open_zipped(
    archive: archives.Archive,
    *,
    time_zone: str,
    moods: Mapping[str, int | None],
    date_order: DateOrder | None,
) -> HistoryReader:
    """Return the reader for an archive: an export of this site, or one around another file.

    Raises:
        UnreadableError: it is none of the two, or the file is damaged.
    """
    names = [PurePosixPath(name).name for name in archive.names]
    files = [name for name in archive.names if is_plain_history(name)]
    if CAPTURES not in names and len(files) == 1:
        try:
            return open_plain(
                archive.open(files[0]),
                size=archive.size_of(files[0]),
                time_zone=time_zone,
                moods=moods,
                date_order=date_order,
            )
        except archives.READ_ERRORS as error:
            if isinstance(error, UnreadableError):
                raise
            raise UnreadableError(DAMAGED) from error
    if CAPTURES not in names and (explanation := explain_archive(names)):
        raise UnreadableError(explanation)
    return ExportReader(archive)


def is_plain_history(name: str) -> bool:
    """Tell by its name whether a file in an archive may be a table or days of Pixels."""
    path = PurePosixPath(name)
    return archives.is_table(name) or (path.suffix == ".json" and not path.name.startswith("."))
