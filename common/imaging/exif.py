"""A minimal reader of EXIF: the orientation of a photo and the time at which it was taken."""

import struct
from datetime import datetime

_ORIENTATION = 0x0112
_ORIENTATIONS = range(1, 9)
_EXIF_DIRECTORY = 0x8769
_DATE_TIME_ORIGINAL = 0x9003
_SHORT, _LONG = 3, 4
_DATE_TIME_BYTES = 19


def orientation(exif: bytes) -> int:
    """Return the EXIF orientation, 1 to 8; 1 (upright) if it is missing or damaged."""
    try:
        order = _byte_order(exif)
        value_type, field = _entry(exif, order, _first_directory(exif, order), _ORIENTATION)
        value = _number(value_type, field, order)
    except (ValueError, struct.error):
        return 1
    return value if value in _ORIENTATIONS else 1


def taken_at(exif: bytes) -> datetime | None:
    """Return the time at which a photo was taken: naive, as the camera's clock showed it.

    None if it is missing or damaged.
    """
    try:
        order = _byte_order(exif)
        value_type, field = _entry(exif, order, _first_directory(exif, order), _EXIF_DIRECTORY)
        _, field = _entry(exif, order, _number(value_type, field, order), _DATE_TIME_ORIGINAL)
        (offset,) = struct.unpack(f"{order}I", field)
        text = exif[offset : offset + _DATE_TIME_BYTES].decode("ascii")
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except (ValueError, struct.error):
        return None


def _byte_order(exif: bytes) -> str:
    if exif[:4] == b"II*\0":
        return "<"
    if exif[:4] == b"MM\0*":
        return ">"
    raise ValueError("Expected EXIF.")


def _first_directory(exif: bytes, order: str) -> int:
    """Return the offset of the first directory."""
    (offset,) = struct.unpack_from(f"{order}I", exif, 4)
    return int(offset)


def _entry(exif: bytes, order: str, directory: int, tag: int) -> tuple[int, bytes]:
    """Return the type of a directory's entry, and the four bytes of its value or value's offset."""
    (count,) = struct.unpack_from(f"{order}H", exif, directory)
    for offset in range(directory + 2, directory + 2 + 12 * count, 12):
        entry_tag, value_type = struct.unpack_from(f"{order}HH", exif, offset)
        if entry_tag == tag:
            return value_type, exif[offset + 8 : offset + 12]
    raise ValueError("Expected this entry.")


def _number(value_type: int, field: bytes, order: str) -> int:
    """Return the value of an entry that holds a single short or long integer."""
    if value_type == _SHORT:
        return int(struct.unpack_from(f"{order}H", field)[0])
    if value_type == _LONG:
        return int(struct.unpack_from(f"{order}I", field)[0])
    raise ValueError("Expected a whole number.")
