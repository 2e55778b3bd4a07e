"""Finding faces with YuNet, OpenCV Zoo's small network, where its file has been fetched.

Wu, Peng and Yu, “YuNet: A Tiny Millisecond-level Face Detector”, 2023. The weights are not ours and
not in the repository: `manage.py fetch_face_detector` gets them, and until then cascades serve.
"""

from __future__ import annotations

import hashlib
import threading
import urllib.request
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from common.files import atomic_write
from common.imaging.images import Pixels, shrink

ADDRESS = (
    "https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/"
    "face_detection_yunet_2023mar.onnx"
)
SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
FILE = Path(__file__).resolve().parents[2] / "var" / "face_detection_yunet_2023mar.onnx"

MOST_BYTES = 1_000_000
PATIENCE = 30  # seconds
SIDE = 640  # longest side of the picture that is searched, in pixels
SURE = 0.75  # of 1: below that it is no face
SAME_FACE = 0.3  # overlap from which two boxes are one face
MOST_FACES = 100

_local = threading.local()


class DetectorFileError(Exception):
    """The detector's file cannot be had, or is not the one that is known."""


def installed() -> bool:
    """Tell whether the detector can be used; one that appears later is seen at once."""
    try:
        found = FILE.stat()
    except OSError:
        return False
    return _is_genuine(FILE, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4)
def _is_genuine(file: Path, _changed: int, _size: int) -> bool:
    """Tell, once for each state of a file, whether its bytes are those that are known."""
    return hashlib.sha256(file.read_bytes()).hexdigest() == SHA256


def find(pixels: Pixels) -> list[tuple[int, int, int, int]]:
    """Return left, top, width and height of the square around each face of an RGB picture.

    Raises:
        DetectorFileError: the detector is not installed.
    """
    if not installed():
        raise DetectorFileError("The face detector is not installed.")
    small = shrink(pixels, SIDE)
    detector = _detector()
    detector.setInputSize((small.shape[1], small.shape[0]))
    _, rows = detector.detect(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
    scale = max(pixels.shape[:2]) / max(small.shape[:2])
    return [_square(row[:4] * scale) for row in (() if rows is None else rows)]


def _square(box: np.ndarray) -> tuple[int, int, int, int]:
    """Return the square around the middle of a box, as wide as its longer side."""
    x, y, width, height = (float(value) for value in box)
    side = max(width, height)
    left, top = x + (width - side) / 2, y + (height - side) / 2
    return round(left), round(top), round(side), round(side)


def _detector() -> cv2.FaceDetectorYN:
    """Return this thread's detector: it keeps its buffers between pictures."""
    if not hasattr(_local, "detector"):
        _local.detector = cv2.FaceDetectorYN.create(
            str(FILE), "", (SIDE, SIDE), SURE, SAME_FACE, MOST_FACES
        )
    detector: cv2.FaceDetectorYN = _local.detector
    return detector


def fetch(address: str = ADDRESS) -> None:
    """Download the detector's file, check it and put it in its place, whole or not at all.

    Args:
        address: where it is, as https, file or another scheme that urllib knows.

    Raises:
        DetectorFileError: it cannot be read, or is not the file that is known.
    """
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310 - by the administrator
            content = answer.read(MOST_BYTES)
    except (OSError, ValueError) as error:
        raise DetectorFileError(f"{address} cannot be read: {error}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise DetectorFileError(f"{address}: expected the sha256 {SHA256}, received {found}.")
    FILE.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(FILE) as temporary:
        temporary.write_bytes(content)
