"""Each degradation does what its name says, as strongly as its number says."""

import io

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ml.training import degradations
from tests.ml import faces

pytestmark = pytest.mark.xdist_group("training")
FACES = np.stack([faces.drawn_face(label, 1) for label in range(7)])[..., None].astype(np.float32)


def each(*values: float) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def repeated(value: float) -> NDArray[np.float32]:
    return np.full(len(FACES), value, np.float32)


def test_blur_is_gaussian_with_a_sigma_of_its_own_for_each_face() -> None:
    sigmas = each(0.3, 0.5, 0.8, 1.0, 1.2, 1.4, 1.5)
    blurred = np.asarray(degradations.blur(FACES, sigmas))
    for face, sigma, result in zip(FACES, sigmas, blurred, strict=True):
        expected = cv2.GaussianBlur(face, (9, 9), float(sigma), borderType=cv2.BORDER_REFLECT)
        assert np.abs(result[..., 0] - expected).max() < 0.05


def test_noise_has_the_asked_for_spread() -> None:
    grey = np.full((3, 48, 48, 1), 128, np.float32)
    noise = np.random.default_rng(1).standard_normal(grey.shape).astype(np.float32)
    noisy = np.asarray(degradations.add_noise(grey, noise, each(0, 5, 20)))
    assert np.array_equal(noisy[0], grey[0])
    assert noisy.std(axis=(1, 2, 3)) == pytest.approx([0, 5, 20], rel=0.05, abs=0)
    assert noisy.mean() == pytest.approx(128, abs=0.5)


def test_fewer_pixels_mean_less_detail_and_the_same_brightness() -> None:
    sides = degradations.REDUCED_SIDES
    same = np.stack([FACES[0]] * len(sides))
    reduced = np.asarray(degradations.reduce_resolution(same, np.arange(len(sides))))
    assert reduced.mean(axis=(1, 2, 3)) == pytest.approx(FACES[0].mean(), rel=0.02)
    details = np.abs(np.diff(reduced, axis=2)).mean(axis=(1, 2, 3))
    assert (np.diff(details) > 0).all()
    half = FACES[:1].reshape(1, 24, 2, 24, 2).mean(axis=(2, 4))
    shrunk = np.asarray(degradations.reduce_resolution(FACES[:1], np.array([2])))
    assert np.abs(shrunk[0, ::2, ::2, 0] - half[0]).mean() < 12


@pytest.mark.parametrize("quality", [15, 40, 70])
def test_compression_is_that_of_jpeg_files(quality: int) -> None:
    compressed = np.asarray(degradations.compress(FACES, repeated(quality)))
    for face, result in zip(FACES, compressed, strict=True):
        file = io.BytesIO()
        Image.fromarray(face[..., 0].astype(np.uint8)).save(file, "jpeg", quality=quality)
        expected = np.asarray(Image.open(file), np.float32)
        assert np.abs(result[..., 0] - expected).mean() < 1
        assert np.abs(face[..., 0] - expected).mean() > 3


def test_gamma_keeps_black_and_white_and_moves_what_is_between() -> None:
    grey = np.stack([np.linspace(0, 255, 48, dtype=np.float32)] * 48)[None, ..., None]
    brighter = np.asarray(degradations.correct_gamma(grey, each(0.5)))[0, 0, :, 0]
    assert brighter[[0, -1]] == pytest.approx([0, 255], abs=0.01)
    assert brighter[12] == pytest.approx(255 * (12 / 47) ** 0.5, abs=0.1)
    assert np.allclose(degradations.correct_gamma(FACES, repeated(1)), FACES, atol=0.01)


def test_a_shadow_lies_on_one_side() -> None:
    grey = np.full((2, 48, 48, 1), 200, np.float32)
    shaded = np.asarray(
        degradations.cast_shadow(
            grey,
            directions=each(0, np.pi / 2),  # from the right, from below
            offsets=each(0, 10),
            widths=each(1, 1),
            depths=each(0.5, 0.25),
        )
    )[..., 0]
    assert shaded[0, :, 0] == pytest.approx(100, abs=1)
    assert shaded[0, :, -1] == pytest.approx(200, abs=1)
    assert shaded[1, 30] == pytest.approx(50, abs=6)
    assert shaded[1, -1] == pytest.approx(200, abs=1)
