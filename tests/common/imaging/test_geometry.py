"""Boxes go where the pixels in them go."""

import numpy as np
import pytest

from common.imaging import images
from common.imaging.geometry import Box


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 360])
def test_a_box_turns_with_its_picture(degrees: int) -> None:
    pixels = np.zeros((40, 70, 3), np.uint8)
    box = Box(5, 8, 20, 10)
    pixels[box.y : box.y + box.height, box.x : box.x + box.width] = 255
    turned = box.turned(degrees, width=70, height=40)
    rows, columns = np.nonzero(images.turn(pixels, degrees)[..., 0])
    assert (columns.min(), rows.min()) == (turned.x, turned.y)
    assert (np.ptp(columns) + 1, np.ptp(rows) + 1) == (turned.width, turned.height)


def test_pictures_turn_clockwise() -> None:
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3, 1)
    assert images.turn(pixels, 90)[..., 0].tolist() == [[3, 0], [4, 1], [5, 2]]
