"""Decoding photos into upright RGB pixels, and encoding pixels without any metadata."""

from __future__ import annotations

import io
import math
import threading
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from common.imaging import exif
from common.imaging.foreign_formats import AVIF, HEIC, foreign_format
from common.imaging.sanitising import (
    JPEG,
    PNG,
    MalformedError,
    PhotoFile,
    RareJpegError,
    is_webp,
    sanitise,
)

if TYPE_CHECKING:
    from common.imaging.geometry import Box

Pixels = NDArray[np.uint8]
"""A picture: height × width × 3, red, green, blue, 0 to 255."""

# The threads of a web server share the work already, and OpenCV's own thread pool would not survive
# a fork.
cv2.setNumThreads(1)

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 25_000_000
MAX_EDGE = 20_000
"""Pixels of one side; decoders buffer whole rows in addition to the picture."""
MAX_SIDE = 2048
"""Longest side, in pixels, of pictures after decoding."""

FORMATS = ("JPEG", "PNG", "WEBP")

MESSAGES: dict[str, str] = {
    "empty": "The file is empty. Please choose a JPEG, PNG or WebP photo.",
    "too_large": "The photo is larger than 15 MB. Please choose a smaller one.",
    "too_many_pixels": (
        "The photo has more than 25 megapixels. Please choose a smaller one, "
        "or save it at a lower resolution."
    ),
    "side_too_long": (
        "The photo is more than 20,000 pixels wide or high. Please choose a smaller one, "
        "or save a part of it."
    ),
    "unsupported_type": "This is not a photo we can read. Please choose a JPEG, PNG or WebP photo.",
    "heic_unsupported": (
        "This is a HEIC photo, which we cannot read. Please choose a JPEG or PNG. On an iPhone, "
        "Settings > Camera > Formats > Most Compatible makes new photos JPEG."
    ),
    "avif_unsupported": (
        "This is an AVIF photo, which we cannot read. Please save it as JPEG or PNG, and choose "
        "that."
    ),
    "rare_jpeg": (
        "This JPEG is lossless, arithmetic-coded or has more than 8 bits per colour, which hardly "
        "any program can show. Please save it as an ordinary JPEG, and choose that."
    ),
    "broken_image": (
        "The photo is damaged or incomplete. Please try again with the original, "
        "as a JPEG, PNG or WebP."
    ),
}
"""Messages for people, by error code."""

FOREIGN_FORMAT = (
    "This file is in the {} format, which we cannot read. Please choose a JPEG, PNG or WebP photo."
)
"""The message of `unsupported_type` where the name of the format is known."""

