"""Photo files: writing them before a record exists, removing them after it is gone."""

import logging
from collections.abc import Iterable
from datetime import timedelta

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils import timezone

from emotions.models import Capture, private_name
from ml import images

logger = logging.getLogger(__name__)

FOLDERS = ("photos", "thumbnails")
# A capture in the making has files and no record yet; nothing takes this long to record.
UNFINISHED_FOR = timedelta(hours=1)


def write_pictures(pixels: np.ndarray, thumbnail: np.ndarray) -> tuple[str, str]:
    """Store a photo and its thumbnail as clean JPEG files and return their storage names."""
    written: list[str] = []
    try:
        for folder, picture in zip(FOLDERS, (pixels, thumbnail), strict=True):
            content = ContentFile(images.encode_jpeg(picture))
            written.append(default_storage.save(private_name(folder), content))
    except Exception:
        remove_files(written)
        raise
    photo, small = written
    return photo, small


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
    for folder in FOLDERS:
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
    return Capture.objects.filter(Q(photo=name) | Q(thumbnail=name)).exists()
