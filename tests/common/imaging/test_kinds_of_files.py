"""Each kind of file that people take for a photo is read, or refused by its real reason."""

import re
import struct
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from common.imaging.foreign_formats import HEAD_BYTES, VIDEO_FORMATS, foreign_format
from common.imaging.images import MAX_BYTES, ImageError, read_image
from tests import pictures

PORTRAIT = Image.fromarray(pictures.astronaut()).resize((128, 128))
BASELINE = pictures.encoded(PORTRAIT)
PROGRESSIVE = pictures.encoded(PORTRAIT, progressive=True, quality=90)
GREY_16 = Image.fromarray(np.asarray(PORTRAIT.convert("L")).astype(np.uint16) * 257)


def of_kind(marker: int, *, before: bytes = b"") -> bytes:
    """Return a JPEG whose frame says that it is coded in another way."""
    return BASELINE.replace(b"\xff\xc0", before + bytes([0xFF, marker]), 1)


def boxes(major: bytes, *others: bytes) -> bytes:
    """Return the beginning of a file of boxes with these brands."""
    content = b"ftyp" + major + bytes(4) + b"".join(others)
    return struct.pack(">I", 4 + len(content)) + content + bytes(64)


SENSOR, LINEAR = 32803, 34892
"""Photometric interpretations of TIFF/EP and DNG; a picture's own is 2."""


def tiff(maker: bytes, *, main: int = 2, sub: int | None = None, order: str = "<") -> bytes:
    """Return a TIFF of a maker whose directory, and one in it, have these interpretations."""
    maker += b"\0"
    entries = [(0x0106, 3, 1, main), (0x010F, 2, len(maker), 100)]
    if sub is not None:
        entries.append((0x014A, 4, 1, 200))
    begin = b"II*\0" if order == "<" else b"MM\0*"
    file = bytearray(begin + struct.pack(f"{order}I", 8) + bytes(300))

    def write(place: int, directory: list[tuple[int, int, int, int]]) -> None:
        struct.pack_into(f"{order}H", file, place, len(directory))
        for number, (tag, kind, count, value) in enumerate(directory):
            form = "HHIHxx" if kind == 3 else "HHII"
            struct.pack_into(order + form, file, place + 2 + 12 * number, tag, kind, count, value)

    write(8, entries)
    write(200, [(0x0106, 3, 1, sub or 2)])
    file[100 : 100 + len(maker)] = maker
    return bytes(file)


READ: dict[str, Callable[[], bytes]] = {
    "baseline": lambda: BASELINE,
    "progressive": lambda: PROGRESSIVE,
    "CMYK": lambda: pictures.encoded(PORTRAIT.convert("CMYK")),
    "two pictures of a stereo camera (MPO)": lambda: pictures.encoded(
        PORTRAIT, "MPO", save_all=True, append_images=[PORTRAIT.rotate(180)]
    ),
    "PNG of 16 bits": lambda: pictures.encoded(GREY_16, "PNG"),
    "PNG of a palette": lambda: pictures.encoded(PORTRAIT.quantize(256), "PNG"),
    "PNG with transparency": lambda: pictures.encoded(PORTRAIT.convert("RGBA"), "PNG"),
    "animated PNG": lambda: pictures.encoded(
        PORTRAIT, "PNG", save_all=True, append_images=[PORTRAIT.rotate(180)]
    ),
    "animated WebP": lambda: pictures.encoded(
        PORTRAIT, "WEBP", save_all=True, append_images=[PORTRAIT.rotate(180)]
    ),
    "lossless WebP": lambda: pictures.encoded(PORTRAIT, "WEBP", lossless=True),
}

