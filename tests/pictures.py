"""Test pictures: public-domain photos and generated files of every kind that people may send."""

import io
import struct
import zipfile
import zlib
from functools import cache
from importlib.metadata import distribution
from typing import Any

import numpy as np
import skimage.data
from PIL import Image

from common.imaging.images import Pixels
from common.imaging.sanitising import PNG

PHOTO_SIDE = 512
"""Width and height of the astronaut's portrait in pixels."""


@cache
def astronaut() -> Pixels:
    """Return the portrait of Eileen Collins (NASA, public domain): one happy face."""
    pixels: Pixels = skimage.data.astronaut()
    pixels.flags.writeable = False
    return pixels


@cache
def grace_hopper() -> Pixels:
    """Return a portrait of Grace Hopper (US Navy, public domain): one face with hat and glasses."""
    file = distribution("matplotlib").locate_file(
        "matplotlib/mpl-data/sample_data/grace_hopper.jpg"
    )
    pixels = np.array(Image.open(str(file)))
    pixels.flags.writeable = False
    return pixels


def several_faces(columns: int = 3) -> Pixels:
    """Return the portrait, each time at a smaller size, side by side on white."""
    sides = [PHOTO_SIDE - 64 * column for column in range(columns)]
    picture = Image.new("RGB", (sum(sides), PHOTO_SIDE), "white")
    for column, side in enumerate(sides):
        portrait = Image.fromarray(astronaut()).resize((side, side))
        picture.paste(portrait, (sum(sides[:column]), 0))
    return np.array(picture)


