"""Captures that tests of several aspects record, and what is stored of them."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from accounts.models import User
from emotions.captures import recording
from emotions.models import Capture, Detection


def record(owner: User, photo: bytes | None = None, **fields: Any) -> Capture:
    """Record a moment, with a photo or without, as the page for uploads does."""
    return recording.record_capture(
        owner=owner, photo=photo, source=Capture.Source.UPLOAD, time_zone="UTC", **fields
    )


def kept_files(media: Path) -> list[str]:
    """Return the folder of each stored file, in the order of the alphabet."""
    return sorted(path.parent.name for path in media.rglob("*") if path.is_file())


def sharpness(capture: Capture, face: Detection) -> float:
    """Return how much neighbouring pixels of a face in the stored photo differ."""
    with Image.open(capture.photo.open()) as photo:
        box = (face.x, face.y, face.x + face.width, face.y + face.height)
        grey = np.asarray(photo.crop(box).convert("L"), np.float32)
    return float(np.median(np.abs(np.diff(grey, axis=1))))