REFUSED: dict[str, tuple[Callable[[], bytes], str, str | None]] = {
    "arithmetic-coded JPEG": (lambda: of_kind(0xC9), "rare_jpeg", None),
    "progressive arithmetic-coded JPEG": (lambda: of_kind(0xCA), "rare_jpeg", None),
    "arithmetic-coded JPEG with conditioning": (
        lambda: of_kind(0xC9, before=b"\xff\xcc\0\4\0\x10"),
        "rare_jpeg",
        None,
    ),
    "lossless JPEG": (lambda: of_kind(0xC3), "rare_jpeg", None),
    "hierarchical JPEG": (lambda: of_kind(0xC5), "rare_jpeg", None),
    "JPEG-LS": (lambda: of_kind(0xF7), "rare_jpeg", None),
    "JPEG of 12 bits": (
        lambda: BASELINE.replace(b"\xff\xc0\0\x11\x08", b"\xff\xc1\0\x11\x0c", 1),
        "rare_jpeg",
        None,
    ),
    "AVIF": (lambda: pictures.encoded(PORTRAIT, "AVIF"), "avif_unsupported", None),
    "AVIF that calls itself HEIF": (
        lambda: boxes(b"mif1", b"mif1", b"avif", b"miaf"),
        "avif_unsupported",
        None,
    ),
    "HEIC": (pictures.heic, "heic_unsupported", None),
    "HEIC that calls itself HEIF": (lambda: boxes(b"mif1", b"heic"), "heic_unsupported", None),
    "GIF": (lambda: pictures.animated("GIF"), "unsupported_type", "GIF"),
    "BMP": (lambda: pictures.encoded(PORTRAIT, "BMP"), "unsupported_type", "BMP"),
    "TIFF of two pages": (
        lambda: pictures.encoded(PORTRAIT, "TIFF", save_all=True, append_images=[PORTRAIT]),
        "unsupported_type",
        "TIFF",
    ),
    "JPEG 2000": (lambda: pictures.encoded(PORTRAIT, "JPEG2000"), "unsupported_type", "JPEG 2000"),
    "JPEG XL": (lambda: b"\xff\x0a" + bytes(64), "unsupported_type", "JPEG XL"),
    "JPEG XL in boxes": (
        lambda: b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(64),
        "unsupported_type",
        "JPEG XL",
    ),
    "SVG": (
        lambda: b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>',
        "unsupported_type",
        "SVG",
    ),
    "PDF": (lambda: pictures.encoded(PORTRAIT, "PDF"), "unsupported_type", "PDF"),
    "icon": (lambda: pictures.encoded(PORTRAIT, "ICO"), "unsupported_type", "ICO"),
    "Photoshop": (lambda: b"8BPS\0\1" + bytes(64), "unsupported_type", "PSD"),
    "TIFF of a camera's own program": (
        lambda: tiff(b"NIKON CORPORATION", sub=2),
        "unsupported_type",
        "TIFF",
    ),
    "TIFF whose directory is cut off": (
        lambda: tiff(b"SONY", sub=SENSOR)[:12],
        "unsupported_type",
        "TIFF",
    ),
    "BigTIFF": (lambda: b"II+\0\x08\0\0\0" + bytes(64), "unsupported_type", "TIFF"),
    "Canon's RAW": (lambda: boxes(b"crx ", b"crx "), "unsupported_type", "CR3"),
    "Canon's older RAW": (
        lambda: b"II*\0\x10\0\0\0CR\2\0" + bytes(64),
        "unsupported_type",
        "CR2",
    ),
    "Canon's oldest RAW": (lambda: b"II\x1a\0\0\0HEAPCCDR", "unsupported_type", "CRW"),
    "RAW of an iPhone": (
        lambda: pictures.encoded(PORTRAIT, "TIFF", tiffinfo={0xC612: b"\1\4\0\0"}),
        "unsupported_type",
        "DNG",
    ),
    "Nikon's RAW": (
        lambda: tiff(b"NIKON CORPORATION", sub=SENSOR),
        "unsupported_type",
        "NEF",
    ),
    "Sony's RAW": (lambda: tiff(b"SONY", sub=SENSOR), "unsupported_type", "ARW"),
    "Pentax's RAW": (
        lambda: tiff(b"PENTAX Corporation", main=SENSOR, order=">"),
        "unsupported_type",
        "PEF",
    ),
    "Samsung's RAW": (lambda: tiff(b"SAMSUNG", sub=LINEAR), "unsupported_type", "SRW"),
    "Hasselblad's RAW": (
        lambda: tiff(b"Hasselblad", sub=SENSOR, order=">"),
        "unsupported_type",
        "3FR",
    ),
    "Phase One's RAW": (lambda: b"II*\0\x08\n\0\0IIII" + bytes(64), "unsupported_type", "IIQ"),
    "RAW of another maker": (
        lambda: tiff(b"Some maker", sub=SENSOR),
        "unsupported_type",
        "RAW",
    ),
    "Fujifilm's RAW": (lambda: b"FUJIFILMCCD-RAW 0201", "unsupported_type", "RAF"),
    "Olympus's RAW": (lambda: b"IIRO\x08\0\0\0" + bytes(64), "unsupported_type", "ORF"),
    "Panasonic's RAW": (lambda: b"IIU\0\x18\0\0\0" + bytes(64), "unsupported_type", "RW2"),
    "Minolta's RAW": (lambda: b"\0MRM\0\0\n\x0c\0PRD" + bytes(64), "unsupported_type", "MRW"),
    "Sigma's RAW": (lambda: b"FOVb\2\0\2\0" + bytes(64), "unsupported_type", "X3F"),
    "video": (lambda: boxes(b"isom", b"mp41"), "unsupported_type", "MP4"),
    "video of an iPhone": (lambda: boxes(b"qt  "), "unsupported_type", "MOV"),
    "video of an older camera": (lambda: b"\0\0\0\x20mdat" + bytes(64), "unsupported_type", "MOV"),
    "video of an older phone": (lambda: boxes(b"3gp4", b"3gp4"), "unsupported_type", "3GP"),
    "video of a browser": (lambda: b"\x1aE\xdf\xa3" + bytes(64), "unsupported_type", "WebM"),
    "video of a screen": (
        lambda: b"\x1aE\xdf\xa3\x93B\x82\x88matroska" + bytes(64),
        "unsupported_type",
        "Matroska",
    ),
    "older video": (lambda: b"RIFF\0\0\0\0AVI LIST", "unsupported_type", "AVI"),
    "video of a camcorder": (
        lambda: (bytes(4) + b"G" + bytes(187)) * 2,
        "unsupported_type",
        "MPEG-TS",
    ),
    "video of a receiver": (lambda: (b"G" + bytes(187)) * 2, "unsupported_type", "MPEG-TS"),
    "video of a disc": (lambda: b"\0\0\1\xbaD" + bytes(64), "unsupported_type", "MPEG"),
    "video of older Windows": (
        lambda: b"0&\xb2u\x8ef\xcf\x11\xa6\xd9" + bytes(64),
        "unsupported_type",
        "WMV",
    ),
    "Flash video": (lambda: b"FLV\1\5" + bytes(64), "unsupported_type", "FLV"),
    "Ogg video": (lambda: b"OggS\0\2" + bytes(64), "unsupported_type", "Ogg"),
    "voice memo": (lambda: boxes(b"M4A "), "unsupported_type", "M4A"),
    "archive": (lambda: b"PK\3\4" + bytes(64), "unsupported_type", "ZIP"),
    "text": (lambda: b"I am not a photo.", "unsupported_type", None),
    "page that stands in for a photo": (lambda: b"<!DOCTYPE html><p>", "unsupported_type", None),
    "a few bytes": (lambda: b"\xff", "unsupported_type", None),
}


