"""What a photo shows, and the pictures that are kept of it."""

import math
from dataclasses import dataclass, field
from datetime import datetime

from common.imaging import images
from emotions.captures.errors import NoFaceError
from emotions.models import Capture
from emotions.pictures import storage
from ml import registry
from ml.inference.predictor import Face
from ml.models import ModelVersion


@dataclass(frozen=True, slots=True)
class PhotoAnalysis:
    """The faces in a photo and the pictures that were saved of it.

    Attributes:
        faces: from the largest to the smallest.
        own_face: index of the owner's.
        version: the version that answered; None where there was no photo.
        pictures: storage names by field of the capture.
        size: width and height of the photo in pixels.
        clock: when the photo says it was taken, by the clock on the wall.
    """

    faces: list[Face] = field(default_factory=list)
    own_face: int = 0
    version: ModelVersion | None = None
    pictures: storage.SavedPictures = field(default_factory=storage.SavedPictures)
    size: tuple[int, int] | None = None
    others_blurred: bool = False
    clock: datetime | None = None


def analyse_photo(
    photo: bytes,
    kept: Capture.Kept,
    *,
    keep_others: bool,
    keep_without_face: bool,
    me: tuple[float, float] | None,
    turn: int = 0,
) -> PhotoAnalysis:
    """Detect and classify the faces in a photo and save what is kept of it.

    Args:
        me: a point in the owner's face, as shares of the turned photo's width and height.
        turn: degrees by which to turn the photo clockwise, after its EXIF has turned it.

    Raises:
        common.imaging.images.ImageError: it cannot be read.
        NoFaceError: no face was found and `keep_without_face` is false.
        ml.registry.NoModelError: no trained version can answer.
    """
    pixels = images.turn(images.read_image(photo), turn)
    serving = registry.serving()
    faces = serving.predictor.predict(pixels)
    if not faces and not keep_without_face:
        raise NoFaceError
    height, width = pixels.shape[:2]
    own = nearest_face(faces, me[0] * width, me[1] * height) if me else 0
    own_box = faces[own].box if faces else None
    others = [] if keep_others else [face.box for n, face in enumerate(faces) if n != own]
    pictures = storage.save_pictures(
        **storage.pictures_to_keep(pixels, own_box, kept, blurred=others)
    )
    return PhotoAnalysis(
        faces=faces,
        own_face=own,
        version=serving.version,
        pictures=pictures,
        size=(width, height),
        others_blurred=bool(others) and "photo" in pictures,
        clock=images.taken_at(photo),
    )


def nearest_face(faces: list[Face], x: float, y: float) -> int:
    """Return the index of the face that has a point in its box, or its middle nearest to it."""

    def distance(face: Face) -> float:
        box = face.box
        inside = box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height
        return 0 if inside else math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y)

    return min(range(len(faces)), key=lambda index: distance(faces[index]), default=0)
