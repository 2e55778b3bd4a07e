"""Videos whose frames come at times of our choice, made by editing what OpenCV writes."""

import struct
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2

from common.imaging.images import Pixels

RATE = 10
"""Frames per second that the files announce, whenever their frames come."""

_SEGMENT, _CLUSTER, _INFO = 0x18538067, 0x1F43B675, 0x1549A966
_TIMESTAMP, _SIMPLE_BLOCK, _DURATION, _VOID = 0xE7, 0xA3, 0x4489, b"\xec"


def write(path: Path, frames: Sequence[Pixels], codec: str = "mp4v", rate: float = RATE) -> Path:
    """Write frames of a steady rate, in the format of the path's ending."""
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), rate, (width, height))
    for frame in frames:
        writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def retime_matroska(
    path: Path, moment: Callable[[float], float], duration: float | None = None
) -> Path:
    """Move each frame of a MKV or WebM to another time.

    Args:
        moment: gives the new time of a frame for its old one, in seconds, at most 32.
        duration: seconds that the file announces; None to have it announce none.
    """
    content = bytearray(path.read_bytes())
    [(start, end)] = [
        place for kind, *place in _elements(content, 0, len(content)) if kind == _SEGMENT
    ]
    for part, part_start, part_end in list(_elements(content, start, end)):
        cluster_at = 0
        for kind, place, after in list(_elements(content, part_start, part_end)):
            if part == _CLUSTER and kind == _TIMESTAMP:
                cluster_at = int.from_bytes(content[place:after])
            elif part == _CLUSTER and kind == _SIMPLE_BLOCK:
                (offset,) = struct.unpack_from(">h", content, place + 1)
                old = (cluster_at + offset) / 1000
                struct.pack_into(">h", content, place + 1, round(1000 * moment(old)) - cluster_at)
            elif part == _INFO and kind == _DURATION:
                if duration is None:
                    content[place - 3 : after] = _VOID + bytes([0x80 + 9]) + bytes(9)
                else:
                    struct.pack_into(">d", content, place, 1000 * duration)
    path.write_bytes(content)
    return path


def retime_mp4(path: Path, durations: Sequence[int]) -> Path:
    """Let each frame of an MP4 stand for as many frames of the rate as `durations` says."""
    content = bytearray(path.read_bytes())
    place = content.index(b"stts")
    (unit,) = struct.unpack_from(">I", content, place + 16)
    table = b"".join(struct.pack(">II", 1, unit * duration) for duration in durations)
    grown = len(table) - 8
    content[place + 12 : place + 20] = table
    struct.pack_into(">I", content, place + 8, len(durations))
    for box in (b"stts", b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        start = content.index(box) - 4
        (size,) = struct.unpack_from(">I", content, start)
        struct.pack_into(">I", content, start, size + grown)
    path.write_bytes(content)
    return announce_mp4(path, sum(durations) / RATE)


def announce_mp4(path: Path, seconds: float) -> Path:
    """Let an MP4's header and its edit list say that it lasts so long, as trimming does."""
    content = bytearray(path.read_bytes())
    for box, offset in ((b"mvhd", 20), (b"tkhd", 24), (b"elst", 12)):
        struct.pack_into(">I", content, content.index(box) + offset, round(1000 * seconds))
    media = content.index(b"mdhd")
    (timescale,) = struct.unpack_from(">I", content, media + 16)
    struct.pack_into(">I", content, media + 20, round(timescale * seconds))
    path.write_bytes(content)
    return path


def _elements(content: bytearray, position: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the identifier of each EBML element, and where its content begins and ends."""
    while position < end:
        width = 9 - content[position].bit_length()
        kind = int.from_bytes(content[position : position + width])
        position += width
        width = 9 - content[position].bit_length()
        size = int.from_bytes(content[position : position + width]) & (1 << 7 * width) - 1
        position += width
        yield kind, position, position + size
        position += size
