"""Face detection with BlazeFace, a network of 229 KB that finds a face and its eyes in 1 ms.

Bazarevsky et al., “BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs”, 2019. Input,
anchors, decoding and thresholds are those of the graph that MediaPipe publishes for its short-range
model. The weights are no part of the repository: they come with the package
`@mediapipe/face_detection` that `package-lock.json` names, and only the known file is ever opened.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from common.imaging.images import Pixels
from ml.inference import weights

FILE = (
    Path(__file__).resolve().parents[2]
    / "node_modules/@mediapipe/face_detection/face_detection_short_range.tflite"
)
SHA256 = "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"

SIDE = 128  # of the square that the network learned from, in pixels
STRIDE = 16  # sides of what it sees are multiples of this
ANCHORS_BY_STRIDE = {8: 2, 16: 6}  # anchors in each cell of a grid, by the width of its cells
MIN_LOGIT = 0.0  # of a score of 0.5
MIN_OVERLAP = 0.3  # intersection over union, above which two boxes are the same face

Point = tuple[float, float]

_local = threading.local()


@dataclass(frozen=True, slots=True)
class Detection:
    """A face, in pixels of the picture.

    Attributes:
        score: how sure the network is, 0 to 1.
        side: of the square from the eyebrows to the chin.
        middle: x and y of its middle.
        right_eye, left_eye: x and y; of the person, whose right eye is on the left if upright.
    """

    score: float
    side: float
    middle: Point
    right_eye: Point
    left_eye: Point

    @property
    def roll(self) -> float:
        """How far the head is turned clockwise in the picture, in degrees, -180 to 180."""
        (x, y), (left_x, left_y) = self.right_eye, self.left_eye
        return math.degrees(math.atan2(left_y - y, left_x - x))

    def overlap(self, other: Detection) -> float:
        """Return the area of the intersection as a share of the smaller square, 0 to 1."""
        reach = (self.side + other.side) / 2
        width, height = (
            min(reach - abs(one - another), self.side, other.side)
            for one, another in zip(self.middle, other.middle, strict=True)
        )
        return max(0, width) * max(0, height) / min(self.side, other.side) ** 2

    def mapped(self, matrix: NDArray[np.float64]) -> Detection:
        """Return the face where an affine map without shear, 2 × 3, takes it."""
        middle, right_eye, left_eye = (
            (float(x), float(y))
            for x, y in np.array([self.middle, self.right_eye, self.left_eye]) @ matrix[:, :2].T
            + matrix[:, 2]
        )
        scale = math.hypot(*matrix[:, 0])
        return replace(
            self, side=self.side * scale, middle=middle, right_eye=right_eye, left_eye=left_eye
        )


def is_installed() -> bool:
    """Tell whether the known weights are there; a file that is installed later is noticed."""
    return weights.are_installed(FILE, sha256=SHA256)


def detect(pixels: Pixels) -> list[Detection]:
    """Return the faces in an RGB picture, scaled to the network's square, in no particular order.

    It finds faces from an eighth of the longest side to all of it.
    """
    square, scale, left, top = _letterbox(pixels)
    to_picture = np.array([[1 / scale, 0, -left / scale], [0, 1 / scale, -top / scale]])
    return [face.mapped(to_picture) for face in detect_unscaled(square)]


def detect_unscaled(pixels: Pixels) -> list[Detection]:
    """Return the faces of about 16 to 100 pixels in an RGB picture, in no particular order.

    The network is convolutional, so it runs over a picture of any size at once, for less than it
    takes in overlapping squares.
    """
    height, width = pixels.shape[:2]
    padded = pixels
    if height % STRIDE or width % STRIDE:
        padded = np.asarray(
            cv2.copyMakeBorder(
                pixels, 0, -height % STRIDE, 0, -width % STRIDE, cv2.BORDER_CONSTANT
            ),
            np.uint8,
        )
    values, logits = _run(padded)
    likely = np.flatnonzero(logits >= MIN_LOGIT)
    if not len(likely):
        return []
    scores = np.asarray(1 / (1 + np.exp(-logits[likely])), np.float32)
    # Of a candidate: x and y of the middle, width and height, then x and y of six points.
    points = values[likely].reshape(-1, 8, 2)
    points[:, [0, *range(2, 8)]] += _anchors(*padded.shape[:2])[likely, None]
    return [_detection(score, candidate) for score, candidate in _merge(scores, points)]


def _letterbox(pixels: Pixels) -> tuple[Pixels, float, int, int]:
    """Fit a picture into the middle of a black square.

    Returns:
        the square, the scale of the picture in it, and its left and top.
    """
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    square = np.zeros((SIDE, SIDE, 3), np.uint8)
    left, top = (SIDE - size[0]) // 2, (SIDE - size[1]) // 2
    square[top : top + size[1], left : left + size[0]] = cv2.resize(
        pixels, size, interpolation=interpolation
    )
    return square, scale, left, top


@lru_cache(maxsize=8)
def _anchors(height: int, width: int) -> NDArray[np.float32]:
    """Return the middle of each anchor, in pixels, in the order of the outputs."""
    grids = []
    for stride, count in ANCHORS_BY_STRIDE.items():
        y, x = np.meshgrid(
            *((np.arange(side // stride) + 0.5) * stride for side in (height, width)),
            indexing="ij",
        )
        grids.append(np.stack([x, y], -1).reshape(-1, 2).repeat(count, axis=0))
    return np.concatenate(grids).astype(np.float32)


def _merge(
    scores: NDArray[np.float32], points: NDArray[np.float32]
) -> list[tuple[float, NDArray[np.float32]]]:
    """Weighted non-maximum suppression: each face is the mean of the boxes that overlap its best.

    A mean jitters less from one frame to the next than the best box alone.
    """
    merged = []
    order = np.argsort(-scores, kind="stable")
    while len(order):
        same = _overlaps(points[order[0]], points[order]) > MIN_OVERLAP
        same[0] = True
        weights = scores[order[same]]
        mean = (points[order[same]] * weights[:, None, None]).sum(axis=0) / weights.sum()
        merged.append((float(weights[0]), mean))
        order = order[~same]
    return merged


def _overlaps(one: NDArray[np.float32], many: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return intersection over union of a box with others."""
    halves, many_halves = one[1] / 2, many[:, 1] / 2
    low = np.maximum(one[0] - halves, many[:, 0] - many_halves)
    high = np.minimum(one[0] + halves, many[:, 0] + many_halves)
    common = np.maximum(high - low, 0).prod(axis=1)
    union = one[1].prod() + many[:, 1].prod(axis=1) - common
    return np.asarray(common / np.maximum(union, np.finfo(np.float32).tiny), np.float32)


