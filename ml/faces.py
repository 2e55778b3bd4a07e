"""Where the faces are: upright pixels become boxes, the largest face first."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ml.images import Pixels, shrink


@dataclass(frozen=True, slots=True)
class Box:
    """A face in pixels of the upright picture: left, top, width and height."""

    x: int
    y: int
    width: int
    height: int

    @property
    def area(self) -> int:
        """The area in square pixels."""
        return self.width * self.height

    def overlap(self, other: Box) -> float:
        """Return the common area as a share, 0 to 1, of the smaller box."""
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0, width) * max(0, height) / min(self.area, other.area)


@dataclass(frozen=True, slots=True)
class _Scan:
    """One look over the picture with one cascade, for faces of one range of sizes.

    Attributes:
        cascade: which of OpenCV's frontal face cascades.
        side: longest side of the picture that is searched, in pixels.
        padding: what is added around the picture, as a share of each side: the cascades miss
            large faces that touch the edge.
        smallest, largest: side of the window in pixels of that picture.
        step: ratio of one window size to the next.
        neighbours: how many hits a face needs.
    """

    cascade: str
    side: int
    padding: float
    smallest: int
    largest: int
    step: float
    neighbours: int


# Three octaves, coarse for large faces and fine for small ones: OpenCV moves windows of less than
# twice the cascade's 24 pixels by two pixels at a time, which makes each of them cheap.
_OCTAVES = (
    _Scan("default", 160, 0.25, 24, 240, 1.1, 4),
    _Scan("default", 320, 0.0, 24, 51, 1.15, 5),
    _Scan("default", 640, 0.0, 28, 47, 1.2, 5),
)
_SECOND_LOOKS = (
    _Scan("alt2", 320, 0.25, 30, 480, 1.1, 4),
    _Scan("alt", 320, 0.25, 30, 480, 1.05, 4),
)
_SAME_FACE = 0.4

_local = threading.local()


def find_faces(pixels: Pixels) -> list[Box]:
    """Return every face in an upright RGB picture, the largest first; often none.

    Faces smaller than about a twentieth of the longest side are not found.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    found = [hit for scan in _OCTAVES for hit in _hits(grey, scan)]
    for scan in _SECOND_LOOKS:
        found = found or _hits(grey, scan)
    surest_first = [box for _, box in sorted(found, key=lambda hit: hit[0], reverse=True)]
    return sorted(_distinct(surest_first), key=lambda box: box.area, reverse=True)


def _hits(grey: Pixels, scan: _Scan) -> list[tuple[float, Box]]:
    """Return how sure the cascade is of each face it sees, and the face."""
    small = shrink(grey, scan.side)
    scale = max(grey.shape) / max(small.shape)
    down, right = (round(length * scan.padding) for length in small.shape)
    padded = cv2.copyMakeBorder(small, down, down, right, right, cv2.BORDER_REPLICATE)
    boxes, _, weights = _cascade(scan.cascade).detectMultiScale3(
        padded,
        scaleFactor=scan.step,
        minNeighbors=scan.neighbours,
        minSize=(scan.smallest, scan.smallest),
        maxSize=(scan.largest, scan.largest),
        outputRejectLevels=True,
    )
    return [
        (
            float(weight),
            Box(
                round((x - right) * scale),
                round((y - down) * scale),
                round(width * scale),
                round(height * scale),
            ),
        )
        for (x, y, width, height), weight in zip(boxes, np.ravel(weights), strict=True)
    ]


def _distinct(boxes: Iterable[Box]) -> list[Box]:
    """Drop every box that mostly covers an earlier one."""
    kept: list[Box] = []
    for box in boxes:
        if all(box.overlap(other) < _SAME_FACE for other in kept):
            kept.append(box)
    return kept


def _cascade(name: str) -> cv2.CascadeClassifier:
    """Return this thread's cascade of that name: they cannot be shared between threads."""
    cascades: dict[str, cv2.CascadeClassifier] = _local.__dict__.setdefault("cascades", {})
    if name not in cascades:
        folder = Path(cv2.data.haarcascades)
        cascades[name] = cv2.CascadeClassifier(str(folder / f"haarcascade_frontalface_{name}.xml"))
    return cascades[name]
