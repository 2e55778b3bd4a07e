"""Photos whose file ends oddly are read if all their pixels are there, and refused if not."""

import struct
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from common.imaging.images import ImageError, read_image
from common.imaging.sanitising import sanitise
from tests import pictures

PORTRAIT = Image.fromarray(pictures.astronaut()).resize((256, 256))
JPEGS = {
    "baseline": pictures.encoded(PORTRAIT),
    "full colour": pictures.encoded(PORTRAIT, subsampling=0, quality=97),
    "progressive": pictures.encoded(PORTRAIT, progressive=True),
    "restarts": pictures.encoded(PORTRAIT, restart_marker_rows=1),
    "grey": pictures.encoded(PORTRAIT.convert("L")),
    "CMYK": pictures.encoded(PORTRAIT.convert("CMYK")),
    "large": pictures.encoded(PORTRAIT.resize((2600, 2600)), progressive=True, quality=70),
}
PNG = pictures.encoded(PORTRAIT, "PNG")
WEBP = pictures.encoded(PORTRAIT, "WEBP")
NO_END = slice(None, -2)


def samsung_trailer() -> bytes:
    """Return what phones of this maker write behind a picture."""
    return b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1666666666666SEFHj\0\0\0\1\0\0\0\xff\x01\x01SEFT"


ENDINGS: dict[str, Callable[[bytes], bytes]] = {
    "no end": lambda data: data[NO_END],
    "half an end": lambda data: data[:-1],
    "zeros": lambda data: data[NO_END] + bytes(4000),
    "trailer": lambda data: data[NO_END] + samsung_trailer(),
    "trailer with markers": lambda data: (
        data[NO_END] + samsung_trailer() + b"\xff\xc4\0\4ab\xff\xe1"
    ),
    "second picture": lambda data: data[NO_END] + JPEGS["baseline"],
    "second picture after the end": lambda data: data + JPEGS["baseline"],
    "comment behind its scans": lambda data: data[NO_END] + b"\xff\xfe\0\4no\xff\xd9",
    "junk after the end": lambda data: data + b"PK\3\4" + bytes(range(256)),
}


@pytest.mark.parametrize("kind", JPEGS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_whole_jpeg_is_read_however_it_ends(kind: str, ending: str) -> None:
    data = ENDINGS[ending](JPEGS[kind])
    assert np.array_equal(read_image(data), read_image(JPEGS[kind]))


@pytest.mark.parametrize("kind", JPEGS)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.97])
@pytest.mark.parametrize("ending", ["cut", "zeros", "trailer"])
def test_a_cut_jpeg_is_refused_whatever_follows(kind: str, share: float, ending: str) -> None:
    data = JPEGS[kind]
    cut = data[: int(len(data) * share)]
    match ending:
        case "zeros":
            cut += bytes(len(data) - len(cut))
        case "trailer":
            cut += samsung_trailer()
    with pytest.raises(ImageError) as refused:
        read_image(cut)
    assert refused.value.code == "broken_image"


def test_exif_of_a_jpeg_without_end_is_kept() -> None:
    whole = pictures.with_orientation(6)
    assert sanitise(whole[NO_END]).exif == sanitise(whole).exif
    assert np.array_equal(read_image(whole[NO_END]), read_image(whole))


@pytest.mark.parametrize("missing", range(1, 13))
def test_a_png_may_lack_its_end(missing: int) -> None:
    assert np.array_equal(read_image(PNG[:-missing]), read_image(PNG))


def test_a_png_may_have_a_wrong_checksum_at_its_end_and_a_cut_text() -> None:
    assert np.array_equal(read_image(PNG[:-4] + b"oops"), read_image(PNG))
    text = pictures.png_chunk(b"tEXt", b"Comment\0of some length")
    assert np.array_equal(read_image(PNG[:-12] + text[:-9]), read_image(PNG))


@pytest.mark.parametrize("missing", [17, 40, 4000])
def test_a_png_whose_pixels_are_cut_is_refused(missing: int) -> None:
    with pytest.raises(ImageError) as refused:
        read_image(PNG[:-missing])
    assert refused.value.code == "broken_image"


def test_a_png_that_ends_between_two_parts_of_its_pixels_is_refused() -> None:
    start = PNG.index(b"IDAT") + 4
    half = pictures.png_chunk(b"IDAT", PNG[start : start + 9000])
    with pytest.raises(ImageError):
        read_image(PNG[: start - 8] + half)
    with pytest.raises(ImageError):
        read_image(PNG[: start - 8] + half + PNG[-12:])


@pytest.mark.parametrize("off", [-8, -1, 1, 2, 9, 2**31])
def test_a_webp_may_misstate_its_length(off: int) -> None:
    (size,) = struct.unpack_from("<I", WEBP, 4)
    data = WEBP[:4] + struct.pack("<I", size + off) + WEBP[8:]
    assert np.array_equal(read_image(data), read_image(WEBP))


def test_a_webp_may_lack_the_padding_of_its_parts_or_end_in_a_cut_one() -> None:
    body = b"VP8 " + WEBP[WEBP.index(b"VP8 ") + 4 :]
    extended = b"VP8X" + struct.pack("<I", 10) + b"\x08\0\0\0" + (b"\xff\0\0" * 2)
    for middle, end in [
        (b"EXIF\3\0\0\0abc", b""),
        (b"", b"XMP \xff\0\0\0cut"),
        (b"ABCD\3\0\0\0abc\x7f", b""),
    ]:
        chunks = b"WEBP" + extended + middle + body + end
        data = b"RIFF" + struct.pack("<I", len(chunks)) + chunks
        assert np.array_equal(read_image(data), read_image(WEBP))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_cut_webp_is_refused(share: float) -> None:
    with pytest.raises(ImageError):
        read_image(WEBP[: int(len(WEBP) * share)])
