"""The names of cameras' RAW formats that are TIFF files inside.

TIFF/EP (ISO 12234-2), which makers build on, and DNG 1.7 tell pixels of a sensor from pictures by
their photometric interpretation. The maker alone tells nothing, as pictures keep it when they are
saved as TIFF.
"""

from collections.abc import Iterator

from common.imaging.tiff import Tiff

_PHOTOMETRIC, _MAKE, _SUB_DIRECTORIES, _DNG_VERSION = 0x0106, 0x010F, 0x014A, 0xC612
_SENSOR = frozenset({32803, 34892})
"""Photometric interpretations: a colour filter array, and the same made linear."""
_PHASE_ONE = frozenset({b"IIII", b"MMMM"})
"""What follows the header of a TIFF by this maker."""
_BY_MAKER = {
    "hasselblad": "3FR",
    "nikon": "NEF",
    "pentax": "PEF",
    "ricoh": "PEF",
    "samsung": "SRW",
    "sony": "ARW",
}
_LONGEST_MAKER = max(map(len, _BY_MAKER))


def raw_format(data: bytes) -> str | None:
    """Return the name of the RAW format of a TIFF, `RAW` for an unknown maker's, None for others.

    Args:
        data: the file, or its beginning.
    """
    if data[8:10] == b"CR":
        return "CR2"
    if data[8:12] in _PHASE_ONE:
        return "IIQ"
    try:
        tiff = Tiff(data)
        if tiff.has(tiff.main_directory, _DNG_VERSION):
            return "DNG"
        is_raw = any(_is_of_sensor(tiff, directory) for directory in _directories(tiff))
    except ValueError:
        return None
    return _maker_format(tiff) if is_raw else None


def _maker_format(tiff: Tiff) -> str:
    try:
        maker = tiff.text(tiff.main_directory, _MAKE, _LONGEST_MAKER).casefold()
    except ValueError:
        return "RAW"
    return next((name for start, name in _BY_MAKER.items() if maker.startswith(start)), "RAW")


def _directories(tiff: Tiff) -> Iterator[int]:
    yield tiff.main_directory
    try:
        yield from tiff.numbers(tiff.main_directory, _SUB_DIRECTORIES)
    except ValueError:
        return


def _is_of_sensor(tiff: Tiff, directory: int) -> bool:
    try:
        return tiff.number(directory, _PHOTOMETRIC) in _SENSOR
    except ValueError:
        return False
