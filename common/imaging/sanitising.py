"""Reducing JPEG, PNG and WebP files to what is needed to decode them, before any decoder runs."""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MAX_SEGMENTS = 10_000
"""Also of PNG and WebP chunks; a photo of 15 MB has a few thousand."""
MAX_SCANS = 50
"""Of a JPEG; common encoders write at most ten, and each costs a pass over all pixels."""
MAX_METADATA_BYTES = 64 * 1024
"""Longer EXIF and colour profiles are ignored."""

JPEG = b"\xff\xd8\xff"
PNG = b"\x89PNG\r\n\x1a\n"

# Any marker of a JPEG except restart markers, which are part of the entropy-coded pixels.
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_TABLES_AND_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD})
# Lossless, hierarchical and arithmetic-coded JPEGs: no browser shows them, and tiny files can take
# a decoder very long.
_UNSUPPORTED = frozenset({*range(0x01, 0xD0), 0xD8}) - _TABLES_AND_FRAMES
_EOI, _SOS, _APP0, _APP1, _APP2, _APP14 = 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
_EXIF = b"Exif\0\0"
_SINGLE_PART_PROFILE = b"ICC_PROFILE\0\1\1"

_PNG_PIXELS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})

_WEBP_PIXELS = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM"})
_METADATA_FLAGS_OFF = ~0b0010_1100 & 0xFF  # of VP8X: profile, EXIF, XMP


class MalformedError(ValueError):
    """The file is not a well-formed JPEG, PNG or WebP."""


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A photo's file, reduced and split.

    Attributes:
        pixels: the file with only what a decoder needs for the first frame.
        exif: its EXIF, starting with the byte order; may be empty.
        profile: its ICC profile; may be empty.
    """

    pixels: bytes
    exif: bytes = b""
    profile: bytes = b""


def sanitise(data: bytes) -> PhotoFile:
    """Reduce and split a file without decoding it.

    What is left for the decoder contains no compressed text, no further frames, no thousands of
    scans, and nothing after its end.

    Raises:
        MalformedError: the format is another one, the file is truncated, or it has too many parts.
    """
    if data.startswith(JPEG):
        return _jpeg(data)
    if data.startswith(PNG):
        return _png(data)
    if is_webp(data):
        return _webp(data)
    raise MalformedError("Expected a JPEG, PNG or WebP.")


def is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def _jpeg(data: bytes) -> PhotoFile:
    parts = [b"\xff\xd8"]
    exif = profile = b""
    scans, position = 0, 2
    for _ in range(MAX_SEGMENTS):
        marker = _MARKER.search(data, position)
        if marker is None:
            raise MalformedError("Expected the end of the picture.")
        if scans:
            parts.append(data[position : marker.start()])
        kind, position = marker[1][0], marker.end()
        if kind == _EOI:
            return PhotoFile(b"".join([*parts, b"\xff\xd9"]), exif, profile)
        if kind in _UNSUPPORTED:
            raise MalformedError("Expected one picture, baseline or progressive.")
        length = int.from_bytes(data[position : position + 2])
        body = data[position + 2 : position + length]
        if len(body) != length - 2:
            raise MalformedError("Expected a segment of the length that it tells.")
        position += length
        scans += kind == _SOS
        if scans > MAX_SCANS:
            break
        if kind == _SOS or kind in _TABLES_AND_FRAMES or _defines_colours(kind, body):
            parts.append(bytes([0xFF, kind]) + length.to_bytes(2) + body)
        elif kind == _APP1 and body.startswith(_EXIF):
            exif = exif or body[len(_EXIF) :]
        elif kind == _APP2 and body.startswith(_SINGLE_PART_PROFILE):
            profile = body[len(_SINGLE_PART_PROFILE) :]
    raise MalformedError(f"Expected at most {MAX_SEGMENTS} segments and {MAX_SCANS} scans.")


def _defines_colours(kind: int, body: bytes) -> bool:
    """Tell whether a segment defines the colour space of a JPEG."""
    return (kind == _APP0 and body[:5] == b"JFIF\0") or (kind == _APP14 and body[:5] == b"Adobe")


def _png(data: bytes) -> PhotoFile:
    parts = [PNG]
    exif = profile = b""
    for kind, start, end in _png_chunks(data):
        if kind in _PNG_PIXELS:
            parts.append(data[start - 8 : end + 4])
        elif kind == b"eXIf" and end - start <= MAX_METADATA_BYTES:
            exif = data[start:end]
        elif kind == b"iCCP":
            profile = _decompress_profile(data[start:end])
    return PhotoFile(b"".join(parts), exif, profile)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the type of each chunk and the start and end of its body, up to IEND."""
    position = len(PNG)
    for _ in range(MAX_SEGMENTS):
        if position + 12 > len(data):
            raise MalformedError("Expected another chunk.")
        length, kind = struct.unpack_from(">I4s", data, position)
        start = position + 8
        position = start + length + 4
        if position > len(data):
            raise MalformedError("Expected a chunk of the length that it tells.")
        yield kind, start, start + length
        if kind == b"IEND":
            return
    raise MalformedError(f"Expected at most {MAX_SEGMENTS} chunks.")


def _decompress_profile(body: bytes) -> bytes:
    """Return the profile of an iCCP chunk; empty if it is damaged or too long."""
    _, _, compressed = body.partition(b"\0")
    stream = zlib.decompressobj()
    try:
        profile = stream.decompress(compressed[1:], MAX_METADATA_BYTES)
    except zlib.error:
        return b""
    return profile if stream.eof else b""


def _webp(data: bytes) -> PhotoFile:
    parts: list[bytes] = []
    metadata: dict[bytes, bytes] = {}
    frames = 0
    for kind, body in _webp_chunks(data):
        frames += kind == b"ANMF"
        if kind in _WEBP_PIXELS or (kind == b"ANMF" and frames == 1):
            parts.append(_riff_chunk(kind, body))
        elif kind == b"VP8X" and body:
            parts.append(_riff_chunk(kind, bytes([body[0] & _METADATA_FLAGS_OFF]) + body[1:]))
        elif kind in (b"EXIF", b"ICCP") and len(body) <= MAX_METADATA_BYTES:
            metadata[kind] = body
    pixels = _riff_chunk(b"RIFF", b"WEBP" + b"".join(parts))
    exif = metadata.get(b"EXIF", b"").removeprefix(_EXIF)
    return PhotoFile(pixels, exif, metadata.get(b"ICCP", b""))


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the type and body of each chunk within the stated length of the file."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise MalformedError("Expected a file of the length that it tells.")
    position = 12
    for _ in range(MAX_SEGMENTS):
        if position + 8 > end:
            return
        kind, length = (
            data[position : position + 4],
            int.from_bytes(data[position + 4 : position + 8], "little"),
        )
        if position + 8 + length > end:
            raise MalformedError("Expected a chunk of the length that it tells.")
        yield kind, data[position + 8 : position + 8 + length]
        position += 8 + length + length % 2
    raise MalformedError(f"Expected at most {MAX_SEGMENTS} chunks.")


def _riff_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)
