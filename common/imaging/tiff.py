"""Reading the directories of TIFF 6.0, of which EXIF and most RAW files consist."""

import struct
from collections.abc import Iterator

LITTLE_ENDIAN, BIG_ENDIAN = b"II*\0", b"MM\0*"
_FORMS = {3: "H", 4: "I", 13: "I"}
"""How whole numbers are written, by the type of an entry: SHORT, LONG and IFD."""
_MAX_NUMBERS = 16
_FIELD_BYTES = 4


class Tiff:
    """A TIFF file, or EXIF without its beginning `Exif`, that may be cut or damaged.

    Raises:
        ValueError: by every method, when what was asked for is missing or damaged.
    """

    def __init__(self, data: bytes) -> None:
        if not data.startswith((LITTLE_ENDIAN, BIG_ENDIAN)):
            raise ValueError("Expected a TIFF.")
        self._data = data
        self._order = "<" if data.startswith(LITTLE_ENDIAN) else ">"
        (self.main_directory,) = self._unpack("I", len(LITTLE_ENDIAN))

    def number(self, directory: int, tag: int) -> int:
        """Return the first whole number of an entry.

        Args:
            directory: its offset.
        """
        return self.numbers(directory, tag)[0]

    def numbers(self, directory: int, tag: int) -> tuple[int, ...]:
        """Return the whole numbers of an entry, no more than a few."""
        kind, count, place = self._find(directory, tag)
        if kind not in _FORMS or not count:
            raise ValueError("Expected whole numbers.")
        form = f"{min(count, _MAX_NUMBERS)}{_FORMS[kind]}"
        if struct.calcsize(f"={count}{_FORMS[kind]}") > _FIELD_BYTES:
            (place,) = self._unpack("I", place)
        return self._unpack(form, place)

    def text(self, directory: int, tag: int, length: int) -> str:
        """Return up to `length` letters of an entry that is a text of more than four bytes."""
        _, count, place = self._find(directory, tag)
        (start,) = self._unpack("I", place)
        return self._data[start : start + min(count, length)].decode("ascii", errors="replace")

    def has(self, directory: int, tag: int) -> bool:
        return any(tag == found for found, *_ in self._entries(directory))

    def _find(self, directory: int, tag: int) -> tuple[int, int, int]:
        """Return the type of an entry, its number of values, and where its field lies."""
        for found, kind, count, place in self._entries(directory):
            if found == tag:
                return kind, count, place
        raise ValueError("Expected this entry.")

    def _entries(self, directory: int) -> Iterator[tuple[int, int, int, int]]:
        (total,) = self._unpack("H", directory)
        for place in range(directory + 2, directory + 2 + 12 * total, 12):
            tag, kind, count = self._unpack("HHI", place)
            yield tag, kind, count, place + 8

    def _unpack(self, form: str, place: int) -> tuple[int, ...]:
        try:
            return struct.unpack_from(self._order + form, self._data, place)
        except struct.error as error:
            raise ValueError("Expected more data.") from error
