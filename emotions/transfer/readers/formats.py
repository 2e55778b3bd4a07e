"""Telling what kind of file somebody brings."""

from collections.abc import Iterator, Mapping
from typing import IO, Protocol

from django.utils.translation import gettext as _

from emotions.transfer.readers.archive import Archive
from emotions.transfer.readers.daylio import Daylio
from emotions.transfer.readers.entries import Read, UnreadableError

MAX_BYTES = 2**30


class History(Protocol):
    """A file with a history in it."""

    @property
    def has_pictures(self) -> bool:
        """Whether pictures of faces may come with it."""

    def entries(self) -> Iterator[Read]:
        """Yield what is in it, some at a time."""


def open_history(
    file: IO[bytes], *, size: int, time_zone: str, moods: Mapping[str, int]
) -> History:
    """Open an archive of ours or a table of Daylio's, told apart by what is in it.

    Args:
        file: open to be read in any order.
        size: its bytes.
        time_zone: IANA name of the zone of times that do not say theirs.
        moods: the numbers from 1 to 5 of moods that the person named, by their names.

    Raises:
        UnreadableError: it is too large or neither of them, or damaged.
    """
    if size > MAX_BYTES:
        raise UnreadableError(
            _("That file is larger than %(most)d GB.") % {"most": MAX_BYTES >> 30}
        )
    if not size:
        raise UnreadableError(_("That file is empty."))
    file.seek(0)
    beginning = file.read(4)
    file.seek(0)
    if beginning.startswith(b"PK"):
        return Archive(file)
    return Daylio(file, size=size, time_zone=time_zone, moods=moods)
