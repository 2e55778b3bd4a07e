"""Faces as the networks see them: squares of grey values, one size for data, training and use."""

import numpy as np
from numpy.typing import NDArray

FACE_SIDE = 48
"""Height and width of a face in pixels."""


def face_from_bytes(pixels: bytes) -> NDArray[np.uint8]:
    """Return the grey values of a face, stored one byte each row by row, as a 48 × 48 array."""
    return np.frombuffer(pixels, np.uint8).reshape(FACE_SIDE, FACE_SIDE)
