"""Reproducible hostile pictures, each derived from a seed and a number."""

import struct
import zlib
from collections.abc import Callable
from functools import cache
from random import Random

from PIL import Image

from common.imaging.sanitising import PNG
from tests import bombs, pictures

INTERESTING = (0, 1, 0x7F, 0x80, 0xFE, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
NOISE_SHARE, CHECKSUM_SHARE = 0.05, 0.8
"""The share of pictures that are noise, and of PNGs that get valid checksums."""
SIDE = 96  # pixels; small, so that thousands are decoded in a minute


@cache
def seeds() -> tuple[bytes, ...]:
    """Return valid pictures of every supported kind."""
    photo = Image.fromarray(pictures.astronaut()).resize((SIDE, SIDE))
    transparent = photo.convert("RGBA")
    transparent.putalpha(photo.convert("L"))
    exif = pictures.with_orientation(6)
    return (
        pictures.encoded(photo),
        pictures.encoded(photo, progressive=True),
        pictures.encoded(photo, restart_marker_rows=1, subsampling=0),
        pictures.encoded(photo.convert("L")),
        pictures.encoded(photo.convert("CMYK")),
        pictures.encoded(photo, icc_profile=pictures.display_p3()),
        exif,
        *(pictures.encoded(photo.convert(mode), "PNG") for mode in ("RGB", "L", "P", "1", "I;16")),
        pictures.encoded(transparent, "PNG"),
        pictures.encoded(photo, "PNG", icc_profile=pictures.display_p3()),
        pictures.encoded(photo, "WEBP"),
        pictures.encoded(photo, "WEBP", lossless=True),
        pictures.encoded(transparent, "WEBP"),
        *(pictures.animated(kind) for kind in ("PNG", "WEBP")),
        *(pictures.with_orientation(3, kind) for kind in ("PNG", "WEBP")),
        bombs.many_scans(20, side=SIDE),
        bombs.deep_png(SIDE, SIDE, depth=16, colours=6, interlaced=True),
    )


def flip(random: Random, data: bytearray) -> None:
    """Change random bytes."""
    for _ in range(random.choice((1, 1, 2, 4, 16))):
        data[random.randrange(len(data))] = random.randrange(256)


def write_number(random: Random, data: bytearray) -> None:
    """Overwrite some bytes with a boundary value of integers."""
    packed = struct.pack(random.choice("<>") + "I", random.choice(INTERESTING))
    size = random.choice((1, 2, 4))
    offset = random.randrange(len(data))
    data[offset : offset + size] = random.choice((packed[:size], packed[-size:]))


def truncate(random: Random, data: bytearray) -> None:
    del data[random.randrange(len(data)) :]


def remove(random: Random, data: bytearray) -> None:
    """Remove a part."""
    offset = random.randrange(len(data))
    del data[offset : offset + random.randrange(1, 200)]


def repeat(random: Random, data: bytearray) -> None:
    """Repeat a part, up to 50 times."""
    offset = random.randrange(len(data))
    part = data[offset : offset + random.randrange(1, 300)]
    data[offset:offset] = part * random.choice((1, 2, 50))


def splice(random: Random, data: bytearray) -> None:
    """Reoffset a part with one of another picture."""
    other = random.choice(seeds())
    begin = random.randrange(len(other))
    offset = random.randrange(len(data))
    data[offset : offset + random.randrange(200)] = other[begin : begin + random.randrange(400)]


MUTATIONS: tuple[Callable[[Random, bytearray], None], ...] = (
    *(flip, flip, write_number, write_number, truncate, remove, repeat, splice),
)


def picture(seed: int, number: int) -> bytes:
    """Return a hostile picture: noise after a valid signature, or a mutated valid picture."""
    random = Random(f"{seed}/{number}")  # noqa: S311 - reproducible, not secret
    if random.random() < NOISE_SHARE:
        begin = random.choice((PNG, b"\xff\xd8\xff", b"RIFF\x00\x10\0\0WEBPVP8X", b""))
        return begin + random.randbytes(random.randrange(4096))
    data = bytearray(random.choice(seeds()))
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        if data:
            random.choice(MUTATIONS)(random, data)
    if data.startswith(PNG) and random.random() < CHECKSUM_SHARE:
        return with_checksums(bytes(data))
    return bytes(data)


def with_checksums(data: bytes) -> bytes:
    """Return a PNG with valid checksums, so that decoders do not reject its chunks early."""
    fixed, offset = bytearray(data), len(PNG)
    while offset + 12 <= len(fixed):
        (length,) = struct.unpack_from(">I", fixed, offset)
        end = offset + 8 + length
        if end + 4 > len(fixed):
            break
        struct.pack_into(">I", fixed, end, zlib.crc32(fixed[offset + 4 : end]))
        offset = end + 4
    return bytes(fixed)
