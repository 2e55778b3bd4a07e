"""Pictures as nobody takes them: each is made of its number and of nothing else."""

import struct
import zlib
from collections.abc import Callable
from functools import cache
from random import Random

from PIL import Image

from common.imaging.sanitising import PNG
from tests import bombs, pictures

INTERESTING = (0, 1, 0x7F, 0x80, 0xFE, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
NOISE, CHECKED = 0.05, 0.8
"""Shares of pictures that are noise, and of PNG that have the checksums that they should."""
SIDE = 96  # pixels of the pictures that are damaged, so that thousands are read in a minute


@cache
def seeds() -> tuple[bytes, ...]:
    """Return sound pictures of every kind that is read."""
    photo = Image.fromarray(pictures.astronaut()).resize((SIDE, SIDE))
    clear = photo.convert("RGBA")
    clear.putalpha(photo.convert("L"))
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
        pictures.encoded(clear, "PNG"),
        pictures.encoded(photo, "PNG", icc_profile=pictures.display_p3()),
        pictures.encoded(photo, "WEBP"),
        pictures.encoded(photo, "WEBP", lossless=True),
        pictures.encoded(clear, "WEBP"),
        *(pictures.animated(kind) for kind in ("PNG", "WEBP")),
        *(pictures.with_orientation(3, kind) for kind in ("PNG", "WEBP")),
        bombs.many_scans(20, side=SIDE),
        bombs.deep_png(SIDE, SIDE, depth=16, colours=6, interlaced=True),
    )


def flip(random: Random, data: bytearray) -> None:
    """Change some bytes."""
    for _ in range(random.choice((1, 1, 2, 4, 16))):
        data[random.randrange(len(data))] = random.randrange(256)


def number(random: Random, data: bytearray) -> None:
    """Write a number at which programs stumble over some bytes."""
    packed = struct.pack(random.choice("<>") + "I", random.choice(INTERESTING))
    size = random.choice((1, 2, 4))
    place = random.randrange(len(data))
    data[place : place + size] = random.choice((packed[:size], packed[-size:]))


def cut(random: Random, data: bytearray) -> None:
    """Let it end early."""
    del data[random.randrange(len(data)) :]


def leave_out(random: Random, data: bytearray) -> None:
    """Leave a part out."""
    place = random.randrange(len(data))
    del data[place : place + random.randrange(1, 200)]


def repeat(random: Random, data: bytearray) -> None:
    """Say a part again, perhaps often."""
    place = random.randrange(len(data))
    part = data[place : place + random.randrange(1, 300)]
    data[place:place] = part * random.choice((1, 2, 50))


def splice(random: Random, data: bytearray) -> None:
    """Put a part of another picture into it."""
    other = random.choice(seeds())
    begin = random.randrange(len(other))
    place = random.randrange(len(data))
    data[place : place + random.randrange(200)] = other[begin : begin + random.randrange(400)]


MUTATIONS: tuple[Callable[[Random, bytearray], None], ...] = (
    *(flip, flip, number, number, cut, leave_out, repeat, splice),
)


def picture(seed: int, place: int) -> bytes:
    """Return one hostile picture: noise under a good beginning, or a sound one that was damaged."""
    random = Random(f"{seed}/{place}")  # noqa: S311 - has to be the same again, not secret
    if random.random() < NOISE:
        begin = random.choice((PNG, b"\xff\xd8\xff", b"RIFF\x00\x10\0\0WEBPVP8X", b""))
        return begin + random.randbytes(random.randrange(4096))
    data = bytearray(random.choice(seeds()))
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        if data:
            random.choice(MUTATIONS)(random, data)
    if data.startswith(PNG) and random.random() < CHECKED:
        return sound_checksums(bytes(data))
    return bytes(data)


def sound_checksums(data: bytes) -> bytes:
    """Return a PNG whose chunks have the checksums that they should, so that they are looked at."""
    fixed, place = bytearray(data), len(PNG)
    while place + 12 <= len(fixed):
        (length,) = struct.unpack_from(">I", fixed, place)
        end = place + 8 + length
        if end + 4 > len(fixed):
            break
        struct.pack_into(">I", fixed, end, zlib.crc32(fixed[place + 4 : end]))
        place = end + 4
    return bytes(fixed)
