"""The names of formats that people take for photos and that are not read, by how files begin."""

import re

from common.imaging.raw_formats import raw_format
from common.imaging.tiff import BIG_ENDIAN, LITTLE_ENDIAN

HEIC, AVIF = "HEIC", "AVIF"
VIDEO_FORMATS = frozenset(
    {"3GP", "AVI", "FLV", "MOV", "MP4", "MPEG", "MPEG-TS", "Matroska", "Ogg", "WMV", "WebM"}
)
_HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_OTHER_BRANDS = {
    b"M4A ": "M4A",
    b"crx ": "CR3",
    b"jp2 ": "JPEG 2000",
    b"jxl ": "JPEG XL",
    b"qt  ": "MOV",
}
_BEGINNINGS: dict[bytes, str] = {
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"FUJIFILMCCD-RAW": "RAF",
    b"IIRO": "ORF",
    b"IIRS": "ORF",
    b"MMOR": "ORF",
    b"IIU\0": "RW2",
    b"II\x1a\0\0\0HEAPCCDR": "CRW",
    b"\0MRM": "MRW",
    b"FOVb": "X3F",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL \r\n\x87\n": "JPEG XL",
    b"\0\0\0\x0cjP  \r\n\x87\n": "JPEG 2000",
    b"\xffO\xffQ": "JPEG 2000",
    b"%PDF-": "PDF",
    b"8BPS": "PSD",
    b"\0\0\1\0": "ICO",
    b"FLV\1": "FLV",
    b"OggS": "Ogg",
    b"0&\xb2u\x8ef\xcf\x11": "WMV",
    b"\0\0\1\xba": "MPEG",
    b"PK\3\4": "ZIP",
}
_PATTERNS: dict[re.Pattern[bytes], str] = {
    re.compile(pattern, re.S): name
    for pattern, name in {
        rb"RIFF.{4}AVI ": "AVI",
        # Older cameras write QuickTime without its brand.
        rb".{4}(mdat|moov|pnot|wide)": "MOV",
        rb"\x1aE\xdf\xa3.{,60}matroska": "Matroska",
        rb"\x1aE\xdf\xa3": "WebM",
        # Packets of 188 bytes, which camcorders precede by four more.
        rb"(G.{187}|.{4}G.{191})G": "MPEG-TS",
        rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg\b": (
            "SVG"
        ),
    }.items()
}
HEAD_BYTES = 1024
"""How much of a file its name can be told by, but for those of TIFF."""


def foreign_format(data: bytes) -> str | None:
    """Return the name of the format of a file, or None where it is not a known one.

    Args:
        data: the file, or its first `HEAD_BYTES`, with which RAW may be called TIFF.
    """
    if data.startswith((LITTLE_ENDIAN, BIG_ENDIAN)):
        return raw_format(data) or "TIFF"
    if data[4:8] == b"ftyp":
        return _brand(data)
    named = (name for start, name in _BEGINNINGS.items() if data.startswith(start))
    head = data[:HEAD_BYTES]
    return next(named, None) or next(
        (name for pattern, name in _PATTERNS.items() if pattern.match(head)), None
    )


def _brand(data: bytes) -> str:
    """Return the name that the brands of a file of boxes give it (ISO/IEC 14496-12).

    The general brands of HEIF stand for both HEIC and AVIF; the list behind tells which.
    """
    major = data[8:12]
    end = min(int.from_bytes(data[:4]), HEAD_BYTES)
    brands = {major} | {data[at : at + 4] for at in range(16, end - 3, 4)}
    if major in _AVIF_BRANDS or (major in {b"mif1", b"msf1"} and brands & _AVIF_BRANDS):
        return AVIF
    if major in _HEIF_BRANDS:
        return HEIC
    return "3GP" if major.startswith(b"3g") else _OTHER_BRANDS.get(major, "MP4")
