"""Photos that people really have: dim, grainy, lying on their side, very long, full of people."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
import skimage.data

from common.imaging.geometry import Box
from common.imaging.images import Pixels, read_image, turn
from ml.inference.predictor import Face, bundled_predictor
from tests import pictures

PORTRAITS: dict[str, tuple[Callable[[], Pixels], Box]] = {
    "astronaut": (pictures.astronaut, Box(175, 65, 100, 120)),
    "grace_hopper": (pictures.grace_hopper, Box(180, 145, 170, 180)),
}
"""Pictures of one person each, and where the face is."""

Hardship = Callable[[Pixels], Pixels]


def read(pixels: Pixels) -> list[Face]:
    """Read a photo as it comes in, compressed."""
    return bundled_predictor().predict(read_image(pictures.encoded(pixels, quality=85)))


def dim(share: float) -> Hardship:
    """Return a photo with a share of its light, which JPEG leaves little of."""
    return lambda pixels: np.rint(pixels * share).astype(np.uint8)


def grainy(pixels: Pixels) -> Pixels:
    """Return a photo as phones take it at night: noisy, half as bright."""
    random = np.random.default_rng(7)
    small = tuple(length // 3 for length in pixels.shape[:2])
    grain = cv2.resize(random.normal(0, 25, small), pixels.shape[1::-1])[..., None]
    return np.clip(pixels * 0.5 + grain, 0, 255).astype(np.uint8)


def backlit(pixels: Pixels) -> Pixels:
    """Return a photo taken against a window: the face in the dark, the rest white."""
    height, width = pixels.shape[:2]
    scene = np.full((height, 2 * width, 3), 250, np.uint8)
    scene[:, width // 2 : width // 2 + width] = (pixels * 0.25).astype(np.uint8)
    return scene


@pytest.mark.parametrize("portrait", PORTRAITS)
@pytest.mark.parametrize(
    "hardship",
    [dim(0.17), dim(0.1), dim(0.05), grainy, backlit],
    ids=["dim", "dark", "nearly_black", "grainy", "backlit"],
)
def test_a_face_in_poor_light_is_found_and_nothing_else(portrait: str, hardship: Hardship) -> None:
    picture, place = PORTRAITS[portrait]
    before, after = picture(), hardship(picture())
    left = (after.shape[1] - before.shape[1]) // 2
    [face] = read(after)
    assert face.box.overlap(Box(place.x + left, place.y, place.width, place.height)) > 0.7


@pytest.mark.parametrize("portrait", PORTRAITS)
@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_photo_that_lost_its_exif_shows_one_face_and_how_it_lies(
    portrait: str, degrees: int
) -> None:
    picture, place = PORTRAITS[portrait]
    [upright] = read(picture())
    [face] = read(turn(picture(), degrees))
    height, width = picture().shape[:2]
    assert face.box.overlap(place.turned(degrees, width, height)) > 0.7
    assert abs((face.roll - upright.roll - degrees + 180) % 360 - 180) < 15
    assert face.emotion == upright.emotion


def page(height: int, width: int) -> Pixels:
    """Return a page of print."""
    sheet = cv2.cvtColor(cv2.resize(skimage.data.page(), (width, width // 2)), cv2.COLOR_GRAY2RGB)
    return np.tile(sheet, (-(-height // len(sheet)), 1, 1))[:height].astype(np.uint8)


def landscape(height: int, width: int) -> Pixels:
    """Return a view without a face."""
    view = cv2.resize(pictures.no_face(), (round(height * 1.5), height))
    mirrored = np.concatenate([view, view[:, ::-1]], axis=1)
    return np.tile(mirrored, (1, -(-width // mirrored.shape[1]), 1))[:, :width].astype(np.uint8)


@pytest.mark.parametrize("portrait", PORTRAITS)
@pytest.mark.parametrize(
    ("background", "side", "at"),
    [
        (page(5000, 1080), 1000, (0.5, 0.7)),
        (page(5000, 1080), 750, (0.1, 0.2)),
        (page(9000, 720), 700, (0.0, 0.95)),
        (landscape(600, 9000), 500, (0.8, 0.5)),
        (landscape(400, 8000), 300, (0.03, 1.0)),
    ],
    ids=["screenshot", "small_in_screenshot", "long_screenshot", "panorama", "long_panorama"],
)
def test_a_face_in_a_very_long_picture_is_found(
    portrait: str, background: Pixels, side: int, at: tuple[float, float]
) -> None:
    picture, place = PORTRAITS[portrait]
    scene = background.copy()
    square = picture()[: picture().shape[1]]
    scale = side / len(square)
    left, top = (
        round(share * (length - side)) for share, length in zip(at, scene.shape[1::-1], strict=True)
    )
    scene[top : top + side, left : left + side] = cv2.resize(
        square, (side, side), interpolation=cv2.INTER_AREA
    )
    read_scale = min(1, 2048 / max(scene.shape))
    expected = Box(
        *(
            round(read_scale * length)
            for length in (
                left + scale * place.x,
                top + scale * place.y,
                scale * place.width,
                scale * place.height,
            )
        )
    )
    faces = read(scene)
    assert len(faces) == 1
    assert faces[0].box.overlap(expected) > 0.7


@pytest.mark.parametrize("share", [12, 20, 28])
def test_tiny_faces_of_a_group_are_all_found(share: int) -> None:
    scene = landscape(720, 1280)
    expected = []
    for number, (left, top) in enumerate(
        [(10, 200), (270, 260), (530, 180), (790, 240), (1050, 220)]
    ):
        picture, place = PORTRAITS[list(PORTRAITS)[number % 2]]
        scale = 1280 / share / place.width
        margin = place.width // 2
        rows = slice(place.y - margin, place.y + place.height + margin)
        columns = slice(place.x - margin, place.x + place.width + margin)
        person = cv2.resize(
            picture()[rows, columns], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
        )
        scene[top : top + len(person), left : left + person.shape[1]] = person
        border = round(margin * scale)
        expected.append(
            Box(
                left + border,
                top + border,
                round(place.width * scale),
                round(place.height * scale),
            )
        )
    faces = read(scene)
    assert len(faces) == len(expected)
    assert all(max(face.box.overlap(place) for face in faces) > 0.7 for place in expected)
