"""A minimal reader of EXIF: the orientation of a photo and the time at which it was taken."""

from datetime import datetime

from common.imaging.tiff import Tiff

_ORIENTATION = 0x0112
_ORIENTATIONS = range(1, 9)
_EXIF_DIRECTORY = 0x8769
_DATE_TIME_ORIGINAL = 0x9003
_DATE_TIME_LENGTH = 19


def orientation(exif: bytes) -> int:
    """Return the EXIF orientation, 1 to 8; 1 (upright) if it is missing or damaged."""
    try:
        tiff = Tiff(exif)
        value = tiff.number(tiff.main_directory, _ORIENTATION)
    except ValueError:
        return 1
    return value if value in _ORIENTATIONS else 1


def taken_at(exif: bytes) -> datetime | None:
    """Return the time at which a photo was taken: naive, as the camera's clock showed it.

    None if it is missing or damaged.
    """
    try:
        tiff = Tiff(exif)
        directory = tiff.number(tiff.main_directory, _EXIF_DIRECTORY)
        text = tiff.text(directory, _DATE_TIME_ORIGINAL, _DATE_TIME_LENGTH)
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None