@pytest.mark.parametrize("kind", READ)
def test_a_kind_that_browsers_show_is_read(kind: str) -> None:
    pixels = read_image(READ[kind]())
    difference = np.abs(pixels.mean(axis=2) - np.asarray(PORTRAIT).mean(axis=2))
    assert difference.mean() < 12


@pytest.mark.parametrize("kind", REFUSED)
def test_another_kind_is_refused_by_its_real_reason(kind: str) -> None:
    make, code, found = REFUSED[kind]
    with pytest.raises(ImageError) as refused:
        read_image(make())
    assert (refused.value.code, refused.value.found) == (code, found)
    if found:
        assert f"in the {found} format" in str(refused.value)


@pytest.mark.parametrize("kind", [kind for kind in REFUSED if REFUSED[kind][1] != "rare_jpeg"])
def test_the_kind_of_a_file_that_is_too_large_is_the_reason_all_the_same(kind: str) -> None:
    """RAW files, videos and scans are larger than any photo; a smaller one would not help."""
    make, code, found = REFUSED[kind]
    with pytest.raises(ImageError) as refused:
        read_image(make().ljust(MAX_BYTES + 1, b"\xff"))
    assert (refused.value.code, refused.value.found) == (code, found)


def test_a_raw_file_that_is_cut_anywhere_is_no_trouble() -> None:
    whole = tiff(b"NIKON CORPORATION", sub=SENSOR)
    assert {foreign_format(whole[:length]) for length in range(4, len(whole))} <= {
        "NEF",
        "RAW",
        "TIFF",
    }


def test_a_video_is_known_by_the_beginning_of_its_file() -> None:
    videos = [
        found for kind, (make, _, found) in REFUSED.items()
        if "video" in kind and foreign_format(make()[:HEAD_BYTES]) == found
    ]  # fmt: skip
    assert set(videos) == VIDEO_FORMATS


def scans(data: bytes) -> list[int]:
    """Return where the scans of a JPEG begin, tables before them included."""
    ends = [match.start() for match in re.finditer(rb"\xff[\xc4\xda](?!\0\0)", data)]
    return [end for end in ends if end > data.index(b"\xff\xda") + 2]


@pytest.mark.parametrize("trailer", [b"", bytes(500), b"\xff"])
def test_a_progressive_jpeg_cut_between_its_scans_is_cut(trailer: bytes) -> None:
    places = scans(PROGRESSIVE)
    assert len(places) > 5
    for place in places:
        with pytest.raises(ImageError) as refused:
            read_image(PROGRESSIVE[:place] + trailer)
        assert refused.value.code == "broken_image"


def test_a_progressive_jpeg_that_ends_before_its_last_scan_is_read() -> None:
    """Encoders may leave out the finest details, which browsers do not miss either."""
    last = PROGRESSIVE.rindex(b"\xff\xda")
    before = max(place for place in scans(PROGRESSIVE) if place <= last)
    assert read_image(PROGRESSIVE[:before] + b"\xff\xd9").shape == (128, 128, 3)
