"""Faces are found in dim light, far away and at any angle, and turned upright to be read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from common.imaging.geometry import Box
from common.imaging.images import Pixels, crop_face, read_image
from ml.inference import blazeface, face_detection, face_search
from ml.inference.alignment import roll_of
from ml.inference.face_detection import detect_faces, detect_with_blazeface
from ml.inference.predictor import bundled_predictor
from tests import pictures

FACE = Box(175, 65, 100, 120)
PORTRAITS: dict[str, tuple[Callable[[], Pixels], Box, str, float]] = {
    "astronaut": (pictures.astronaut, FACE, "happy", 3.0),
    "grace_hopper": (pictures.grace_hopper, Box(180, 145, 170, 180), "neutral", 0.0),
}
"""Pictures of one person each: where the face is, how it is read, and by how much it leans."""


def turned(degrees: float, portrait: str = "astronaut") -> tuple[Pixels, Box]:
    """Return a portrait, leaning clockwise around its face, and where the face is."""
    picture, face, *_ = PORTRAITS[portrait]
    middle = face.x + face.width / 2, face.y + face.height / 2
    matrix = np.asarray(cv2.getRotationMatrix2D(middle, -degrees, 1), np.float64)
    matrix[:, 2] += np.array([256, 256]) - middle
    pixels = cv2.warpAffine(picture(), matrix, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    left, top = 256 - face.width // 2, 256 - face.height // 2
    return np.asarray(pixels, np.uint8), Box(left, top, face.width, face.height)


def dark(pixels: Pixels) -> Pixels:
    return (pixels * 0.1).astype(np.uint8)


def far_away(pixels: Pixels) -> Pixels:
    """Return a picture with a face of a thirtieth of its longest side."""
    side = round(512 / (FACE.width / (1280 / 30)))
    scene = np.asarray(cv2.resize(pictures.no_face(), (1280, 720)), np.uint8)
    scene[200 : 200 + side, 700 : 700 + side] = cv2.resize(
        pixels, (side, side), interpolation=cv2.INTER_AREA
    )
    return scene


@pytest.mark.parametrize("light", [1.0, 0.15])
@pytest.mark.parametrize("portrait", list(PORTRAITS))
def test_a_face_is_found_at_any_angle_and_read_as_upright(portrait: str, light: float) -> None:
    emotion, lean = PORTRAITS[portrait][2:]
    for degrees in [*range(0, 360, 7), 139]:
        pixels, place = turned(degrees, portrait)
        photo = pictures.encoded((pixels * light).astype(np.uint8), quality=90)
        [face] = bundled_predictor().predict(read_image(photo))
        assert face.box.overlap(place) > 0.7, degrees
        assert 0.7 < face.box.width / place.width < 2, degrees
        assert abs((face.roll - degrees - lean + 180) % 360 - 180) < 15, degrees
        assert light < 1 or face.emotion == emotion, degrees


def grainy(pixels: Pixels) -> Pixels:
    """Return a close-up with grain as coarse as what the network reads."""
    close_up = cv2.resize(pixels[40:220, 135:315], (48, 48), interpolation=cv2.INTER_AREA)
    grain = np.random.default_rng(2).normal(0, 40, (48, 48, 1))
    grained = np.clip(close_up + grain, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(grained, (480, 480), interpolation=cv2.INTER_NEAREST))


def coarse(pixels: Pixels) -> Pixels:
    """Return the upper half of a portrait with grain in which no other look shows the face."""
    half = cv2.resize(pixels[:300, 75:375], (240, 240), interpolation=cv2.INTER_AREA)
    grain = np.random.default_rng(10).normal(0, 50, (48, 48, 1))
    coarse_grain = cv2.resize(grain, (240, 240), interpolation=cv2.INTER_NEAREST)
    return np.clip(half + coarse_grain[..., None], 0, 255).astype(np.uint8)


@pytest.mark.parametrize("change", [dark, far_away, grainy, coarse])
def test_a_face_is_found_by_a_second_look(change: Any) -> None:
    pixels = change(pictures.astronaut())
    assert len(detect_with_blazeface(pixels)) == 1


def test_only_a_large_face_is_taken_from_the_cascades(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face_search, "find_faces", lambda pixels: [])
    pixels = pictures.astronaut()
    assert len(detect_with_blazeface(np.ascontiguousarray(pixels[40:220, 135:315]))) == 1
    assert not detect_with_blazeface(pixels)


def test_a_pattern_of_half_faces_is_soon_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    half = cv2.resize(pictures.astronaut()[20:270, 100:350], (128, 128))
    half[:, 64:] = 128
    seen = []

    def crop(*arguments: Any) -> Pixels:
        seen.append(arguments)
        return crop_face(*arguments)

    monkeypatch.setattr(face_search, "crop_face", crop)
    assert not detect_with_blazeface(np.tile(half, (8, 8, 1)))
    assert 0 < len(seen) <= face_search.MAX_REFUSALS * len(face_search.CONFIRMATION_MARGINS)


def test_a_wide_panorama_shows_its_face() -> None:
    scene = np.full((140, 2048, 3), 128, np.uint8)
    scene[:, 900:1040] = cv2.resize(pictures.astronaut()[55:205, 150:300], (140, 140))
    (face,) = detect_with_blazeface(scene)
    assert face.overlap(Box(925, 25, 90, 90)) > 0.9


def test_an_upright_crop_of_a_leaning_face_is_the_upright_face() -> None:
    upright, place = turned(0)
    leaning, _ = turned(35)
    expected = crop_face(upright, place, 48).astype(float)
    again = crop_face(leaning, place, 48, roll=35).astype(float)
    as_it_is = crop_face(leaning, place, 48).astype(float)
    assert np.abs(again - expected).mean() < 6 < np.abs(as_it_is - expected).mean()


def test_where_the_known_weights_are_not_the_cascades_serve_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert face_detection.detector_name() == "blazeface"
    assert not face_detection.fallback_notice()
    file = tmp_path / "weights.tflite"
    monkeypatch.setattr(blazeface, "FILE", file)
    for content in (None, b"others"):
        if content:
            file.write_bytes(content)
        assert face_detection.detector_name() == "cascades"
        assert "npm ci" in face_detection.fallback_notice()
        assert len(detect_faces(pictures.astronaut())) == 1
        assert roll_of(pictures.astronaut(), FACE) == 0
