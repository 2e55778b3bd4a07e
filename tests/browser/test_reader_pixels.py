"""What the browser's reader makes of a picture, beside what OpenCV makes of it."""

import base64
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from common.imaging.geometry import Box
from common.imaging.images import Pixels, crop_face, shrink
from ml.inference.face_search import _brightened, _smoothed
from tests import pictures
from tests.browser.conftest import evaluate

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

FACE = {"x": 55, "y": 20, "width": 55, "height": 55}
OVER_THE_EDGE = {"x": -20, "y": 75, "width": 133, "height": 133}

APPLY = """
    async (picture) => {
        const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
        const modules = ["crop", "light", "pixels", "scaling"];
        const addresses = modules.map((name) => `/static/js/reader/${name}.js`);
        const imported = await Promise.all(addresses.map((address) => import(address)));
        const all = Object.assign({}, ...imported);
        const pixels = all.pixelsOf(await createImageBitmap(new Blob([bytes])));
        const apply = {
            as_it_is: () => pixels,
            grey: () => all.greyOf(pixels),
            half: () => all.resize(pixels, 90, 70),
            area: () => all.shrink(pixels, 137),
            larger: () => all.resize(pixels, 200, 190),
            face: () => all.cropFace(all.greyOf(pixels), FACE, 48),
            leaning_face: () => all.cropFace(all.greyOf(pixels), FACE, 48, 0, -17.3),
            over_the_edge: () => all.cropFace(pixels, OVER_THE_EDGE, 128, 0.25, 64.1),
            upside_down: () => pixels.turned(2),
            turned: () => pixels.turned(1),
            turned_back: () => pixels.turned(3),
            brightened: () => all.equalised(pixels),
            smoothed: () => all.blurred(all.shrink(pixels, 128), 2),
        };
        return Object.entries(apply).map(([what, make]) => [what, Array.from(make().data)]);
    }
"""
"""`FACE` and `OVER_THE_EDGE` are replaced by their JSON."""


def cropped(pixels: Pixels, box: dict[str, int], *arguments: float) -> Pixels:
    return crop_face(pixels, Box(**box), *arguments)  # type: ignore[arg-type]


def grey(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


OPENCV: dict[str, Callable[[Pixels], np.ndarray[Any, Any]]] = {
    "as_it_is": lambda pixels: pixels,
    "grey": grey,
    "half": lambda pixels: cv2.resize(pixels, (90, 70), interpolation=cv2.INTER_AREA),
    "area": lambda pixels: shrink(pixels, 137),
    "larger": lambda pixels: cv2.resize(pixels, (200, 190), interpolation=cv2.INTER_LINEAR),
    "face": lambda pixels: cropped(grey(pixels), FACE, 48),
    "leaning_face": lambda pixels: cropped(grey(pixels), FACE, 48, 0, -17.3),
    "over_the_edge": lambda pixels: cropped(pixels, OVER_THE_EDGE, 128, 0.25, 64.1),
    "turned": np.rot90,
    "upside_down": lambda pixels: np.rot90(pixels, 2),
    "turned_back": lambda pixels: np.rot90(pixels, 3),
    "brightened": _brightened,
    "smoothed": _smoothed,
}


@pytest.fixture
def portrait() -> Pixels:
    """Not square, and darker than most."""
    return np.ascontiguousarray(pictures.astronaut()[20:300:2, 60:420:2] // 2)


def made_by_reader(page: Page, picture: Pixels) -> dict[str, np.ndarray[Any, Any]]:
    page.goto("/")
    script = APPLY.replace("OVER_THE_EDGE", str(OVER_THE_EDGE)).replace("FACE", str(FACE))
    encoded = base64.b64encode(pictures.encoded(picture, "PNG")).decode()
    return {what: np.array(data) for what, data in evaluate(page, script, encoded)}


def test_a_picture_is_prepared_as_opencv_prepares_it(page: Page, portrait: Pixels) -> None:
    made = made_by_reader(page, portrait)
    assert set(made) == set(OPENCV)
    for what, prepare in OPENCV.items():
        wanted = prepare(portrait)
        different = np.abs(made[what].reshape(wanted.shape) - wanted.astype(int))
        assert different.max() <= 1, what
        assert (different > 0).mean() < 0.005, what
