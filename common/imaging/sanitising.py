"""What carries the pixels of a photo's file, and the little besides that is used."""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MAX_SEGMENTS = 10_000
"""Of any kind; a photo of 15 MB has some thousand."""
MAX_SCANS = 50
"""Of a JPEG, which are ten at most from a usual encoder; each costs a pass over all pixels."""
MAX_ASIDE = 64 * 1024
"""Bytes of EXIF and of a colour profile; a longer one is left alone."""

JPEG = b"\xff\xd8\xff"
PNG = b"\x89PNG\r\n\x1a\n"

# A marker inside or between the segments of a JPEG, but no restart, which belongs to the pixels.
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_TABLES_AND_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD})
# Arithmetic coding, which no browser reads, costs a decoder most where there is least to decode.
_UNFIT = frozenset({*range(0x01, 0xD0), 0xD8}) - _TABLES_AND_FRAMES
_EOI, _SOS, _APP0, _APP1, _APP2, _APP14 = 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
_EXIF = b"Exif\0\0"
_ONLY_PROFILE = b"ICC_PROFILE\0\1\1"

_PNG_PIXELS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})

_WEBP_PIXELS = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM"})
_NO_ASIDES = ~0b0010_1100 & 0xFF  # flags of VP8X: profile, EXIF, XMP


class MalformedError(ValueError):
    """The file is no JPEG, PNG or WebP, or is not made as those are."""


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A photo's file, taken apart.

    Attributes:
        pixels: the same file with nothing in it but what its decoder needs, of one frame only.
        exif: its EXIF, beginning with the byte order; nothing where there is none.
        profile: its ICC profile; nothing where there is none.
    """

    pixels: bytes
    exif: bytes = b""
    profile: bytes = b""


def take_apart(data: bytes) -> PhotoFile:
    """Take a file apart without decoding it.

    What a decoder is given can then hold neither bombs of text nor frames nor thousands of scans,
    and nothing behind its end.

    Raises:
        MalformedError: it is of another kind, ends early, or has more parts than any photo.
    """
    if data.startswith(JPEG):
        return _jpeg(data)
    if data.startswith(PNG):
        return _png(data)
    if is_webp(data):
        return _webp(data)
    raise MalformedError("Expected a JPEG, PNG or WebP.")


def is_webp(data: bytes) -> bool:
    """Tell whether a file begins as a WebP does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def _jpeg(data: bytes) -> PhotoFile:
    kept = [b"\xff\xd8"]
    exif = profile = b""
    scans, place = 0, 2
    for _ in range(MAX_SEGMENTS):
        marker = _MARKER.search(data, place)
        if marker is None:
            raise MalformedError("Expected the end of the picture.")
        if scans:
            kept.append(data[place : marker.start()])
        kind, place = marker[1][0], marker.end()
        if kind == _EOI:
            return PhotoFile(b"".join([*kept, b"\xff\xd9"]), exif, profile)
        if kind in _UNFIT:
            raise MalformedError("Expected one picture, baseline or progressive.")
        length = int.from_bytes(data[place : place + 2])
        body = data[place + 2 : place + length]
        if len(body) != length - 2:
            raise MalformedError("Expected a segment of the length that it tells.")
        place += length
        scans += kind == _SOS
        if scans > MAX_SCANS:
            break
        if kind == _SOS or kind in _TABLES_AND_FRAMES or _tells_colours(kind, body):
            kept.append(bytes([0xFF, kind]) + length.to_bytes(2) + body)
        elif kind == _APP1 and body.startswith(_EXIF):
            exif = exif or body[len(_EXIF) :]
        elif kind == _APP2 and body.startswith(_ONLY_PROFILE):
            profile = body[len(_ONLY_PROFILE) :]
    raise MalformedError(f"Expected at most {MAX_SEGMENTS} segments and {MAX_SCANS} scans.")


def _tells_colours(kind: int, body: bytes) -> bool:
    """Tell whether a segment says how the numbers of a JPEG are to be understood as colours."""
    return (kind == _APP0 and body[:5] == b"JFIF\0") or (kind == _APP14 and body[:5] == b"Adobe")


def _png(data: bytes) -> PhotoFile:
    kept = [PNG]
    exif = profile = b""
    for kind, start, end in _png_chunks(data):
        if kind in _PNG_PIXELS:
            kept.append(data[start - 8 : end + 4])
        elif kind == b"eXIf" and end - start <= MAX_ASIDE:
            exif = data[start:end]
        elif kind == b"iCCP":
            profile = _unpacked_profile(data[start:end])
    return PhotoFile(b"".join(kept), exif, profile)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of each chunk's body, up to the one that ends the picture."""
    place = len(PNG)
    for _ in range(MAX_SEGMENTS):
        if place + 12 > len(data):
            raise MalformedError("Expected another chunk.")
        length, kind = struct.unpack_from(">I4s", data, place)
        start = place + 8
        place = start + length + 4
        if place > len(data):
            raise MalformedError("Expected a chunk of the length that it tells.")
        yield kind, start, start + length
        if kind == b"IEND":
            return
    raise MalformedError(f"Expected at most {MAX_SEGMENTS} chunks.")


def _unpacked_profile(body: bytes) -> bytes:
    """Return the profile of an iCCP chunk; nothing where it is damaged or too long."""
    _, _, packed = body.partition(b"\0")
    stream = zlib.decompressobj()
    try:
        profile = stream.decompress(packed[1:], MAX_ASIDE)
    except zlib.error:
        return b""
    return profile if stream.eof else b""


def _webp(data: bytes) -> PhotoFile:
    kept: list[bytes] = []
    asides: dict[bytes, bytes] = {}
    frames = 0
    for kind, body in _webp_chunks(data):
        frames += kind == b"ANMF"
        if kind in _WEBP_PIXELS or (kind == b"ANMF" and frames == 1):
            kept.append(_riff_chunk(kind, body))
        elif kind == b"VP8X" and body:
            kept.append(_riff_chunk(kind, bytes([body[0] & _NO_ASIDES]) + body[1:]))
        elif kind in (b"EXIF", b"ICCP") and len(body) <= MAX_ASIDE:
            asides[kind] = body
    pixels = _riff_chunk(b"RIFF", b"WEBP" + b"".join(kept))
    exif = asides.get(b"EXIF", b"").removeprefix(_EXIF)
    return PhotoFile(pixels, exif, asides.get(b"ICCP", b""))


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and body of each chunk of the size that the file tells."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise MalformedError("Expected a file of the length that it tells.")
    place = 12
    for _ in range(MAX_SEGMENTS):
        if place + 8 > end:
            return
        kind, length = (
            data[place : place + 4],
            int.from_bytes(data[place + 4 : place + 8], "little"),
        )
        if place + 8 + length > end:
            raise MalformedError("Expected a chunk of the length that it tells.")
        yield kind, data[place + 8 : place + 8 + length]
        place += 8 + length + length % 2
    raise MalformedError(f"Expected at most {MAX_SEGMENTS} chunks.")


def _riff_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)
