"""Report how the pictures of captures of the portrait lie, and how its face was read."""

import json
import sys

import django
import numpy as np

django.setup()

from django.db.models.fields.files import FieldFile

from common.imaging import images
from emotions.models import Capture
from emotions.pictures.storage import crop_to_face
from tests import pictures

QUARTERS = (0, 90, 180, 270)
MAX_DIFFERENCE = 12  # mean, of 256 values: what JPEG files of the same picture differ by, and more


def read(stored: FieldFile) -> images.Pixels:
    with stored.open("rb") as file:
        return images.read_image(file.read())


def difference(one: images.Pixels, other: images.Pixels) -> float:
    """Return the mean difference of two pictures in small."""
    small, other_small = (images.shrink(picture, 64).astype(float) for picture in (one, other))
    if small.shape != other_small.shape:
        return float("inf")
    return float(np.abs(small - other_small).mean())


def degrees_of(picture: images.Pixels) -> int | None:
    """Return by how much the portrait was turned clockwise; None if it is something else."""
    differences = {
        degrees: difference(picture, images.turn(pictures.astronaut(), degrees))
        for degrees in QUARTERS
    }
    closest = min(differences, key=differences.__getitem__)
    return closest if differences[closest] < MAX_DIFFERENCE else None


def degrees_of_capture(capture: Capture) -> int | None:
    """Return by how much its pictures are turned; None unless all that is kept of it agrees.

    The thumbnail lies as the photo does, the face was cut out where it was detected, and it leans
    as the photo lies.
    """
    detection = capture.detections.get()
    photo, crop, thumbnail = (read(getattr(capture, name)) for name in Capture.PICTURES)
    degrees = degrees_of(photo)
    agrees = (
        degrees == degrees_of(thumbnail)
        and degrees == 90 * round((detection.roll or 0) / 90) % 360
        and difference(crop, crop_to_face(photo, detection.box)) < MAX_DIFFERENCE
    )
    return degrees if agrees else None


def main() -> dict[str, int | None]:
    """Return by how much each capture is turned, by its uuid."""
    captures = Capture.objects.exclude(photo="")
    return {str(capture.uuid): degrees_of_capture(capture) for capture in captures}


if __name__ == "__main__":
    print(json.dumps(main(**json.loads(sys.argv[1]))))
