"""What an MP4 or QuickTime file says about how long it lasts, after all edits.

ISO/IEC 14496-12: boxes of a length and a type; the movie header `mvhd` stands in `moov`.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

MAX_BOXES = 10_000
_FIRST_BOXES = frozenset({b"ftyp", b"free", b"mdat", b"moov", b"pnot", b"skip", b"wide"})
"""Files of older cameras have no `ftyp`."""


def movie_seconds(file: BinaryIO) -> float | None:
    """Return the duration in the movie header: 0 if it leaves it open, None in other formats."""
    if file.read(8)[4:] not in _FIRST_BOXES:
        return None
    file.seek(0, 2)
    for kind, start, end in _boxes(file, 0, file.tell()):
        if kind == b"moov":
            for inner, inner_start, _ in _boxes(file, start, end):
                if inner == b"mvhd":
                    return _duration(file, inner_start)
    return 0.0


def _duration(file: BinaryIO, start: int) -> float:
    file.seek(start)
    header = file.read(32)
    form, unknown = (">16xIQ", 2**64 - 1) if header[:1] == b"\1" else (">8xII", 2**32 - 1)
    fields = header[4:]
    if len(fields) < struct.calcsize(form):
        return 0.0
    timescale, duration = struct.unpack_from(form, fields)
    return 0.0 if not timescale or duration == unknown else duration / timescale


def _boxes(file: BinaryIO, position: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the type of each box, and where its content begins and ends."""
    for _ in range(MAX_BOXES):
        file.seek(position)
        header = file.read(16)
        if position + 8 > end or len(header) < 8:  # noqa: PLR2004 - a length and a type
            return
        length, content = struct.unpack_from(">I", header)[0], 8
        if length == 1 and len(header) == 16:  # noqa: PLR2004 - with a long length
            length, content = struct.unpack_from(">Q", header, 8)[0], 16
        length = length or end - position
        if length < content:
            return
        yield header[4:8], position + content, min(position + length, end)
        position += length
