"""Photo files: writing them before a record exists, removing them after it is gone."""

import logging
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from pathlib import PurePath

import cv2
import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils import timezone

from common.files import MIN_ORPHAN_AGE
from common.imaging import images
from common.imaging.geometry import Box
from emotions.models import Capture, name_digest, private_name
from ml.data.faces import FACE_SIDE

logger = logging.getLogger(__name__)

FOLDERS = {"photo": "photos", "crop": "crops", "thumbnail": "thumbnails"}
CROP_SIDE = 320  # pixels
CROP_MARGIN = 0.25  # of the face's box, on each side
BATCH_SIZE = 10_000
"""Names in one query, which reads every capture; SQLite takes three times as many and a few."""


def crop_to_face(pixels: np.ndarray, face: Box) -> np.ndarray:
    """Return the square around a face as it is kept, never larger than in the photo."""
    side = round(max(face.width, face.height) * (1 + 2 * CROP_MARGIN))
    return images.crop_face(pixels, face, min(side, CROP_SIDE), CROP_MARGIN)


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
    crop = (
        {} if face is None or kept == Capture.Kept.NOTHING else {"crop": crop_to_face(pixels, face)}
    )
    if kept == Capture.Kept.PHOTO:
        return {"photo": pixels, "thumbnail": images.thumbnail(pixels), **crop}
    return crop


def face_in_crop(side: int) -> Box:
    """Return where the face is in the square around it, `side` pixels wide."""
    length = round(side / (1 + 2 * CROP_MARGIN))
    start = (side - length) // 2
    return Box(start, start, length, length)


def grey_face(capture: Capture) -> bytes:
    """Return the person's own face as a network sees it: 48 × 48 grey values, row by row.

    Raises:
        OSError: the picture of it cannot be opened.
        common.imaging.images.ImageError: it cannot be read.
    """
    with capture.crop.open("rb") as file:
        pixels = images.read_image(file.read())
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    return images.crop_face(grey, face_in_crop(len(grey)), FACE_SIDE).tobytes()


def save_pictures(**pictures: np.ndarray) -> dict[str, str]:
    """Store pictures as clean JPEG files and return their storage names by field."""
    begun: dict[str, str] = {}
    try:
        for field, pixels in pictures.items():
            content = images.encode_jpeg(pixels)
            # Noted first: a full disk leaves a file without its end.
            begun[field] = private_name(FOLDERS[field], content)
            begun[field] = default_storage.save(begun[field], ContentFile(content))
    except Exception:
        remove_files(begun.values())
        raise
    return begun


def remove_files(names: Iterable[str]) -> list[str]:
    """Remove stored files and return the names of those that could not be removed now.

    Where one cannot, the others are not tried: a store that does not answer takes its time with
    each.
    """
    remaining = list(names)
    while remaining:
        try:
            default_storage.delete(remaining[0])
        except Exception:  # Each storage fails in its own way.
            logger.warning("file not removed", extra={"file": remaining[0]}, exc_info=True)
            break
        remaining.pop(0)
    return remaining


def sweep_orphans() -> int:
    """Remove stored files that no capture refers to and return how many there were."""
    removed = sum(not remove_files([name]) for name in orphans())
    logger.info("orphaned files swept", extra={"removed": removed})
    return removed


def orphans() -> Iterator[str]:
    """Yield names of stored files that no capture has, nor one in the making."""
    latest = timezone.now() - MIN_ORPHAN_AGE
    names = chain.from_iterable(map(names_in, FOLDERS.values()))
    while some := set(islice(names, BATCH_SIZE)):
        asked = Q(photo__in=some) | Q(crop__in=some) | Q(thumbnail__in=some)
        known = Capture.objects.filter(asked).values_list(*Capture.PICTURES)
        unknown = some.difference(*known)
        yield from (name for name in sorted(unknown) if not is_younger(name, latest))


def names_in(folder: str) -> Iterator[str]:
    """Yield the names in a folder of the storage, one by one where that is a folder on a disk."""
    try:
        with os.scandir(default_storage.path(folder)) as entries:
            yield from (f"{folder}/{entry.name}" for entry in entries if entry.is_file())
    except FileNotFoundError:
        return
    except NotImplementedError:  # a bucket
        yield from (f"{folder}/{name}" for name in default_storage.listdir(folder)[1])


def is_younger(name: str, moment: datetime) -> bool:
    """Tell whether a file was written after a moment, or went away meanwhile."""
    try:
        return default_storage.get_modified_time(name) > moment
    except FileNotFoundError:
        return True


def find_flaw(name: str) -> str | None:
    """Return what is wrong with a stored picture, in a few words, or None.

    Raises:
        Exception: the storage cannot be asked, which says nothing about the picture.
    """
    try:
        with default_storage.open(name, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return "is missing"
    _, _, told = PurePath(name).stem.partition("-")
    if told and told != name_digest(content):
        return "is not what was written"
    try:
        images.read_image(content)
    except images.ImageError as error:
        return f"cannot be decoded ({error.code})"
    return None
