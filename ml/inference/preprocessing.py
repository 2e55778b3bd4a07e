"""What happens to a photo before a network reads a face in it, for readers in other languages."""

from typing import Any

from ml.inference import blazeface
from ml.inference.alignment import CLOSE_UP_MARGIN
from ml.inference.card import Card
from ml.inference.face_detection import BOX_RISE, BOX_SCALE

GREY_WEIGHTS = {"red": 0.299, "green": 0.587, "blue": 0.114}
"""Of the luma of ITU-R BT.601, as OpenCV's `COLOR_RGB2GRAY` computes it."""

STEPS = (
    "Turn the photo upright by its EXIF orientation and convert it to 8-bit sRGB.",
    "Find faces with the detector: fit the photo into a square of detector_side pixels, scaled by "
    "area averaging and padded with black; its input is RGB from -1 to 1, its anchors and its "
    "decoding are those of MediaPipe's short-range face detection.",
    "The box of a face is a square of box_scale times the detector's, moved towards the top of the "
    "head by box_rise of the detector's side; round to whole pixels.",
    "Cut out the box with roll_margin added on each side, find the eyes in it with the detector, "
    "and measure the roll: the angle by which the line between them leans clockwise; 0 without "
    "eyes.",
    "Convert the photo to grey: the sum of the colours times grey_weights, rounded to 8 bits.",
    "Cut out the box with face_margin added on each side, turned back by the roll, and scale it to "
    "input_side by input_side pixels: area averaging to shrink, bilinear to enlarge; beyond the "
    "edge of the photo its outermost pixels are repeated.",
    "The network's input is 1 x input_side x input_side x 1 floats from 0 to 255; its output named "
    "in shown gives the probabilities of emotions, in that order.",
)


def describe_preprocessing(card: Card) -> dict[str, Any]:
    """Return the numbers and the steps between a photo and the input of a card's network."""
    return {
        "input_side": card.input_size,
        "face_margin": card.face_margin,
        "grey_weights": GREY_WEIGHTS,
        "detector_side": blazeface.SIDE,
        "box_scale": BOX_SCALE,
        "box_rise": BOX_RISE,
        "roll_margin": CLOSE_UP_MARGIN,
        "steps": list(STEPS),
    }
