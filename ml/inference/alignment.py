"""Turning faces upright by their eyes."""

from __future__ import annotations

from common.imaging.geometry import Box
from common.imaging.images import Pixels, crop_face
from ml.inference import blazeface, face_search

CLOSE_UP_MARGIN = 0.25
"""Share of the box on each side; as much is kept around faces that are kept without their photo."""


def roll_of(pixels: Pixels, box: Box) -> float:
    """Return by how many degrees the head in a box of an RGB picture leans clockwise.

    It depends on the face alone, so that whoever reads a stored picture again turns it as before.
    Zero if no eyes are found, or BlazeFace is not installed.
    """
    if not blazeface.is_installed():
        return 0.0
    face = face_search.find_face(crop_face(pixels, box, blazeface.SIDE, CLOSE_UP_MARGIN))
    return face.roll if face else 0.0


def crop_upright(pixels: Pixels, box: Box, side: int, margin: float) -> Pixels:
    """Cut out the face in a box, as `crop_face` does, turned so that its eyes are level."""
    return crop_face(pixels, box, side, margin, roll_of(pixels, box))
