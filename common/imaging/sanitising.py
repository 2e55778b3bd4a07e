"""Reducing JPEG, PNG and WebP files to what is needed to decode them, before any decoder runs."""

import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from common.imaging.jpeg_scans import JpegScans

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
_PROGRESSIVE = 0xC2
_FRAMES = frozenset({0xC0, 0xC1, _PROGRESSIVE})
_TABLES_AND_FRAMES = _FRAMES | {0xC4, 0xDB, 0xDD}
_IMPOSSIBLE = frozenset({*range(0x01, 0xD0), 0xD8}) - _TABLES_AND_FRAMES
_RARE = (frozenset(range(0xC3, 0xD0)) - {0xC4, 0xC8}) | {0xF7}
"""Lossless, hierarchical and arithmetic-coded JPEGs, and JPEG-LS: no browser shows them, and tiny
files can take a decoder very long."""
_BITS = 8
"""Of a sample; browsers show no other JPEGs."""
_EOI, _SOS, _APP0, _APP1, _APP2, _APP14 = 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
_EXIF = b"Exif\0\0"
_EOI_BYTES = b"\xff\xd9"
_RANDOM = random.Random(1)  # noqa: S311 - no secret
_NOISE = b"".join(
    _RANDOM.randbytes(length).replace(b"\xff", b"\xa5") + marker
    for length, marker in [
        (2**15, b""),
        *((2**7, bytes([0xFF, 0xD0 + number % 8])) for number in range(2**8)),
    ]
)
"""Changes what a decoder makes of any missing part, with restart markers or without."""
_SINGLE_PART_PROFILE = b"ICC_PROFILE\0\1\1"

_PNG_PIXELS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT"})
_PNG_END = b"\0\0\0\0IEND\xaeB\x60\x82"

_WEBP_PIXELS = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM"})
_WEBP_METADATA = frozenset({b"EXIF", b"XMP ", b"ICCP"})
_WEBP_KINDS = _WEBP_PIXELS | _WEBP_METADATA | {b"VP8X", b"ANMF"}
_METADATA_FLAGS_OFF = ~0b0010_1100 & 0xFF  # of VP8X: profile, EXIF, XMP


class MalformedError(ValueError):
    """The file is not a well-formed JPEG, PNG or WebP."""


class RareJpegError(MalformedError):
    """The file is a JPEG of a kind that no browser shows."""


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A photo's file, reduced and split.

    Attributes:
        pixels: the file with only what a decoder needs for the first frame.
        exif: its EXIF, starting with the byte order; may be empty.
        profile: its ICC profile; may be empty.
        continued: for a JPEG without an end marker, the same file with noise behind its data. Both
            decode to the same pixels only if none are missing. Empty if the file tells its end.
    """

    pixels: bytes
    exif: bytes = b""
    profile: bytes = b""
    continued: bytes = b""


def sanitise(data: bytes) -> PhotoFile:
    """Reduce and split a file without decoding it.

    What is left for the decoder contains no compressed text, no further frames, no thousands of
    scans, and nothing after its end.

    Raises:
        RareJpegError: it is coded in a way that no browser shows.
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
    """Split a JPEG; after its first scan, what cannot belong to it is where it ends.

    Some cameras leave out the end marker, and have their own data follow the picture.
    """
    parts = [data[:2]]
    exif = profile = b""
    scans, position, found = 0, 2, JpegScans()
    for _ in range(MAX_SEGMENTS):
        marker = _MARKER.search(data, position)
        if marker is None:
            return _open_ended(parts, data[position:], found, exif, profile)
        kind, start = marker[1][0], marker.end()
        pixels = data[position : marker.start()] if scans else b""
        if kind == _EOI:
            return PhotoFile(b"".join([*parts, pixels, _EOI_BYTES]), exif, profile)
        body = _segment(data, start)
        if not scans and _is_rare(kind, body):
            raise RareJpegError("Expected a JPEG of 8 bits, baseline or progressive.")
        is_over = found.are_complete() or kind in _IMPOSSIBLE or (scans and kind in _FRAMES)
        if is_over or body is None:
            return _open_ended(parts, pixels, found, exif, profile)
        parts.append(pixels)
        position = start + 2 + len(body)
        if kind in _FRAMES:
            found = JpegScans(body, progressive=kind == _PROGRESSIVE)
        elif kind == _SOS:
            scans += 1
            found.add(body)
        if scans > MAX_SCANS:
            break
        if kind == _SOS or kind in _TABLES_AND_FRAMES or _defines_colours(kind, body):
            parts.append(bytes([0xFF, kind]) + data[start : start + 2] + body)
        elif kind == _APP1 and body.startswith(_EXIF):
            exif = exif or body[len(_EXIF) :]
        elif kind == _APP2 and body.startswith(_SINGLE_PART_PROFILE):
            profile = body[len(_SINGLE_PART_PROFILE) :]
    raise MalformedError(f"Expected at most {MAX_SEGMENTS} segments and {MAX_SCANS} scans.")