_FOREIGN_CODES = {HEIC: "heic_unsupported", AVIF: "avif_unsupported"}
_ROTATIONS = {
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
# Decoding a picture of 25 megapixels takes up to 200 MB, so a process decodes only one at a time.
_large_picture_lock = threading.Lock()


class ImageError(ValueError):
    """A file that cannot be used as a photo.

    Attributes:
        code: a key of `MESSAGES`, stable for API clients and translations.
        found: with `unsupported_type`, the name of the file's format if it is a known one.
    """

    def __init__(self, code: str, found: str | None = None) -> None:
        super().__init__(FOREIGN_FORMAT.format(found) if found else MESSAGES[code])
        self.code, self.found = code, found


def read_image(data: bytes, max_side: int = MAX_SIDE) -> Pixels:
    """Decode a JPEG, PNG or WebP, recognised by its content, into upright pixels in sRGB.

    Only the first frame of an animation is decoded. Transparency becomes white; CMYK, grey, palette
    and 16-bit pictures become 8-bit RGB; larger pictures are scaled down to `max_side` pixels. All
    limits are checked before anything is decoded.

    Raises:
        ImageError: the file is empty, too large, of another type or damaged.
    """
    file = _sanitise(data)
    turn = _ROTATIONS.get(exif.orientation(file.exif))
    rgb = _decode_file(file.pixels, max_side)
    if file.continued and rgb.tobytes() != _decode_file(file.continued, max_side).tobytes():
        raise ImageError("broken_image")
    rgb = _in_srgb(rgb, file.profile)
    return np.array(rgb if turn is None else rgb.transpose(turn))


def taken_at(data: bytes) -> datetime | None:
    """Return the time at which a photo was taken: naive, as the camera's clock showed it.

    None if its EXIF is missing or damaged.
    """
    try:
        return exif.taken_at(sanitise(data).exif)
    except MalformedError:
        return None


def turn(pixels: Pixels, degrees: int) -> Pixels:
    """Turn a picture clockwise by a multiple of 90 degrees."""
    return np.ascontiguousarray(np.rot90(pixels, -degrees // 90))


def pixelate(pixels: Pixels, box: Box, margin: float = 0.2, cells: int = 8) -> None:
    """Make a face unrecognisable, in place, by replacing it with a few large squares.

    Args:
        margin: margin to cover as well, as a share of the longer side of the box.
        cells: number of squares on each side.
    """
    extra = round(margin * max(box.width, box.height))
    top, left = max(0, box.y - extra), max(0, box.x - extra)
    part = pixels[top : box.y + box.height + extra, left : box.x + box.width + extra]
    if not part.size:
        return
    mosaic = cv2.resize(part, (cells, cells), interpolation=cv2.INTER_AREA)
    size = (part.shape[1], part.shape[0])
    part[:] = cv2.resize(mosaic, size, interpolation=cv2.INTER_NEAREST)


def encode_jpeg(pixels: Pixels, quality: int = 88) -> bytes:
    """Encode pixels as a JPEG without EXIF, comments, profile or trailer."""
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
    """Scale a picture down to the size shown in lists."""
    return shrink(pixels, side)


def crop_face(
    pixels: Pixels, box: Box, side: int, margin: float = 0.0, roll: float = 0.0
) -> Pixels:
    """Cut out the square around a face and scale it to `side` × `side` pixels.

    Args:
        pixels: a colour or grey picture.
        box: the face, in pixels of the picture; it may reach over the edge.
        side: the width and height of the result in pixels.
        margin: how much to add on each side, as a share of the longer side of the box; beyond
            the edge of the picture its outermost pixels are repeated.
        roll: by how many degrees the head leans clockwise; the result is turned back.
    """
    length = max(1, round(max(box.width, box.height) * (1 + 2 * margin)))
    if roll:
        return _turn(_square(pixels, box, round(length * math.sqrt(2))), side, roll)
    return _resize(_square(pixels, box, length), side)


def _square(pixels: Pixels, box: Box, length: int) -> Pixels:
    """Cut out the square around the middle of a box; over the edge, the edge is repeated."""
    height, width = pixels.shape[:2]
    left = round(box.x + (box.width - length) / 2)
    top = round(box.y + (box.height - length) / 2)
    # A square that lies outside altogether repeats the nearest row or column.
    part = pixels[
        min(max(top, 0), height - 1) : max(min(top + length, height), 1),
        min(max(left, 0), width - 1) : max(min(left + length, width), 1),
    ]
    below, right = length - part.shape[0], length - part.shape[1]
    if not below and not right:
        return part
    above, before = min(max(-top, 0), below), min(max(-left, 0), right)
    return np.asarray(
        cv2.copyMakeBorder(
            part, above, below - above, before, right - before, cv2.BORDER_REPLICATE
        ),
        np.uint8,
    )


def _resize(square: Pixels, side: int) -> Pixels:
    interpolation = cv2.INTER_AREA if len(square) > side else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square, (side, side), interpolation=interpolation), np.uint8)


def _turn(square: Pixels, side: int, roll: float) -> Pixels:
    """Turn a square against the clock and return its middle, `side` pixels of its half diagonal.

    Twice the resolution goes through the turn, so that it blurs nothing that the result shows.
    """
    fine = 2 * side
    around = _resize(square, round(fine * math.sqrt(2)))
    middle = (len(around) - 1) / 2
    matrix = np.asarray(cv2.getRotationMatrix2D((middle, middle), roll, 1), np.float64)
    matrix[:, 2] += (fine - 1) / 2 - middle
    return _resize(np.asarray(cv2.warpAffine(around, matrix, (fine, fine)), np.uint8), side)


def _sanitise(data: bytes) -> PhotoFile:
    if not data:
        raise ImageError("empty")
    if not (data.startswith((JPEG, PNG)) or is_webp(data)):
        # Before its size: a smaller file of this format would be refused, too.
        found = foreign_format(data)
        if found in _FOREIGN_CODES:
            raise ImageError(_FOREIGN_CODES[found])
        raise ImageError("unsupported_type", found)
    if len(data) > MAX_BYTES:
        raise ImageError("too_large")
    try:
        return sanitise(data)
    except RareJpegError as error:
        raise ImageError("rare_jpeg") from error
    except MalformedError as error:
        raise ImageError("broken_image") from error


def _decode_file(data: bytes, max_side: int) -> Image.Image:
    """Decode a file that nothing but pixels is left of.

    Raises:
        ImageError: it is too large or damaged.
    """
    with _open(data) as image:
        is_small = image.width * image.height <= SMALL_PIXELS
        try:
            with nullcontext() if is_small else _large_picture_lock:
                return _decode(image, max_side)
        except Exception as error:  # Decoders raise almost anything for damaged files.
            raise ImageError("broken_image") from error


def _open(data: bytes) -> Image.Image:
    """Open a photo without decoding it, and check its dimensions."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError("too_many_pixels") from error
    except Exception as error:
        raise ImageError("broken_image") from error
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_EDGE:
        image.close()
        is_large = image.width * image.height > MAX_PIXELS
        raise ImageError("too_many_pixels" if is_large else "side_too_long")
    return image


def _decode(image: Image.Image, max_side: int) -> Image.Image:
    """Decode a picture of any mode into 8-bit RGB on white, scaled down."""
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
    """Convert from the colour space of an ICC profile; a missing or damaged profile is ignored."""
    if profile[16:20] != b"RGB ":
        return rgb
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return rgb
        converted = ImageCms.profileToProfile(rgb, source, _SRGB)
    except Exception:  # Readers raise almost anything for damaged profiles.
        return rgb
    return converted or rgb
