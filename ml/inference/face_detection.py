"""Face detection: upright pixels in, face boxes out, the largest face first."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from cv2.data import haarcascades

from common.imaging.geometry import Box
from common.imaging.images import Pixels, crop_face, shrink
from ml.inference import blazeface, face_search, yunet


@dataclass(frozen=True, slots=True)
class _Scan:
    """One pass over a picture with one cascade, for faces within a range of sizes.

    Attributes:
        cascade: name of one of OpenCV's frontal face cascades.
        side: longest side of the scaled picture, in pixels.
        padding: border to add, as a share of each side; the cascades miss large faces that touch
            the edge.
        smallest, largest: side of the detection window, in pixels of the scaled picture.
        step: scale factor from one window size to the next.
        hits: minimum number of neighbouring windows that must detect a face.
    """

    cascade: str
    side: int
    padding: float
    smallest: int
    largest: int
    step: float
    hits: int


# Three octaves, coarse for large faces and fine for small ones. OpenCV moves windows of less than
# twice the cascade's 24 pixels by two pixels at a time, which makes each of them cheap.
_OCTAVES = (
    _Scan("default", 160, 0.25, 24, 240, 1.1, hits=2),
    _Scan("default", 320, 0.0, 24, 51, 1.15, hits=1),
    _Scan("default", 640, 0.0, 28, 47, 1.2, hits=1),
)
_FALLBACK_SCANS = (
    _Scan("alt2", 320, 0.25, 30, 480, 1.1, hits=4),
    _Scan("alt", 320, 0.25, 30, 480, 1.05, hits=4),
)
_VERIFICATION_SCAN = _Scan("alt", 72, 0.0, 24, 72, 1.08, hits=3)
_VERIFICATION_MARGIN = 0.4
_MIN_CERTAIN_HITS = 9
_MAX_OVERLAP = 0.4

_MIN_TRUSTED_SHARE = 0.4
"""Of a picture's longest side: faces so large are hardly ever something else."""
_TRUSTED_SIDE = 512  # of a picture in pixels, which shows such faces as well as a larger one

# BlazeFace's boxes end at the eyebrows; FER2013's faces, from which our network learned, do not.
BOX_SCALE = 1.25
BOX_RISE = 0.1  # towards the top of the head, as a share of the box

_local = threading.local()


def detect_faces(pixels: Pixels) -> list[Box]:
    """Return the faces in an upright RGB picture, the largest first.

    Uses what `detector_name` says. Faces smaller than about a twentieth of the longest side are not
    detected.
    """
    detector = {
        "yunet": _detect_with_yunet,
        "blazeface": detect_with_blazeface,
        "cascades": detect_with_cascades,
    }[detector_name()]
    return sorted(detector(pixels), key=lambda box: box.area, reverse=True)


def detector_name() -> str:
    """Return what detects faces now.

    YuNet if somebody installed it, else BlazeFace if Node's packages are there, else the cascades.
    """
    if yunet.is_installed():
        return "yunet"
    return "blazeface" if blazeface.is_installed() else "cascades"


def fallback_notice() -> str:
    """Return what commands and health checks say where the cascades serve; nothing elsewhere."""
    if detector_name() != "cascades":
        return ""
    return (
        "Faces are found by OpenCV's cascades, which miss tilted ones: the weights of BlazeFace "
        "are not in node_modules (npm ci --omit=dev)."
    )


def _detect_with_yunet(pixels: Pixels) -> list[Box]:
    return [Box(*square) for square in yunet.detect(pixels)]


def detect_with_blazeface(pixels: Pixels) -> list[Box]:
    """Return squares around the faces that BlazeFace detects, in no particular order.

    Blur and coarse grain blind it more than the cascades: their large faces count where it finds
    none.
    """
    if faces := face_search.find_faces(pixels):
        return [_square(face) for face in faces]
    small = shrink(pixels, _TRUSTED_SIDE)
    scale = max(pixels.shape) / max(small.shape)
    return [
        Box(*(round(scale * length) for length in (box.x, box.y, box.width, box.height)))
        for box in detect_with_cascades(small, _MIN_TRUSTED_SHARE)
        if box.width >= _MIN_TRUSTED_SHARE * max(small.shape)
    ]


def _square(face: blazeface.Detection) -> Box:
    """Return the square around a face from which our network reads best."""
    side = BOX_SCALE * face.side
    roll = math.radians(face.roll)
    x = face.middle[0] + BOX_RISE * face.side * math.sin(roll) - side / 2
    y = face.middle[1] - BOX_RISE * face.side * math.cos(roll) - side / 2
    return Box(round(x), round(y), max(1, round(side)), max(1, round(side)))


def detect_with_cascades(pixels: Pixels, min_share: float = 0.0) -> list[Box]:
    """Return the faces that the cascades detect, in no particular order.

    Args:
        min_share: of the longest side; smaller faces are not looked for, which saves most of the
            time.
    """
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    candidates = _suppress_overlaps(
        [candidate for scan in _OCTAVES for candidate in _run_scan(grey, scan, min_share)]
    )
    faces = [box for hits, box in candidates if hits >= _MIN_CERTAIN_HITS or _is_face(grey, box)]
    for scan in _FALLBACK_SCANS:
        faces = faces or [box for _, box in _suppress_overlaps(_run_scan(grey, scan, min_share))]
    return faces


def _run_scan(grey: Pixels, scan: _Scan, min_share: float = 0.0) -> list[tuple[int, Box]]:
    """Return candidate faces, each with the number of windows that detected it."""
    smallest = max(scan.smallest, math.floor(min_share * scan.side))
    if smallest > scan.largest:
        return []
    small = shrink(grey, scan.side)
    scale = max(grey.shape) / max(small.shape)
    down, right = (round(length * scan.padding) for length in small.shape)
    padded = cv2.copyMakeBorder(small, down, down, right, right, cv2.BORDER_REPLICATE)
    boxes, hits = _cascade(scan.cascade).detectMultiScale2(
        padded,
        scaleFactor=scan.step,
        minNeighbors=scan.hits,
        minSize=(smallest, smallest),
        maxSize=(scan.largest, scan.largest),
    )
    return [
        (
            int(count),
            Box(
                round((x - right) * scale),
                round((y - down) * scale),
                round(width * scale),
                round(height * scale),
            ),
        )
        for (x, y, width, height), count in zip(boxes, np.ravel(hits), strict=True)
    ]


def _suppress_overlaps(candidates: list[tuple[int, Box]]) -> list[tuple[int, Box]]:
    """Non-maximum suppression: drop boxes that overlap one with more hits; most hits first."""
    kept: list[tuple[int, Box]] = []
    for hits, box in sorted(candidates, key=lambda candidate: candidate[0], reverse=True):
        if all(box.overlap(other) < _MAX_OVERLAP for _, other in kept):
            kept.append((hits, box))
    return kept


def _is_face(grey: Pixels, box: Box) -> bool:
    """Verify a candidate that few windows detected with another cascade."""
    close_up = crop_face(grey, box, _VERIFICATION_SCAN.side, _VERIFICATION_MARGIN)
    return bool(_run_scan(close_up, _VERIFICATION_SCAN))


def _cascade(name: str) -> cv2.CascadeClassifier:
    """Return this thread's cascade of that name; cascades cannot be shared between threads."""
    cascades: dict[str, cv2.CascadeClassifier] = _local.__dict__.setdefault("cascades", {})
    if name not in cascades:
        folder = Path(haarcascades)
        cascades[name] = cv2.CascadeClassifier(str(folder / f"haarcascade_frontalface_{name}.xml"))
    return cascades[name]