def _detection(score: float, points: NDArray[np.float32]) -> Detection:
    middle, (width, height), right_eye, left_eye = points[:4].tolist()
    return Detection(score, max(width, height), tuple(middle), tuple(right_eye), tuple(left_eye))


def _run(pixels: Pixels) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return n × 16 coordinates in pixels, relative to the n anchors, and n logits."""
    interpreter, source, values, logits = _interpreter(*pixels.shape[:2])
    signed = pixels[None].astype(np.float32)
    signed *= 1 / 127.5
    signed -= 1
    interpreter.set_tensor(source, signed)
    interpreter.invoke()
    return interpreter.get_tensor(values)[0], interpreter.get_tensor(logits)[0, :, 0]


def _interpreter(height: int, width: int) -> tuple[Interpreter, int, int, int]:
    """Return an interpreter for pictures of a size, with its input and outputs.

    Threads cannot share them. Each has one for squares and one for whatever else it saw last, as
    the camera or the folder that a picture comes from is likely to give more of the same size.
    """
    kind = "square" if (height, width) == (SIDE, SIDE) else "other"
    kept: dict[str, tuple[tuple[int, int], tuple[Interpreter, int, int, int]]]
    kept = _local.__dict__.setdefault("interpreters", {})
    if kind not in kept or kept[kind][0] != (height, width):
        interpreter = (
            kept[kind][1][0]
            if kind in kept
            else Interpreter(model_content=FILE.read_bytes(), num_threads=1)
        )
        (source,) = interpreter.get_input_details()
        interpreter.resize_tensor_input(source["index"], [1, height, width, 3])
        interpreter.allocate_tensors()
        outputs = {output["name"]: output["index"] for output in interpreter.get_output_details()}
        kept[kind] = (
            (height, width),
            (interpreter, source["index"], outputs["regressors"], outputs["classificators"]),
        )
    return kept[kind][1]
