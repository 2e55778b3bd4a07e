"""Of a photo's file nothing but what carries its pixels gets as far as a decoder."""

from pathlib import Path

import pytest
from PIL import Image

from common.imaging.sanitising import MAX_SCANS, MalformedError, sanitise
from tests import bombs, pictures


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("secret", [b"51.5007N 0.1246W", b"<script>alert(1)</script>"])
def test_nothing_aside_of_the_pixels_is_kept(kind: str, secret: bytes) -> None:
    data = pictures.with_hidden_text(kind, secret)
    assert secret in data

    file = sanitise(data)

    assert secret not in file.pixels
    assert len(file.pixels) < len(data)


def test_aside_are_put_exif_and_profile() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        data = pictures.with_hidden_text(kind, b"secret", icc_profile=pictures.display_p3())
        file = sanitise(data)
        assert file.profile == pictures.display_p3()
        assert file.exif[:2] in {b"MM", b"II"}


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_of_a_usual_encoder_is_decoded_to_the_same_pixels(progressive: bool) -> None:
    data = pictures.encoded(pictures.astronaut(), progressive=progressive, restart_marker_rows=2)

    assert sanitise(data).pixels.count(b"\xff\xda") == (10 if progressive else 1)
    assert sanitise(data).pixels == data


def test_a_jpeg_may_have_some_scans_and_not_more() -> None:
    sanitise(bombs.many_scans(MAX_SCANS, side=64))
    with pytest.raises(MalformedError, match="50 scans"):
        sanitise(bombs.many_scans(MAX_SCANS + 1, side=64))


def test_what_looks_like_a_scan_inside_of_exif_is_none() -> None:
    preview = b"Exif\0\0MM\0*" + b"\xff\xda" * 100

    file = sanitise(bombs.many_segments(0xE1, preview, 1))

    assert file.pixels == pictures.encoded(pictures.quadrants())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_whatever_lies_behind_the_end_is_left_behind(kind: str) -> None:
    data = pictures.encoded(pictures.quadrants(), kind)

    assert sanitise(data + b"PK\x03\x04 a zip").pixels == sanitise(data).pixels


def test_an_animation_becomes_one_frame(tmp_path: Path) -> None:
    for kind in ("PNG", "WEBP"):
        path = tmp_path / kind
        path.write_bytes(sanitise(pictures.animated(kind)).pixels)
        with Image.open(path) as image:
            assert getattr(image, "n_frames", 1) == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_cut_before_its_pixels_is_malformed(kind: str) -> None:
    data = pictures.encoded(pictures.quadrants(), kind)
    # A WebP without any part is left to its decoder.
    readable = {"JPEG": b"\xff\xda", "PNG": b"IEND", "WEBP": b"WEBP"}[kind]

    for length in range(data.index(readable) - 4):
        with pytest.raises(MalformedError):
            sanitise(data[:length])
