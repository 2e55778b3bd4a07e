"""Photo files as people send them: usual, unusual, and such as must be refused."""

import uuid
from collections.abc import Callable

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests import pictures


def upload(client: Client, data: bytes, *, name: str = "me.jpg", **fields: str) -> HttpResponse:
    """Send a photo as the capture page does."""
    values = {"client_uuid": str(uuid.uuid4()), **fields}
    photo = SimpleUploadedFile(name, data, content_type="image/jpeg")
    return client.post(reverse("emotions:capture"), {"photo": photo, **values})  # type: ignore[return-value]


def crowd_jpeg() -> bytes:
    """Return a photo with several faces."""
    return pictures.encoded(pictures.several_faces())


def landscape_jpeg() -> bytes:
    """Return a photo without a face."""
    return pictures.encoded(pictures.no_face())


def sixteen_bit_png() -> bytes:
    """Return a grey PNG of 16 bits a pixel."""
    grey = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    return pictures.encoded(Image.fromarray(grey), "PNG")


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "empty"),
    "text under a good name": (lambda: b"I am not a photo." * 100, "unsupported_type"),
    "GIF": (lambda: pictures.animated("GIF"), "unsupported_type"),
    "HEIC": (pictures.heic, "heic_unsupported"),
    "AVIF": (lambda: pictures.encoded(pictures.quadrants(), "AVIF"), "avif_unsupported"),
    "arithmetic-coded": (
        lambda: pictures.astronaut_jpeg().replace(b"\xff\xc0", b"\xff\xc9", 1),
        "rare_jpeg",
    ),
    "truncated": (lambda: pictures.astronaut_jpeg()[:9000], "broken_image"),
    "60 megapixels": (lambda: pictures.huge_png(10_000, 6_000), "too_many_pixels"),
    "30 MB": (lambda: pictures.astronaut_jpeg() + bytes(30 * 2**20), "too_large"),
}
"""Files that cannot be read, and the code that says why."""

ACCEPTED: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: pictures.encoded(pictures.astronaut(), "PNG"),
    "WebP": lambda: pictures.encoded(pictures.astronaut(), "WEBP"),
    "CMYK": lambda: pictures.encoded(Image.fromarray(pictures.astronaut()).convert("CMYK")),
    "16 bit": sixteen_bit_png,
    "animated WebP": lambda: pictures.animated("WEBP"),
    "animated PNG": lambda: pictures.animated("PNG"),
    "lying on its side": lambda: pictures.with_orientation(6),
}
"""Files out of the ordinary that are read all the same."""
