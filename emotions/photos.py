"""Photo files: writing them before a record exists, removing them after it is gone."""

import logging
from collections.abc import Iterable
from datetime import timedelta

import cv2
import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils import timezone

from emotions.models import Capture, private_name
from ml import images
from ml.datasets import SIZE
from ml.faces import Box

logger = logging.getLogger(__name__)

FOLDERS = {"photo": "photos", "crop": "crops", "thumbnail": "thumbnails"}
PORTRAIT_SIDE = 320  # pixels
PORTRAIT_MARGIN = 0.25  # of the face's box, on each side
# A capture in the making has files and no record yet; nothing takes this long to record.
UNFINISHED_FOR = timedelta(hours=1)


def portrait(pixels: np.ndarray, face: Box) -> np.ndarray:
    """Return the square around a face as it is kept, never larger than in the photo."""
    side = round(max(face.width, face.height) * (1 + 2 * PORTRAIT_MARGIN))
    return images.crop_face(pixels, face, min(side, PORTRAIT_SIDE), PORTRAIT_MARGIN)


def pictures_to_keep(
    pixels: np.ndarray, face: Box | None, kept: Capture.Kept, *, blurred: Iterable[Box] = ()
) -> dict[str, np.ndarray]:
    """Return what is stored of a photo, by the field that names it.

    Args:
        face: the person's own.
        kept: how much they want to be kept.
        blurred: faces that nobody is to recognise.
    """
    if boxes := list(blurred):
        pixels = pixels.copy()
        for box in boxes:
            images.pixelate(pixels, box)
    crop = {} if face is None or kept == Capture.Kept.NOTHING else {"crop": portrait(pixels, face)}
    if kept == Capture.Kept.PHOTO:
        return {"photo": pixels, "thumbnail": images.thumbnail(pixels), **crop}
    return crop


def face_in_portrait(side: int) -> Box:
    """Return where the face is in the square around it, `side` pixels wide."""
    length = round(side / (1 + 2 * PORTRAIT_MARGIN))
    start = (side - length) // 2
    return Box(start, start, length, length)


def small_face(capture: Capture) -> bytes:
    """Return the person's own face as a network sees it: 48 × 48 grey values, row by row.

    Raises:
        OSError: the picture of it cannot be opened.
        ml.images.ImageError: it cannot be read.
    """
    with capture.crop.open("rb") as file:
        pixels = images.read_image(file.read())
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    return images.crop_face(grey, face_in_portrait(len(grey)), SIZE).tobytes()


def write(**pictures: np.ndarray) -> dict[str, str]:
    """Store pictures as clean JPEG files and return their storage names by field."""
    written: dict[str, str] = {}
    try:
        for field, pixels in pictures.items():
            content = ContentFile(images.encode_jpeg(pixels))
            written[field] = default_storage.save(private_name(FOLDERS[field]), content)
    except Exception:
        remove_files(written.values())
        raise
    return written


def remove_files(names: Iterable[str]) -> list[str]:
    """Remove stored files and return the names of those that could not be removed now."""
    remaining = []
    for name in names:
        try:
            default_storage.delete(name)
        except Exception:  # Each storage fails in its own way.
            logger.warning("file not removed", extra={"file": name}, exc_info=True)
            remaining.append(name)
    return remaining


def sweep_orphans() -> int:
    """Remove stored files that no capture refers to and return how many there were."""
    latest = timezone.now() - UNFINISHED_FOR
    removed = 0
    for folder in FOLDERS.values():
        try:
            _, files = default_storage.listdir(folder)
        except FileNotFoundError:
            continue
        for name in (f"{folder}/{file}" for file in files):
            if is_referenced(name) or default_storage.get_modified_time(name) > latest:
                continue
            removed += not remove_files([name])
    logger.info("orphaned files swept", extra={"removed": removed})
    return removed


def is_referenced(name: str) -> bool:
    """Tell whether a capture has a file of this name."""
    return Capture.objects.filter(Q(photo=name) | Q(crop=name) | Q(thumbnail=name)).exists()
