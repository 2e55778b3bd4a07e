"""Face detection with YuNet, a small network from the OpenCV Zoo, if its file is installed.

Wu, Peng and Yu, “YuNet: A Tiny Millisecond-level Face Detector”, 2023. The weights are not part of
the repository: `manage.py fetch_face_detector` downloads them. Until then cascades are used.
"""

from __future__ import annotations

import hashlib
import threading
import urllib.request
from pathlib import Path

import cv2
import numpy as np

from common.files import atomic_write
from common.imaging.images import Pixels, shrink
from ml.inference import weights

URL = (
    "https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/"
    "face_detection_yunet_2023mar.onnx"
)
SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
FILE = Path(__file__).resolve().parents[2] / "var" / "face_detection_yunet_2023mar.onnx"

MAX_BYTES = 1_000_000
DOWNLOAD_TIMEOUT = 30  # seconds
SIDE = 640  # longest side of the picture that the detector sees, in pixels
SCORE_THRESHOLD = 0.75
NMS_THRESHOLD = 0.3  # intersection over union, above which two boxes are the same face
MAX_FACES = 100

_local = threading.local()


class DetectorFileError(Exception):
    """The detector's file is missing, cannot be downloaded, or has the wrong checksum."""


def is_installed() -> bool:
    """Tell whether the detector can be used; a file that is installed later is noticed at once."""
    return weights.are_installed(FILE, sha256=SHA256)


def detect(pixels: Pixels) -> list[tuple[int, int, int, int]]:
    """Return left, top, width and height of a square around each face in an RGB picture.

    Raises:
        DetectorFileError: the detector is not installed.
    """
    if not is_installed():
        raise DetectorFileError("The face detector is not installed.")
    small = shrink(pixels, SIDE)
    detector = _detector()
    detector.setInputSize((small.shape[1], small.shape[0]))
    _, rows = detector.detect(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
    scale = max(pixels.shape[:2]) / max(small.shape[:2])
    return [_square(row[:4] * scale) for row in (() if rows is None else rows)]


def _square(box: np.ndarray) -> tuple[int, int, int, int]:
    """Return the square with the same centre as a box, as wide as its longer side."""
    x, y, width, height = (float(value) for value in box)
    side = max(width, height)
    left, top = x + (width - side) / 2, y + (height - side) / 2
    return round(left), round(top), round(side), round(side)


def _detector() -> cv2.FaceDetectorYN:
    """Return this thread's detector, which reuses its buffers."""
    if not hasattr(_local, "detector"):
        _local.detector = cv2.FaceDetectorYN.create(
            str(FILE), "", (SIDE, SIDE), SCORE_THRESHOLD, NMS_THRESHOLD, MAX_FACES
        )
    detector: cv2.FaceDetectorYN = _local.detector
    return detector


def fetch(url: str = URL) -> None:
    """Download the detector's file, verify it and install it.

    Args:
        url: an https or file URL, or of another scheme that urllib supports.

    Raises:
        DetectorFileError: the file cannot be read or has the wrong checksum.
    """
    try:
        with urllib.request.urlopen(url, timeout=DOWNLOAD_TIMEOUT) as response:  # noqa: S310 - chosen by the administrator
            content = response.read(MAX_BYTES)
    except (OSError, ValueError) as error:
        raise DetectorFileError(f"{url} cannot be read: {error}") from error
    received = hashlib.sha256(content).hexdigest()
    if received != SHA256:
        raise DetectorFileError(f"{url}: expected the sha256 {SHA256}, received {received}.")
    FILE.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(FILE) as temporary:
        temporary.write_bytes(content)
        # Nobody's secret, and maybe installed by another account than that of the site.
        temporary.chmod(0o644)
