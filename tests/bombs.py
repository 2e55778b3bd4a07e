"""Small files that would cost much if they were read as they ask to be."""

import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

from common.imaging.images import MAX_BYTES
from common.imaging.sanitising import PNG
from tests import pictures

SIDE = 5000  # 25 megapixels, the most that is read
RUN = 32_767  # blocks that one code of a progressive scan skips


def png(*chunks: tuple[bytes, bytes], picture: bytes | None = None) -> bytes:
    """Return a small PNG with more chunks in front of its pixels."""
    picture = picture or pictures.encoded(pictures.quadrants(), "PNG")
    more = b"".join(pictures.png_chunk(kind, body) for kind, body in chunks)
    return picture[:33] + more + picture[33:]


def deep_png(width: int, height: int, *, depth: int, colours: int, interlaced: bool) -> bytes:
    """Return a PNG that holds so many zeros.

    Args:
        depth: bits of a channel.
        colours: 0 grey, 2 RGB, 6 RGB with transparency, as the format numbers them.
    """
    channels = {0: 1, 2: 3, 6: 4}[colours]
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, interlaced)
    size = height * (1 + width * channels * depth // 8) + (
        8 * (width + height) if interlaced else 0
    )
    packer = zlib.compressobj(9)
    step = bytes(2**20)
    packed = b"".join(packer.compress(step) for _ in range(size // len(step) + 1))
    return PNG + b"".join(
        pictures.png_chunk(*chunk)
        for chunk in [(b"IHDR", header), (b"IDAT", packed + packer.flush()), (b"IEND", b"")]
    )


def many_scans(scans: int, side: int = SIDE) -> bytes:
    """Return a progressive JPEG with so many scans, each of which goes over every block."""
    blocks = ((side + 7) // 8) ** 2
    bits = ("0" + "1" * 14) * -(-blocks // RUN)
    bits += "1" * (-len(bits) % 8)
    run = int(bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\0")
    frame = struct.pack(">BHHB", 8, side, side, 3)
    frame += b"".join(bytes([name, 0x11, 0]) for name in (1, 2, 3))
    # One code, of one bit, for the longest run of empty blocks.
    table = bytes([0x10, 1, *[0] * 15, 0xE0])
    passes = [
        _segment(0xDA, bytes([1, number % 3 + 1, 0, 1, 63, 0])) + run for number in range(scans)
    ]
    return (
        b"\xff\xd8"
        + _segment(0xDB, bytes([0, *[1] * 64]))
        + _segment(0xC2, frame)
        + _segment(0xC4, table)
        + b"".join(passes)
        + b"\xff\xd9"
    )


def many_segments(kind: int, body: bytes, count: int) -> bytes:
    """Return a JPEG with so many more segments in front of its picture."""
    picture = pictures.encoded(pictures.quadrants())
    return picture[:2] + _segment(kind, body) * count + picture[2:]


def arithmetic_jpeg() -> bytes:
    """Return a JPEG of 25 megapixels that claims to be coded arithmetically and holds no bits."""
    frame = struct.pack(">BHHB", 8, SIDE, SIDE, 3)
    frame += b"".join(bytes([name, 0x11, 0]) for name in (1, 2, 3))
    return (
        b"\xff\xd8"
        + _segment(0xDB, bytes([0, *[1] * 64]))
        + _segment(0xC9, frame)
        + _segment(0xDA, bytes([3, 1, 0, 2, 0, 3, 0, 0, 63, 0]))
        + bytes(64)
        + b"\xff\xd9"
    )


def jpeg_of(width: int, height: int) -> bytes:
    """Return a small JPEG whose header claims so many pixels."""
    data = bytearray(pictures.encoded(pictures.quadrants()))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def many_frames(kind: str, count: int = 100) -> bytes:
    """Return an animation of so many frames of 0.25 megapixels."""
    rng = np.random.default_rng(1)
    frames = [
        Image.new("RGB", (500, 500), tuple(rng.integers(256, size=3).tolist()))
        for _ in range(count)
    ]
    return pictures.encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=20)


def greedy_exif() -> bytes:
    """Return EXIF whose five thousand entries all claim the same 60 kB."""
    count = 5000
    entries = b"".join(struct.pack(">HHII", tag, 7, 60_000, 8) for tag in range(count))
    return b"MM\0*\0\0\0\x08" + struct.pack(">H", count) + entries + bytes(4)


def rings_of_exif() -> bytes:
    """Return EXIF in which each directory names itself as the next one and as its own part."""
    return b"MM\0*\0\0\0\x08" + struct.pack(">HHHIII", 1, 0x8769, 4, 1, 8, 8)


def full(begin: bytes, filling: bytes, end: bytes = b"") -> bytes:
    """Return as many fillings between two parts as a photo may have bytes."""
    return begin + filling * ((MAX_BYTES - len(begin) - len(end)) // len(filling)) + end


def _segment(kind: int, body: bytes) -> bytes:
    return bytes([0xFF, kind]) + struct.pack(">H", len(body) + 2) + body


def _text_bomb() -> bytes:
    return b"Comment\0\0" + zlib.compress(bytes(10**6), 9)


def _profile_bomb() -> bytes:
    return b"icc\0\0" + zlib.compress(bytes(10**8), 9)


def _small_png() -> bytes:
    return pictures.encoded(pictures.quadrants(), "PNG")


def _truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


REFUSED: dict[str, Callable[[], bytes]] = {
    "PNG of 60 megapixels": lambda: pictures.huge_png(10_000, 6_000),
    "PNG of 3.6 gigapixels": lambda: pictures.huge_png(60_000, 60_000),
    "PNG of one row, 16 bit": lambda: deep_png(
        25_000_000, 1, depth=16, colours=6, interlaced=False
    ),
    "PNG of a million chunks": lambda: full(
        _small_png()[:33], pictures.png_chunk(b"tEXt", b""), _small_png()[33:]
    ),
    "PNG of 25 megapixels, cut": lambda: _truncated(
        deep_png(SIDE, SIDE, depth=8, colours=2, interlaced=False)
    ),
    "JPEG of 4.3 gigapixels": lambda: jpeg_of(65_500, 65_500),
    "JPEG of 200,000 scans": lambda: many_scans(200_000),
    "JPEG of 3,700,000 comments": lambda: many_segments(0xFE, b"", 3_700_000),
    "JPEG of 1,000,000 parts of EXIF": lambda: many_segments(0xE1, b"Exif\0\0!", 1_000_000),
    "JPEG of 3,700,000 tables": lambda: many_segments(0xDD, b"\0\0", 2_400_000),
    "JPEG, coded arithmetically": arithmetic_jpeg,
    "JPEG of nothing but FF": lambda: full(b"\xff\xd8", b"\xff"),
    "JPEG of SOI after SOI": lambda: full(b"", b"\xff\xd8"),
    "WebP of 160 megapixels": lambda: pictures.huge_webp(16_000, 10_000),
    "WebP of 268 megapixels": lambda: pictures.huge_webp(16_383, 16_383),
    "WebP of 1,900,000 chunks": lambda: full(
        b"RIFF" + struct.pack("<I", MAX_BYTES - 16) + b"WEBP", b"ABCD\0\0\0\0"
    ),
}
"""Files that have to be refused."""

BOUNDED: dict[str, Callable[[], bytes]] = {
    "PNG with 9,000 bombs of text": lambda: png(*[(b"zTXt", _text_bomb())] * 9_000),
    "PNG with a bomb as its profile": lambda: png((b"iCCP", _profile_bomb())),
    "PNG with greedy EXIF": lambda: png((b"eXIf", greedy_exif())),
    "JPEG with greedy EXIF": lambda: many_segments(0xE1, b"Exif\0\0" + greedy_exif(), 1),
    "JPEG with rings of EXIF": lambda: many_segments(0xE1, b"Exif\0\0" + rings_of_exif(), 1),
    "JPEG with a million restarts": lambda: full(
        pictures.encoded(pictures.quadrants())[:-2], b"\xff\xd0", b"\xff\xd9"
    ),
    "PNG of 100 frames": lambda: many_frames("PNG"),
    "WebP of 100 frames": lambda: many_frames("WEBP"),
}
"""Small pictures with bombs around them, which may be read where that costs nothing."""

LARGE: dict[str, Callable[[], bytes]] = {
    "PNG of 25 megapixels, 16 bit": lambda: deep_png(
        SIDE, SIDE, depth=16, colours=6, interlaced=False
    ),
    "PNG of 25 megapixels, interlaced": lambda: deep_png(
        SIDE, SIDE, depth=16, colours=6, interlaced=True
    ),
    "PNG of 25 megapixels, grey, 16 bit": lambda: deep_png(
        SIDE, SIDE, depth=16, colours=0, interlaced=False
    ),
    "JPEG of 25 megapixels, 50 scans": lambda: many_scans(50),
    "JPEG of 25 megapixels, progressive": lambda: pictures.encoded(
        photo_of(SIDE), progressive=True, quality=90
    ),
    "WebP of 25 megapixels": lambda: pictures.encoded(photo_of(SIDE), "WEBP", quality=90, method=0),
    "WebP of 25 megapixels, lossless": lambda: pictures.encoded(
        Image.new("RGB", (SIDE, SIDE)), "WEBP", lossless=True, method=0
    ),
}
"""Pictures of the largest size that is read, such as cost their decoders most."""


def photo_of(side: int) -> Image.Image:
    """Return the portrait so large."""
    return Image.fromarray(pictures.astronaut()).resize((side, side))
