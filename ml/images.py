"""Photos in and out: bytes become upright RGB pixels or a named error, and clean bytes again."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

if TYPE_CHECKING:
    from ml.faces import Box

Pixels = NDArray[np.uint8]
"""A picture: height × width × 3, red, green, blue, 0 to 255."""

# One photo, one core: the threads of a web server share the work, and OpenCV's own pool of threads
# would not survive a fork.
cv2.setNumThreads(1)

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 25_000_000
MAX_SIDE = 2048
"""Longest side, in pixels, of every picture that is looked at and kept."""

FORMATS = ("JPEG", "PNG", "WEBP")

MESSAGES: dict[str, str] = {
    "empty": "The file is empty. Please choose a JPEG, PNG or WebP photo.",
    "too_large": "The photo is larger than 15 MB. Please choose a smaller one.",
    "too_many_pixels": (
        "The photo has more than 25 megapixels. Please choose a smaller one, "
        "or save it at a lower resolution."
    ),
    "unsupported_type": "This is not a photo we can read. Please choose a JPEG, PNG or WebP photo.",
    "heic_unsupported": (
        "This is a HEIC photo, which we cannot read yet. Please choose a JPEG. On an iPhone: "
        "Settings, Camera, Formats, “Most Compatible” makes new photos JPEG."
    ),
    "broken_image": (
        "The photo is damaged or incomplete. Please try again with the original, "
        "as a JPEG, PNG or WebP."
    ),
}
"""What to tell people, in plain English, by the code of the error."""

_HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_EXIF_ORIENTATION = 0x0112
_EXIF_PHOTO_PART = 0x8769
_EXIF_TAKEN_AT = 0x9003
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class ImageError(ValueError):
    """A file that cannot be used as a photo.

    Attributes:
        code: a key of `MESSAGES`, stable, for programs and translations.
    """

    def __init__(self, code: str) -> None:
        super().__init__(MESSAGES[code])
        self.code = code


def read_image(data: bytes, max_side: int = MAX_SIDE) -> Pixels:
    """Decode a JPEG, PNG or WebP, recognised by its content, into upright pixels.

    Of an animation the first frame is taken; what is transparent becomes white; CMYK, grey,
    palette and 16-bit pictures become 8-bit RGB; a side longer than `max_side` pixels is scaled
    down to it. Every limit is checked before a pixel is decoded.

    Raises:
        ImageError: when the file is empty, too large, of another type or damaged.
    """
    with _open(data) as image:
        try:
            image.draft(None, (max_side, max_side))
            image.load()
            turn = _UPRIGHT.get(_orientation(image))
            rgb = _to_rgb(image)
            rgb.thumbnail((max_side, max_side))
            return np.array(rgb if turn is None else rgb.transpose(turn))
        except Exception as error:  # Decoders raise whatever a damaged file makes them trip over.
            raise ImageError("broken_image") from error


def taken_at(data: bytes) -> datetime | None:
    """Return when a photo's EXIF says it was taken: a naive time by the clock on the wall.

    None where the file says nothing, or nothing that makes sense.
    """
    try:
        with _open(data) as image:
            told = image.getexif().get_ifd(_EXIF_PHOTO_PART).get(_EXIF_TAKEN_AT)
        return datetime.strptime(str(told).strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except Exception:  # Readers raise whatever damaged metadata makes them trip over.
        return None


def pixelate(pixels: Pixels, box: Box, margin: float = 0.2, cells: int = 8) -> None:
    """Make a face unrecognisable, in place: a few squares of one colour each.

    Args:
        margin: how much around it goes too, as a share of its longer side.
        cells: how many squares a side.
    """
    more = round(margin * max(box.width, box.height))
    top, left = max(0, box.y - more), max(0, box.x - more)
    part = pixels[top : box.y + box.height + more, left : box.x + box.width + more]
    if not part.size:
        return
    few = cv2.resize(part, (cells, cells), interpolation=cv2.INTER_AREA)
    size = (part.shape[1], part.shape[0])
    part[:] = cv2.resize(few, size, interpolation=cv2.INTER_NEAREST)


def encode_jpeg(pixels: Pixels, quality: int = 88) -> bytes:
    """Encode pixels as a JPEG that holds nothing else: no EXIF, comment, profile or trailer."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def shrink(pixels: Pixels, side: int = MAX_SIDE) -> Pixels:
    """Scale a picture down until its longest side has at most `side` pixels; never up."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def thumbnail(pixels: Pixels, side: int = 320) -> Pixels:
    """Return the picture as lists show it, its longest side at most `side` pixels."""
    return shrink(pixels, side)


def crop_face(pixels: Pixels, box: Box, side: int, margin: float = 0.0) -> Pixels:
    """Cut out the square around a face and scale it to `side` × `side` pixels.

    Args:
        pixels: a colour or grey picture.
        box: the face, in pixels of the picture; it may reach over the edge.
        side: the width and height of the result in pixels.
        margin: how much to add on each side, as a share of the longer side of the box; beyond
            the edge of the picture its outermost pixels are repeated.
    """
    height, width = pixels.shape[:2]
    length = max(1, round(max(box.width, box.height) * (1 + 2 * margin)))
    left = round(box.x + (box.width - length) / 2)
    top = round(box.y + (box.height - length) / 2)
    columns = np.clip(np.arange(left, left + length), 0, width - 1)
    rows = np.clip(np.arange(top, top + length), 0, height - 1)
    square = pixels[rows[:, None], columns]
    interpolation = cv2.INTER_AREA if length > side else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square, (side, side), interpolation=interpolation), np.uint8)


def _open(data: bytes) -> Image.Image:
    """Open a photo without decoding it, and check every limit."""
    if not data:
        raise ImageError("empty")
    if len(data) > MAX_BYTES:
        raise ImageError("too_large")
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        raise ImageError("heic_unsupported")
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError("too_many_pixels") from error
    except UnidentifiedImageError as error:
        known = data.startswith(_MAGIC) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        raise ImageError("broken_image" if known else "unsupported_type") from error
    except Exception as error:
        raise ImageError("broken_image") from error
    if image.width * image.height > MAX_PIXELS:
        image.close()
        raise ImageError("too_many_pixels")
    return image


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 where EXIF is absent or damaged."""
    try:
        return int(image.getexif().get(_EXIF_ORIENTATION, 1))
    except Exception:
        return 1


def _to_rgb(image: Image.Image) -> Image.Image:
    """Convert a decoded picture of any mode to 8-bit RGB on white."""
    if image.mode.startswith("I"):  # Pillow's own conversion clips 16 bits instead of scaling them.
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(rgba, mask=rgba)
        return white
    return image.convert("RGB")