def _segment(data: bytes, start: int) -> bytes | None:
    """Return the content of the segment behind a marker, or None if it has no possible length."""
    length = int.from_bytes(data[start : start + 2])
    return data[start + 2 : start + length] if 2 <= length <= len(data) - start else None  # noqa: PLR2004


def _is_rare(kind: int, body: bytes | None) -> bool:
    """Tell whether a segment before the first scan announces what no browser shows."""
    return kind in _RARE or (kind in _FRAMES and bool(body and body[0] != _BITS))


def _open_ended(
    parts: list[bytes], pixels: bytes, scans: JpegScans, exif: bytes, profile: bytes
) -> PhotoFile:
    """Return a JPEG that ends without its marker.

    Raises:
        MalformedError: a scan is missing.
    """
    if not scans.are_complete():
        raise MalformedError("Expected one whole picture, baseline or progressive.")
    # Zeros are what cameras pad with, and what stands for the part of a file that never arrived.
    data = pixels.rstrip(b"\0")
    data = data + b"\0" if pixels[len(data) : len(data) + 1] else data.rstrip(b"\xff")
    head = b"".join([*parts, data])
    return PhotoFile(head + _EOI_BYTES, exif, profile, head + _NOISE + _EOI_BYTES)


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
    return PhotoFile(b"".join([*parts, _PNG_END]), exif, profile)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the type of each chunk and the start and end of its body, up to IEND.

    After pixels, the end of the data or a cut chunk of anything else counts as IEND; the decoder
    finds out whether all pixels were there.
    """
    position, has_pixels = len(PNG), False
    for _ in range(MAX_SEGMENTS):
        header = data[position : position + 8]
        length, kind = int.from_bytes(header[:4]), header[4:]
        start = position + 8
        position = start + length + 4
        if kind == b"IEND":
            return
        if len(header) < 8 or position > len(data):  # noqa: PLR2004 - a length and a type
            if has_pixels and kind != b"IDAT":
                return
            raise MalformedError("Expected a chunk of the length that it tells.")
        has_pixels = has_pixels or kind == b"IDAT"
        yield kind, start, start + length
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
    """Yield the type and body of each chunk that begins within the stated length of the file.

    That length is off by some bytes in files of some encoders, and others forget to pad chunks.
    """
    stated_end = 8 + int.from_bytes(data[4:8], "little")
    position = 12
    for _ in range(MAX_SEGMENTS):
        if position + 8 > min(stated_end, len(data)):
            return
        kind = data[position : position + 4]
        start = position + 8
        end = start + int.from_bytes(data[position + 4 : start], "little")
        if end > len(data):
            if kind in _WEBP_METADATA:
                return
            raise MalformedError("Expected a chunk of the length that it tells.")
        yield kind, data[start:end]
        is_padded = data[end : end + 4] not in _WEBP_KINDS
        position = end + ((end - start) % 2 and is_padded)
    raise MalformedError(f"Expected at most {MAX_SEGMENTS} chunks.")


def _riff_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)
