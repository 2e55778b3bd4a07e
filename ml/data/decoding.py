"""Decoding pictures of any size and colour as the networks see faces."""

import cv2
import numpy as np
from numpy.typing import NDArray

from common.imaging.images import read_image
from ml.data.faces import FACE_SIDE


def read_face(data: bytes) -> tuple[NDArray[np.uint8], list[str]]:
    """Decode a picture as 48 × 48 grey values.

    Returns:
        the grey values, and what had to be converted.

    Raises:
        ImageError: when it cannot be read.
    """
    colour = read_image(data)
    grey = np.asarray(cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY), np.uint8)
    conversions = []
    if (colour != colour[:, :, :1]).any():
        conversions.append("colour to grey")
    if grey.shape != (FACE_SIDE, FACE_SIDE):
        conversions.append(f"another size to {FACE_SIDE} × {FACE_SIDE}")
        grey = np.asarray(
            cv2.resize(grey, (FACE_SIDE, FACE_SIDE), interpolation=cv2.INTER_AREA), np.uint8
        )
    return grey, conversions
