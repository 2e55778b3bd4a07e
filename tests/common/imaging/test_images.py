"""Any bytes become upright RGB pixels or a named error, before they cost much."""

import io
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from PIL import Image

from common.imaging import images
from common.imaging.geometry import Box
from common.imaging.images import (
    FOREIGN_FORMAT,
    MAX_BYTES,
    MAX_SIDE,
    MESSAGES,
    ImageError,
    crop_face,
    encode_jpeg,
    pixelate,
    read_image,
    shrink,
    taken_at,
    thumbnail,
)
from integration_tests.bombs import cost_of
from tests import bombs, pictures
from tests.pace import patience, wait_until

RED, LIME, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def refusal(data: bytes) -> str:
    """Return the code with which `data` is refused, which must happen without decoding."""
    with (
        patch.object(Image.Image, "load", side_effect=AssertionError("decoded")),
        patch("PIL.ImageFile.ImageFile.load", side_effect=AssertionError("decoded")),
        pytest.raises(ImageError) as refused,
    ):
        read_image(data)
    named = FOREIGN_FORMAT.format(refused.value.found)
    assert str(refused.value) == (named if refused.value.found else MESSAGES[refused.value.code])
    return refused.value.code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_reads_jpeg_png_and_webp_by_content(kind: str) -> None:
    pixels = read_image(pictures.encoded(pictures.astronaut(), kind))

    assert pixels.shape == (512, 512, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - pictures.astronaut()).mean() < 4


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_eight_orientations_give_the_same_upright_picture(orientation: int, kind: str) -> None:
    pixels = read_image(pictures.with_orientation(orientation, kind)).astype(int)

    assert pixels.shape == (32, 48, 3)
    corners = [pixels[8, 12], pixels[8, 36], pixels[24, 12], pixels[24, 36]]
    for corner, colour in zip(corners, [RED, LIME, BLUE, WHITE], strict=True):
        assert np.abs(corner - colour).max() <= 12


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_does_not_spoil_a_good_photo() -> None:
    data = pictures.encoded(pictures.quadrants(), exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xffjunk")

    assert read_image(data).shape == (32, 48, 3)


def test_cmyk_jpeg_keeps_its_colours() -> None:
    picture = Image.new("CMYK", (16, 16), (0, 255, 255, 0))

    assert np.abs(read_image(pictures.encoded(picture)) - np.array(RED)).max() <= 12


@pytest.mark.parametrize("depth", ["I;16", "L", "1"])
def test_grey_of_any_depth_becomes_rgb(depth: str) -> None:
    grey = np.tile(np.arange(0, 256, dtype=np.uint16), (8, 1))
    if depth == "I;16":
        picture = Image.fromarray(grey * 257)
        assert picture.mode == "I;16"
    else:
        picture = Image.fromarray(grey.astype(np.uint8)).convert(depth)

    pixels = read_image(pictures.encoded(picture, "PNG"))

    assert pixels.shape == (8, 256, 3)
    assert tuple(pixels[0, 0]) == (0, 0, 0)
    assert tuple(pixels[0, 255]) == WHITE
    if depth != "1":
        assert tuple(pixels[0, 100]) == (100, 100, 100)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_become_white(mode: str) -> None:
    picture = Image.new("RGBA", (20, 10), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (10, 0, 20, 10))

    pixels = read_image(pictures.encoded(picture.convert(mode), "PNG"))

    assert tuple(pixels[5, 2]) == WHITE
    assert tuple(pixels[5, 17]) == (0, 0, 0)


def test_palette_picture_keeps_its_colours() -> None:
    picture = pictures.quadrants().quantize(8)

    assert tuple(read_image(pictures.encoded(picture, "PNG"))[8, 36]) == LIME


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_gives_its_first_frame(kind: str) -> None:
    assert tuple(read_image(pictures.animated(kind))[16, 16]) == RED


def test_a_large_photo_is_scaled_down() -> None:
    photo = Image.fromarray(pictures.astronaut()).resize((5000, 3000))

    assert read_image(pictures.encoded(photo)).shape == (1229, MAX_SIDE, 3)
    assert read_image(pictures.encoded(photo), max_side=500).shape == (300, 500, 3)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\xff\xd8\xff" + bytes(MAX_BYTES), "too_large", id="30 MB"),
        pytest.param(b"%PDF-1.7 not a photo", "unsupported_type", id="text"),
        pytest.param(pictures.animated("GIF"), "unsupported_type", id="animated GIF"),
        pytest.param(
            pictures.encoded(pictures.quadrants(), "BMP"), "unsupported_type", id="another type"
        ),
        pytest.param(pictures.heic(), "heic_unsupported", id="HEIC"),
        pytest.param(b"\xff\xd8\xff\xe0", "broken_image", id="only a JPEG's first bytes"),
        pytest.param(pictures.huge_png(10_000, 6_000), "too_many_pixels", id="60 megapixels"),
        pytest.param(pictures.huge_png(20_001, 100), "side_too_long", id="narrow panorama"),
        pytest.param(pictures.huge_png(60_000, 60_000), "too_many_pixels", id="PNG bomb"),
        pytest.param(pictures.huge_webp(16_000, 10_000), "too_many_pixels", id="WebP bomb"),
        pytest.param(pictures.huge_webp(16_383, 16_383), "too_many_pixels", id="big WebP bomb"),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_cannot_be_used_is_refused_before_decoding(data: bytes, code: str) -> None:
    assert refusal(data) == code


@pytest.mark.parametrize("name", bombs.REFUSED)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_refused_before_decoding(name: str) -> None:
    assert refusal(bombs.REFUSED[name]()) in {
        "too_many_pixels",
        "side_too_long",
        "broken_image",
        "rare_jpeg",
    }


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the memory of a process")
@pytest.mark.parametrize(
    "name",
    [
        "PNG of 60 megapixels",
        "WebP of 268 megapixels",
        "JPEG of 200,000 scans",
        "PNG with 9,000 bombs of text",
        "PNG with greedy EXIF",
        "JPEG with a million restarts",
    ],
)
def test_a_bomb_costs_little(name: str) -> None:
    cost = cost_of((bombs.REFUSED | bombs.BOUNDED)[name]())

    assert cost.outcome in {"read", "too_many_pixels", "broken_image"}
    assert cost.megabytes < 50
    assert cost.seconds < patience(2), "of a processor"


@pytest.mark.parametrize("name", bombs.BOUNDED)
def test_a_picture_with_bombs_around_it_is_read_like_any_other(name: str) -> None:
    assert read_image(bombs.BOUNDED[name]()).shape in {(32, 48, 3), (500, 500, 3)}


class CountingLock:
    """A lock that knows how many threads have come to it, and how many hold it."""

    def __init__(self) -> None:
        self.lock, self.arrivals, self.inside = threading.Lock(), 0, 0

    def __enter__(self) -> None:
        self.arrivals += 1
        self.lock.acquire()
        self.inside += 1

    def __exit__(self, *_: object) -> None:
        self.inside -= 1
        self.lock.release()


def test_only_one_large_picture_is_decoded_at_a_time() -> None:
    at_once: list[int] = []
    lock, decode = CountingLock(), Image.Image.thumbnail

    def watched(image: Image.Image, *size: Any) -> None:
        wait_until(lambda: lock.arrivals == 3)
        at_once.append(lock.inside)
        decode(image, *size)

    large = pictures.encoded(Image.new("RGB", (2100, 2100)))
    with (
        patch.object(images, "_large_picture_lock", lock),
        patch.object(Image.Image, "thumbnail", watched),
        ThreadPoolExecutor(3) as threads,
    ):
        assert [pixels.shape for pixels in threads.map(read_image, [large] * 3)]
    assert at_once == [1, 1, 1]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_colours_of_another_space_are_converted(kind: str) -> None:
    red = Image.new("RGB", (16, 16), (200, 50, 50))
    options: dict[str, Any] = {"WEBP": {"lossless": True}}.get(kind, {"quality": 100})

    plain = read_image(pictures.encoded(red, kind, **options))[8, 8].astype(int)
    wide = read_image(pictures.encoded(red, kind, icc_profile=pictures.display_p3(), **options))

    assert abs(plain - (200, 50, 50)).max() <= 3
    assert wide[8, 8][0] > 210
    assert wide[8, 8][1] < 40


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param(b"no profile", id="none at all"),
        pytest.param(pictures.display_p3()[:200], id="cut"),
        pytest.param(pictures.display_p3()[:132] + b"\xff" * 400, id="damaged"),
        pytest.param(pictures.display_p3() + bytes(70_000), id="too long"),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_broken_profile_is_ignored(kind: str, profile: bytes) -> None:
    red = Image.new("RGB", (16, 16), (200, 50, 50))

    pixels = read_image(pictures.encoded(red, kind, icc_profile=profile))

    assert abs(pixels[8, 8].astype(int) - (200, 50, 50)).max() <= 4


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_a_truncated_photo_is_broken(kind: str, share: float) -> None:
    data = pictures.encoded(pictures.astronaut(), kind)

    with pytest.raises(ImageError) as refused:
        read_image(data[: int(len(data) * share)])

    assert refused.value.code == "broken_image"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_flipped_bytes_give_pixels_or_a_named_error(kind: str) -> None:
    data = bytearray(pictures.encoded(pictures.quadrants(), kind))
    rng = np.random.default_rng(1)
    for _ in range(300):
        damaged = data.copy()
        for place in rng.integers(len(damaged), size=4):
            damaged[place] = rng.integers(256)
        with suppress(ImageError):
            assert read_image(bytes(damaged)).ndim == 3


def test_every_message_is_advice_for_people() -> None:
    assert set(MESSAGES) == {
        "empty",
        "too_large",
        "too_many_pixels",
        "side_too_long",
        "unsupported_type",
        "heic_unsupported",
        "avif_unsupported",
        "rare_jpeg",
        "broken_image",
    }
    assert all("JPEG" in text or "smaller" in text for text in MESSAGES.values())
    assert "Most Compatible" in MESSAGES["heic_unsupported"]


def test_nothing_but_pixels_survives_reencoding() -> None:
    secret = "51.5007N 0.1246W"
    data = pictures.with_metadata(pictures.astronaut(), secret)
    assert data.count(secret.encode()) == 6

    clean = encode_jpeg(read_image(data))

    assert secret.encode() not in clean
    with Image.open(io.BytesIO(clean)) as image:
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert np.abs(read_image(clean).astype(int) - pictures.astronaut()).mean() < 4


def test_shrinking_keeps_proportions_and_never_enlarges() -> None:
    wide = np.zeros((100, 400, 3), np.uint8)

    assert shrink(wide, 200).shape == (50, 200, 3)
    assert shrink(wide, 1000).shape == wide.shape
    assert thumbnail(wide).shape == (80, 320, 3)
    assert shrink(np.zeros((1, 4000, 3), np.uint8), 20).shape == (1, 20, 3)


def test_a_face_is_cut_out_as_a_square_with_its_margin() -> None:
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[20:60, 30:70] = RED

    assert (crop_face(picture, Box(30, 20, 40, 40), 20) == RED).all()
    with_margin = crop_face(picture, Box(30, 20, 40, 40), 60, margin=0.25)
    assert with_margin.shape == (60, 60, 3)
    assert tuple(with_margin[2, 30]) == (0, 0, 0)
    assert tuple(with_margin[30, 30]) == RED


def test_a_face_over_the_edge_repeats_the_edge() -> None:
    picture = np.full((50, 50), 7, np.uint8)

    crop = crop_face(picture, Box(-20, -20, 60, 60), 48, margin=0.2)

    assert crop.shape == (48, 48)
    assert (crop == 7).all()


def test_a_photo_tells_when_it_was_taken_by_the_clock_on_the_wall() -> None:
    assert taken_at(pictures.with_exif_date("2026:05:03 14:05:09")) == datetime.fromisoformat(
        "2026-05-03T14:05:09"
    )


@pytest.mark.parametrize("moment", ["0000:00:00 00:00:00", "soon", "2026:13:01 00:00:00", ""])
def test_a_time_that_makes_no_sense_is_none(moment: str) -> None:
    assert taken_at(pictures.with_exif_date(moment)) is None


def test_a_photo_without_a_time_and_what_is_no_photo_tell_nothing() -> None:
    assert taken_at(pictures.astronaut_jpeg()) is None
    assert taken_at(b"nonsense") is None


def test_a_face_that_nobody_is_to_recognise_is_a_few_squares() -> None:
    pixels = pictures.astronaut().copy()
    before = pixels.copy()
    pixelate(pixels, Box(100, 50, 80, 80))
    assert len(np.unique(pixels[50:130, 100:180].reshape(-1, 3), axis=0)) <= 64
    changed = (pixels != before).any(axis=2)
    rows, columns = np.where(changed)
    assert (rows.min(), rows.max()) >= (34, 0)
    assert rows.max() < 146
    assert columns.min() >= 84
    assert columns.max() < 196


def test_a_face_at_or_beyond_the_edge_is_no_trouble() -> None:
    pixels = pictures.astronaut().copy()
    for box in (Box(-20, -20, 50, 50), Box(500, 500, 50, 50), Box(900, 900, 50, 50)):
        pixelate(pixels, box)
