"""Every face is found, once, the largest first; other things are not faces."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from common.imaging.geometry import Box
from common.imaging.images import Pixels
from ml.inference.face_detection import detect_faces
from tests import pictures


def test_a_portrait_has_one_face_in_its_place() -> None:
    (face,) = detect_faces(pictures.astronaut())

    assert face.overlap(Box(175, 65, 100, 120)) > 0.8
    assert 60 < face.width < 160


@pytest.mark.parametrize("columns", [2, 3])
def test_several_faces_are_all_found_largest_first(columns: int) -> None:
    faces = detect_faces(pictures.several_faces(columns))

    assert len(faces) == columns
    assert [face.area for face in faces] == sorted((f.area for f in faces), reverse=True)


@pytest.mark.parametrize("edge", ["top", "right", "bottom", "left"])
def test_a_large_face_at_the_edge_is_found(edge: str) -> None:
    top, bottom, left, right = 60, 220, 150, 310
    match edge:
        case "top":
            top = 85
        case "right":
            right = 275
        case "bottom":
            bottom = 190
        case "left":
            left = 180

    assert len(detect_faces(pictures.astronaut()[top:bottom, left:right])) == 1


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(pictures.no_face(), id="rocket"),
        pytest.param(np.zeros((480, 640, 3), np.uint8), id="black"),
        pytest.param(np.full((1, 1, 3), 200, np.uint8), id="one pixel"),
        pytest.param(np.full((3, 2000, 3), 200, np.uint8), id="a line"),
        pytest.param(
            np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8), id="noise"
        ),
    ],
)
def test_no_face_is_an_empty_answer(picture: Pixels) -> None:
    assert detect_faces(picture) == []


def test_the_same_face_is_found_at_any_resolution() -> None:
    portrait = Image.fromarray(pictures.astronaut())
    for side in (150, 300, 777, 1024, 2048):
        (face,) = detect_faces(np.array(portrait.resize((side, side))))
        scale = 512 / side
        found = Box(*(round(v * scale) for v in (face.x, face.y, face.width, face.height)))
        assert found.overlap(Box(175, 65, 100, 120)) > 0.8


def test_threads_find_the_same_faces() -> None:
    picture = pictures.several_faces()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: detect_faces(picture), range(16)))

    assert all(answer == answers[0] for answer in answers)
    assert len(answers[0]) == 3
