"""The names of formats that people take for photos and that are not read, by how files begin."""

import re

HEIC, AVIF = "HEIC", "AVIF"
_HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_OTHER_BRANDS = {b"crx ": "RAW", b"qt  ": "MOV", b"jxl ": "JPEG XL", b"jp2 ": "JPEG 2000"}
_BEGINNINGS: dict[bytes, str] = {
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"FUJIFILMCCD-RAW": "RAW",
    b"IIRO": "RAW",
    b"IIRS": "RAW",
    b"MMOR": "RAW",
    b"IIU\0": "RAW",
    b"II*\0\x10\0\0\0CR": "RAW",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL \r\n\x87\n": "JPEG XL",
    b"\0\0\0\x0cjP  \r\n\x87\n": "JPEG 2000",
    b"\xffO\xffQ": "JPEG 2000",
    b"%PDF-": "PDF",
    b"8BPS": "PSD",
    b"\0\0\1\0": "ICO",
    b"\x1aE\xdf\xa3": "WebM",
    b"PK\3\4": "ZIP",
}
_SVG = re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg\b", re.S)
_BEGINNING = 1024
"""Bytes in which an SVG may begin."""


def foreign_format(data: bytes) -> str | None:
    """Return the name of the format of a file, or None where it is not a known one."""
    if data[4:8] == b"ftyp":
        return _brand(data)
    if data[:4] == b"RIFF" and data[8:12] == b"AVI ":
        return "AVI"
    if _SVG.match(data[:_BEGINNING].removeprefix(b"\xef\xbb\xbf")):
        return "SVG"
    return next((name for start, name in _BEGINNINGS.items() if data.startswith(start)), None)


def _brand(data: bytes) -> str:
    """Return the name that the brands of a file of boxes give it (ISO/IEC 14496-12).

    The general brands of HEIF stand for both HEIC and AVIF; the list behind tells which.
    """
    major = data[8:12]
    end = min(int.from_bytes(data[:4]), _BEGINNING)
    brands = {major} | {data[at : at + 4] for at in range(16, end - 3, 4)}
    if major in _AVIF_BRANDS or (major in {b"mif1", b"msf1"} and brands & _AVIF_BRANDS):
        return AVIF
    if major in _HEIF_BRANDS:
        return HEIC
    return _OTHER_BRANDS.get(major, "MP4")