def camera_picture() -> Pixels:
    """Return the portrait's upper part as a camera of 640 × 480 pixels would see it."""
    upper = Image.fromarray(astronaut()).crop((0, 0, PHOTO_SIDE, PHOTO_SIDE * 3 // 4))
    return np.array(upper.resize((640, 480)))


def camera_video() -> bytes:
    """Return that picture as a motion JPEG, which a browser's fake camera plays."""
    return encoded(camera_picture(), quality=95) * 10


def no_face() -> Pixels:
    """Return a photo of a rocket on its launch pad."""
    pixels: Pixels = skimage.data.rocket()
    return pixels


def quadrants() -> Image.Image:
    """Return 48 × 32 pixels whose corners are red, green, blue and white, in reading order."""
    picture = Image.new("RGB", (48, 32))
    for corner, colour in zip(
        [(0, 0), (24, 0), (0, 16), (24, 16)], ["red", "lime", "blue", "white"], strict=True
    ):
        picture.paste(colour, (*corner, corner[0] + 24, corner[1] + 16))
    return picture


def encoded(picture: Pixels | Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """Return the file's bytes; `kind` and `options` as Pillow's `save` takes them."""
    buffer = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def astronaut_jpeg() -> bytes:
    """Return the portrait as a JPEG file."""
    return encoded(astronaut(), quality=92)


def animated(kind: str) -> bytes:
    """Return an animation (GIF, PNG or WEBP) of a red and a blue frame."""
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    options = {"lossless": True} if kind == "WEBP" else {}
    return encoded(
        frames[0], kind, save_all=True, append_images=frames[1:], duration=100, **options
    )


def with_orientation(orientation: int, kind: str = "JPEG") -> bytes:
    """Return `quadrants` stored so that EXIF `orientation`, 1 to 8, sets it upright."""
    stored_as = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    picture = quadrants()
    if orientation in stored_as:
        picture = picture.transpose(stored_as[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = {"JPEG": {"quality": 100, "subsampling": 0}}.get(kind, {})
    return encoded(picture, kind, exif=exif, **options)


def with_metadata(picture: Pixels, secret: str) -> bytes:
    """Return a JPEG with `secret` in its EXIF, XMP, comment, colour profile and after its end."""
    exif = Image.Exif()
    exif[0x010F] = secret
    exif.get_ifd(0x8825)[29] = secret
    return (
        encoded(
            picture,
            exif=exif,
            comment=secret.encode(),
            xmp=secret.encode(),
            icc_profile=secret.encode(),
        )
        + secret.encode()
    )


def huge_png(width: int, height: int) -> bytes:
    """Return a PNG of a few kilobytes that decompresses to that many black pixels."""
    rows = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    packed = b"".join(rows.compress(row) for _ in range(height)) + rows.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return PNG + b"".join(
        png_chunk(kind, body)
        for kind, body in [(b"IHDR", header), (b"IDAT", packed), (b"IEND", b"")]
    )


def huge_webp(width: int, height: int) -> bytes:
    """Return a WebP whose canvas claims that many pixels and whose frame has one."""
    frame = encoded(Image.new("RGB", (1, 1)), "WEBP", lossless=True)[12:]
    canvas = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    animation = b"ANIM" + struct.pack("<IIH", 6, 0, 0)
    part = bytes(12) + bytes(4) + frame
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + canvas + animation
    body += b"ANMF" + struct.pack("<I", len(part)) + part
    return b"RIFF" + struct.pack("<I", len(body)) + body


def heic() -> bytes:
    """Return the beginning of a HEIC photo from an iPhone."""
    return b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1MiHBMiHEMiPrmiafheic" + bytes(512)


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_exif_date(moment: str) -> bytes:
    """Return the portrait with a date in its EXIF."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = moment
    buffer = io.BytesIO()
    Image.fromarray(astronaut()).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def display_p3() -> bytes:
    """Return a colour profile of the space that iPhones use: its red is redder than sRGB's."""

    def numbers(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * value) for value in values))

    name = b"Display P3\0"
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(256 * 2.2)) + bytes(2)
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(12 + 67 + 2),
        b"wtpt": numbers(0.9642, 1, 0.8249),
        b"rXYZ": numbers(0.5151, 0.2412, -0.0011),
        b"gXYZ": numbers(0.2920, 0.6922, 0.0419),
        b"bXYZ": numbers(0.1571, 0.0666, 0.7841),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    place = 128 + 4 + 12 * len(tags)
    table, bodies = struct.pack(">I", len(tags)), b""
    for tag, body in tags.items():
        table += tag + struct.pack(">II", place + len(bodies), len(body))
        bodies += body
    header = struct.pack(">I4sI", place + len(bodies), b"none", 0x02400000) + b"mntrRGB XYZ "
    header = header.ljust(36, b"\0") + b"acsp"
    header = header.ljust(68, b"\0") + numbers(0.9642, 1, 0.8249)[8:]
    return header.ljust(128, b"\0") + table + bodies


def with_hidden_text(kind: str, secret: bytes, *, icc_profile: bytes | None = None) -> bytes:
    """Return the portrait with `secret` in every place where its format can hide text.

    Args:
        kind: JPEG, PNG or WEBP.
        secret: ASCII text of at most 40 characters.
        icc_profile: A real profile in place of one that contains the secret.
    """
    text = secret.decode("ascii")
    exif = Image.Exif()
    exif[0x010F] = text
    exif.get_ifd(0x8825)[29] = text
    profile = icc_profile or secret
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + secret + b"</x:xmpmeta>"
    match kind:
        case "JPEG":
            data = encoded(astronaut(), exif=exif, comment=secret, xmp=packet, icc_profile=profile)
            irb = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(secret)) + secret
            gain = b"MPF\0" + secret
            more = b"".join(
                bytes([0xFF, kind]) + struct.pack(">H", 2 + len(body)) + body
                for kind, body in [(0xED, irb), (0xE2, gain), (0xE5, secret), (0xFE, secret)]
            )
            data = data[:2] + more + data[2:]
        case "PNG":
            data = encoded(astronaut(), "PNG", exif=exif, icc_profile=profile)
            chunks = [
                (b"tEXt", b"Comment\0" + secret),
                (b"zTXt", b"Author\0\0" + zlib.compress(secret)),
                (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet),
                (b"prVt", secret),
            ]
            data = data[:33] + b"".join(png_chunk(*chunk) for chunk in chunks) + data[33:]
        case _:
            data = encoded(astronaut(), "WEBP", exif=exif, xmp=packet, icc_profile=profile)
            more = b"ABCD" + struct.pack("<I", len(secret)) + secret + bytes(len(secret) % 2)
            size = struct.unpack("<I", data[4:8])[0] + len(more)
            data = data[:4] + struct.pack("<I", size) + data[8:] + more
    return data + b"<html>" + secret + b"</html>" + _zip_of(secret)


def _zip_of(secret: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr(secret.decode().replace("/", "_"), secret)
    return buffer.getvalue()
