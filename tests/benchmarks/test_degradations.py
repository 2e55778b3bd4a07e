"""Photos are degraded alike everywhere, as strongly as is said, into splits of one dataset."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.degradations import VIEWS, largest_face, views, write_views
from common.imaging.images import Pixels, crop_face, read_image
from ml.data.sources import Source
from tests import pictures
from tests.ml import faces

FACE = largest_face(pictures.astronaut())


@pytest.fixture(scope="module")
def astronaut() -> dict[str, Pixels]:
    return dict(views(pictures.astronaut(), "happy/1.jpg"))


def face_of(pixels: Pixels) -> Pixels:
    """Return the face as the network gets it."""
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    return np.asarray(crop_face(grey, FACE, 48, 0.0), float)


def test_the_same_photo_is_degraded_alike_and_another_one_otherwise(
    astronaut: dict[str, Pixels],
) -> None:
    again = dict(views(pictures.astronaut(), "happy/1.jpg"))
    other = dict(views(pictures.astronaut(), "happy/2.jpg"))
    assert all((again[view] == astronaut[view]).all() for view in VIEWS)
    assert (other["noisy"] != astronaut["noisy"]).any()


def test_plain_is_the_photo_and_framed_has_it_in_the_middle(astronaut: dict[str, Pixels]) -> None:
    photo = pictures.astronaut()
    side = pictures.PHOTO_SIDE
    assert (astronaut["plain"] == photo).all()
    assert astronaut["framed"].shape == (3 * side, 3 * side, 3)
    assert (astronaut["framed"][side : 2 * side, side : 2 * side] == photo).all()


def test_blur_is_that_of_a_pixel_of_the_face_that_the_network_gets(
    astronaut: dict[str, Pixels],
) -> None:
    plain, blurred = face_of(astronaut["plain"]), face_of(astronaut["blurred"])
    distances = {
        sigma: np.abs(cv2.GaussianBlur(plain, (0, 0), sigma) - blurred).mean()
        for sigma in (0.5, 1.0, 1.5)
    }
    assert min(distances, key=lambda sigma: distances[sigma]) == 1.0


def test_noise_is_still_there_in_the_face_that_the_network_gets(
    astronaut: dict[str, Pixels],
) -> None:
    difference = face_of(astronaut["noisy"]) - face_of(astronaut["plain"])
    assert 10 < difference.std() < 22


def test_light_is_taken_from_all_of_the_photo_or_from_half_of_the_face(
    astronaut: dict[str, Pixels],
) -> None:
    plain = face_of(astronaut["plain"])
    assert face_of(astronaut["dark"]).mean() == pytest.approx(0.35 * plain.mean(), rel=0.02)
    left = face_of(astronaut["shadowed"]).mean(axis=0) / plain.mean(axis=0)
    sides = sorted([left[:16].mean(), left[-16:].mean()])
    assert sides == pytest.approx([0.35, 1], abs=0.02)


def test_compression_and_tilt_change_the_photo_but_not_its_size(
    astronaut: dict[str, Pixels],
) -> None:
    for view in ("compressed", "turned"):
        assert astronaut[view].shape == astronaut["plain"].shape
        assert np.abs(astronaut[view].astype(float) - astronaut["plain"]).mean() > 3


def test_views_are_splits_of_one_dataset(tmp_path: Path) -> None:
    photos = {"wild/happy/1.jpg": pictures.astronaut_jpeg(), "wild/sad/2.png": b"no photo"}
    source = Source(faces.archive(tmp_path / "wild.zip", photos))
    assert write_views(source, tmp_path / "views") == 1
    written = Source(tmp_path / "views")
    assert written.splits() == Counter(dict.fromkeys(VIEWS, 1))
    plain = next(content for _, content in written.read("plain"))
    assert (read_image(plain) == read_image(pictures.astronaut_jpeg())).all()


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.degradations", "photos.zip", tmp_path],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "folder: expected a new one" in done.stderr
