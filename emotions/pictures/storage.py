"""Picture files: cut from photos, saved before their rows, and deleted after them."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
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
from emotions.models import Capture, Import, name_digest, private_name
from ml.data.faces import FACE_SIDE
from ml.inference.alignment import roll_of

logger = logging.getLogger(__name__)

FOLDERS = {"photo": "photos", "crop": "crops", "thumbnail": "thumbnails"}
IMPORTS_FOLDER = "imports"
"""Files that people have sent to bring a history in, each until that is done."""
CROP_SIDE = 320  # pixels, at most
CROP_MARGIN = 0.25  # share of the face box, on each side
BATCH_SIZE = 10_000
"""Names in one query, each of which scans all captures; SQLite takes about 32,000 parameters."""


def crop_to_face(pixels: np.ndarray, face: Box) -> np.ndarray:
    """Return the square around a face that is kept, scaled down but never up."""
    side = round(max(face.width, face.height) * (1 + 2 * CROP_MARGIN))
    return images.crop_face(pixels, face, min(side, CROP_SIDE), CROP_MARGIN)


def pictures_to_keep(
    pixels: np.ndarray, face: Box | None, kept: Capture.Kept, *, blurred: Iterable[Box] = ()
) -> dict[str, np.ndarray]:
    """Return the pictures that are kept of a photo, by the field that names them.

    Args:
        face: the owner's.
        blurred: faces that are pixelated beyond recognition.
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
    """Return where the face is in a crop of `side` pixels."""
    length = round(side / (1 + 2 * CROP_MARGIN))
    start = (side - length) // 2
    return Box(start, start, length, length)


def grey_face(capture: Capture) -> bytes:
    """Return the owner's face as networks take it: 48 × 48 grey values, row by row.

    Raises:
        OSError: the crop cannot be opened.
        common.imaging.images.ImageError: it cannot be decoded.
    """
    with capture.crop.open("rb") as file:
        pixels = images.read_image(file.read())
    box = face_in_crop(len(pixels))
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    return images.crop_face(grey, box, FACE_SIDE, roll=roll_of(pixels, box)).tobytes()


class SavedPictures(dict[str, str]):
    """Storage names of pictures by field.

    Attributes:
        size: bytes of all of them together.
    """

    size: int = 0


def save_pictures(**pictures: np.ndarray) -> SavedPictures:
    """Save pictures as JPEG files without metadata; return their storage names."""
    saved = SavedPictures()
    try:
        for field, pixels in pictures.items():
            content = images.encode_jpeg(pixels)
            # Before it is saved, because a full disk leaves a truncated file.
            saved[field] = private_name(FOLDERS[field], content)
            saved[field] = default_storage.save(saved[field], ContentFile(content))
            saved.size += len(content)
    except Exception:
        remove_files(saved.values())
        raise
    return saved


def total_size(names: Iterable[str]) -> int:
    """Return how many bytes stored files take; missing ones take none."""
    total = 0
    for name in names:
        with suppress(FileNotFoundError):
            total += default_storage.size(name)
    return total


def remove_files(names: Iterable[str]) -> list[str]:
    """Delete stored files and return the names of those that could not be deleted.

    The first failure ends it, because a storage that does not answer times out on every file.
    """
    remaining = list(names)
    while remaining:
        try:
            default_storage.delete(remaining[0])
        except Exception:  # Each storage raises its own errors.
            logger.warning("file not removed", extra={"file": remaining[0]}, exc_info=True)
            break
        remaining.pop(0)
    return remaining


def sweep_orphans() -> int:
    """Delete stored files that nothing refers to; return their number."""
    removed = sum(not remove_files([name]) for name in orphans())
    logger.info("orphaned files swept", extra={"removed": removed})
    return removed


def orphans() -> Iterator[str]:
    """Yield names of stored files that nothing refers to, nor is about to."""
    yield from unreferenced(FOLDERS.values(), names_of_captures)
    yield from unreferenced([IMPORTS_FOLDER], names_of_imports)


def unreferenced(
    folders: Iterable[str], referenced: Callable[[set[str]], set[str]]
) -> Iterator[str]:
    """Yield names of files in folders that have no record, nor one that is being written."""
    latest = timezone.now() - MIN_ORPHAN_AGE
    names = chain.from_iterable(map(names_in, folders))
    while batch := set(islice(names, BATCH_SIZE)):
        unknown = batch - referenced(batch)
        yield from (name for name in sorted(unknown) if not is_younger(name, latest))


def names_of_captures(batch: set[str]) -> set[str]:
    """Return some names of pictures, those of some files among them that captures refer to."""
    named = Q(photo__in=batch) | Q(crop__in=batch) | Q(thumbnail__in=batch)
    rows = Capture.objects.filter(named).values_list(*Capture.PICTURES)
    return set(chain.from_iterable(rows))


def names_of_imports(batch: set[str]) -> set[str]:
    """Return those of some files that imports refer to."""
    return set(Import.objects.filter(file__in=batch).values_list("file", flat=True))


def names_in(folder: str) -> Iterator[str]:
    """Yield the names of the files in a folder of the storage, without listing a whole disk."""
    try:
        with os.scandir(default_storage.path(folder)) as entries:
            yield from (f"{folder}/{entry.name}" for entry in entries if entry.is_file())
    except FileNotFoundError:
        return
    except NotImplementedError:  # object storage has no paths
        yield from (f"{folder}/{name}" for name in default_storage.listdir(folder)[1])


def is_younger(name: str, moment: datetime) -> bool:
    """Return whether a file was written after a moment, or is gone by now."""
    try:
        return default_storage.get_modified_time(name) > moment
    except FileNotFoundError:
        return True


def find_flaw(name: str) -> str | None:
    """Return what is wrong with a stored picture, or None.

    Raises:
        Exception: the storage does not answer, which says nothing about the picture.
    """
    try:
        with default_storage.open(name, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return "is missing"
    _, _, digest = PurePath(name).stem.partition("-")
    if digest and digest != name_digest(content):
        return "is not what was written"
    try:
        images.read_image(content)
    except images.ImageError as error:
        return f"cannot be decoded ({error.code})"
    return None
