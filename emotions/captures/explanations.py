"""Explaining an answer by the part of the face that it rests on."""

from dataclasses import dataclass

import numpy as np

from common.imaging import images
from common.imaging.geometry import Box
from emotions.captures.moods import answer_of
from emotions.models import Capture, Detection, Feeling
from emotions.pictures.storage import face_in_crop
from ml import registry
from ml.inference import occlusion
from ml.inference.alignment import crop_upright

PICTURE_SIDE = 336  # pixels
BROWS_END, MOUTH_START = 0.3, 0.62  # shares of the face's height


class NothingToExplainError(Exception):
    """No face was found in this capture, or no picture of it is kept."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an answer rests on.

    Attributes:
        picture: a JPEG of the face with the heat over it.
        part: `brows`, `eyes`, `mouth`, or nothing where no single place matters.
        drop: the most probability that covering one place costs.
        emotion: the one that was answered.
    """

    picture: bytes
    part: str
    drop: float
    emotion: Feeling


def explain(capture: Capture) -> Explanation:
    """Return what the answer about the owner's face rests on.

    Raises:
        NothingToExplainError: there is no picture of it.
        ml.inference.card.ModelFileError: the version that answered cannot be opened any more.
    """
    answer = answer_of(capture)
    if answer is None:
        raise NothingToExplainError
    pixels, box = load_face(capture, answer)
    predictor = registry.predictor_of(answer.model_version)
    (face,) = predictor.crop(pixels, [box])
    found = occlusion.explain(predictor, face)
    picture = occlusion.overlay(
        crop_upright(pixels, box, PICTURE_SIDE, predictor.card.face_margin), found.heat
    )
    return Explanation(
        images.encode_jpeg(picture), warmest_part(found.heat), found.drop, Feeling(found.emotion)
    )


def load_face(capture: Capture, answer: Detection) -> tuple[images.Pixels, Box]:
    """Return a kept picture with the owner's face, and where in it the face is.

    Raises:
        NothingToExplainError: no picture is kept.
    """
    stored = capture.photo or capture.crop
    if not stored:
        raise NothingToExplainError
    try:
        with stored.open("rb") as file:
            pixels = images.read_image(file.read())
    except FileNotFoundError as error:
        raise NothingToExplainError from error
    if capture.photo:
        return pixels, answer.box
    return pixels, face_in_crop(len(pixels))


def warmest_part(heat: np.ndarray) -> str:
    """Return the part of the face with the most heat a row; nothing where there is no heat."""
    rows = heat.mean(axis=1)
    if not rows.any():
        return ""
    brows_end, mouth_start = round(BROWS_END * len(rows)), round(MOUTH_START * len(rows))
    parts = {
        "brows": rows[:brows_end],
        "eyes": rows[brows_end:mouth_start],
        "mouth": rows[mouth_start:],
    }
    return max(parts, key=lambda name: float(parts[name].mean()))
