"""Photos in and out: bytes become upright RGB pixels or a named error, and clean bytes again."""

from __future__ import annotations

import io
import threading
from datetime import datetime
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from common.imaging import exif
from common.imaging.sanitising import JPEG, PNG, MalformedError, PhotoFile, is_webp, take_apart

if TYPE_CHECKING:
    from common.imaging.geometry import Box

Pixels = NDArray[np.uint8]
"""A picture: height × width × 3, red, green, blue, 0 to 255."""

# One photo, one core: the threads of a web server share the work, and OpenCV's own pool of threads
# would not survive a fork.
cv2.setNumThreads(1)

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 25_000_000
MAX_EDGE = 20_000
"""Pixels of a side; decoders keep whole rows of a picture besides the picture."""
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
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.createProfile("sRGB")

SMALL_PIXELS = MAX_SIDE * MAX_SIDE
# A picture of 25 megapixels takes up to 200 MB while it is decoded. A process has several threads;
# it decodes such pictures one after another.
_one_large_picture = threading.Lock()


class ImageError(ValueError):
    """A file that cannot be used as a photo.

    Attributes:
        code: a key of `MESSAGES`, stable, for programs and translations.
    """

    def __init__(self, code: str) -> None:
        super().__init__(MESSAGES[code])
        self.code = code


def read_image(data: bytes, max_side: int = MAX_SIDE) -> Pixels:
    """Decode a JPEG, PNG or WebP, recognised by its content, into upright pixels in sRGB.

    Of an animation the first frame is taken; what is transparent becomes white; CMYK, grey,
    palette and 16-bit pictures become 8-bit RGB; a side longer than `max_side` pixels is scaled
    down to it. Every limit is checked before a pixel is decoded.

    Raises:
        ImageError: when the file is empty, too large, of another type or damaged.
    """
    file = _take_apart(data)
    with _open(file) as image:
        turn = _UPRIGHT.get(exif.orientation(file.exif))
        try:
            if image.width * image.height <= SMALL_PIXELS:
                rgb = _decode(image, max_side)
            else:
                with _one_large_picture:
                    rgb = _decode(image, max_side)
            rgb = _in_srgb(rgb, file.profile)
            return np.array(rgb if turn is None else rgb.transpose(turn))
        except Exception as error:  # Decoders raise whatever a damaged file makes them trip over.
            raise ImageError("broken_image") from error


def taken_at(data: bytes) -> datetime | None:
    """Return when a photo's EXIF says it was taken: a naive time by the clock on the wall.

    None where the file says nothing, or nothing that makes sense.
    """
    try:
        return exif.taken_at(take_apart(data).exif)
    except MalformedError:
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


def _take_apart(data: bytes) -> PhotoFile:
    """Leave of a file what is needed, and nothing that could do harm."""
    if not data:
        raise ImageError("empty")
    if len(data) > MAX_BYTES:
        raise ImageError("too_large")
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        raise ImageError("heic_unsupported")
    if not (data.startswith((JPEG, PNG)) or is_webp(data)):
        raise ImageError("unsupported_type")
    try:
        return take_apart(data)
    except MalformedError as error:
        raise ImageError("broken_image") from error


def _open(file: PhotoFile) -> Image.Image:
    """Open a photo without decoding it, and check how large it would become."""
    try:
        image = Image.open(io.BytesIO(file.pixels), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError("too_many_pixels") from error
    except Exception as error:
        raise ImageError("broken_image") from error
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_EDGE:
        image.close()
        raise ImageError("too_many_pixels")
    return image


def _decode(image: Image.Image, max_side: int) -> Image.Image:
    """Decode a picture of any mode and scale it down; the result is 8-bit RGB on white."""
    size = (max_side, max_side)
    image.draft(None, size)
    image.load()
    if image.mode.startswith("I"):  # Pillow's own conversion clips 16 bits instead of scaling them.
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    elif image.has_transparency_data:
        image = image if image.mode == "RGBA" else image.convert("RGBA")
        image.thumbnail(size)
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image)
        return white
    elif image.mode != "RGB":
        image = image.convert("RGB")
    image.thumbnail(size)
    return image.convert("RGB")


def _in_srgb(rgb: Image.Image, profile: bytes) -> Image.Image:
    """Convert colours out of the space that a profile describes; without a good one, none."""
    if profile[16:20] != b"RGB ":
        return rgb
    try:
        told = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(told):
            return rgb
        converted = ImageCms.profileToProfile(rgb, told, _SRGB)
    except Exception:  # Readers raise whatever damaged metadata makes them trip over.
        return rgb
    return converted or rgb
