"""Showing what the network looked at in a face that is kept."""

from dataclasses import dataclass

import cv2
import numpy as np

from common.imaging import images
from common.imaging.geometry import Box
from emotions.captures.moods import answer_of
from emotions.models import Capture, Detection
from emotions.pictures.storage import face_in_crop
from ml import registry
from ml.inference import occlusion

SIDE = 336  # pixels of the picture that is shown
MOUTH_FROM, BROWS_TO = 0.62, 0.3  # shares of a face's height


class NothingToExplainError(Exception):
    """Neither the photo nor the face of this capture is kept, or no face was found."""


@dataclass(frozen=True, slots=True)
class Told:
    """An explanation, as a picture and as a part of the face.

    Attributes:
        picture: a JPEG.
        part: `brows`, `eyes`, `mouth`, or nothing where no single place matters.
        drop: the most probability that covering one place costs.
    """

    picture: bytes
    part: str
    drop: float
    explained: occlusion.Explanation


def explanation(capture: Capture) -> Told:
    """Return what the answer about the person's own face rests on.

    Raises:
        NothingToExplainError: there is no picture of it.
        ml.inference.card.ModelFileError: the version that answered cannot be opened any more.
    """
    answer = answer_of(capture)
    if answer is None:
        raise NothingToExplainError
    pixels, box = picture_of(capture, answer)
    predictor = registry.predictor_of(answer.model_version)
    size, margin = predictor.card.input_size, predictor.card.face_margin
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    explained = occlusion.explain(predictor, images.crop_face(grey, box, size, margin))
    shown = occlusion.overlay(images.crop_face(pixels, box, SIDE, margin), explained.heat)
    return Told(images.encode_jpeg(shown), part_of(explained), explained.drop, explained)


def picture_of(capture: Capture, answer: Detection) -> tuple[images.Pixels, Box]:
    """Return a picture with the person's face and where the face is in it.

    Raises:
        NothingToExplainError: there is none.
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


def part_of(explained: occlusion.Explanation) -> str:
    """Return the part of the face with the most heat a row."""
    rows = explained.heat.mean(axis=1)
    if not rows.any():
        return ""
    first, last = round(BROWS_TO * len(rows)), round(MOUTH_FROM * len(rows))
    parts = {"brows": rows[:first], "eyes": rows[first:last], "mouth": rows[last:]}
    return max(parts, key=lambda name: float(parts[name].mean()))
