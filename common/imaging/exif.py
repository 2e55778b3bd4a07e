"""Two facts of EXIF, read without unpacking the rest: which side is up, and when it was taken."""

import struct
from datetime import datetime

_ORIENTATION = 0x0112
_KNOWN = range(1, 9)
_PHOTO_PART = 0x8769
_TAKEN_AT = 0x9003
_SHORT, _LONG = 3, 4
_MOMENT_BYTES = 19


def orientation(exif: bytes) -> int:
    """Return how a picture lies, 1 to 8; 1 where its EXIF is absent, damaged or says nothing."""
    try:
        order = _byte_order(exif)
        kind, field = _entry(exif, order, _first(exif, order), _ORIENTATION)
        told = _number(kind, field, order)
    except (ValueError, struct.error):
        return 1
    return told if told in _KNOWN else 1


def taken_at(exif: bytes) -> datetime | None:
    """Return when a photo was taken: a naive time by the clock on the wall.

    None where its EXIF says nothing, or nothing that makes sense.
    """
    try:
        order = _byte_order(exif)
        kind, field = _entry(exif, order, _first(exif, order), _PHOTO_PART)
        _, field = _entry(exif, order, _number(kind, field, order), _TAKEN_AT)
        (place,) = struct.unpack(f"{order}I", field)
        told = exif[place : place + _MOMENT_BYTES].decode("ascii")
        return datetime.strptime(told, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except (ValueError, struct.error):
        return None


def _byte_order(exif: bytes) -> str:
    if exif[:4] == b"II*\0":
        return "<"
    if exif[:4] == b"MM\0*":
        return ">"
    raise ValueError("Expected EXIF.")


def _first(exif: bytes, order: str) -> int:
    """Return where the first directory is."""
    (place,) = struct.unpack_from(f"{order}I", exif, 4)
    return int(place)


def _entry(exif: bytes, order: str, directory: int, tag: int) -> tuple[int, bytes]:
    """Return type and the four bytes of value, or of its place, of an entry of a directory."""
    (count,) = struct.unpack_from(f"{order}H", exif, directory)
    for place in range(directory + 2, directory + 2 + 12 * count, 12):
        name, kind = struct.unpack_from(f"{order}HH", exif, place)
        if name == tag:
            return kind, exif[place + 8 : place + 12]
    raise ValueError("Expected this entry.")


def _number(kind: int, field: bytes, order: str) -> int:
    """Return a value of one short or long number."""
    if kind == _SHORT:
        return int(struct.unpack_from(f"{order}H", field)[0])
    if kind == _LONG:
        return int(struct.unpack_from(f"{order}I", field)[0])
    raise ValueError("Expected a whole number.")
