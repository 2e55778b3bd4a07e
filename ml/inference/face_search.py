"""Where to look for faces with BlazeFace, which finds those that fill an eighth of what it sees.

The first look takes in the whole picture and, unless that shows a large face, a closer one. What
takes longer is only tried where nothing was found: with more light, without grain, still closer,
and turned. Whatever the network doubts has to be seen again, alone and upright. With these
thresholds it takes no more pictures for faces than OpenCV's cascades do
(`python -m benchmarks.face_detectors`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from statistics import fmean

import cv2
import numpy as np

from common.imaging.geometry import Box
from common.imaging.images import Pixels, crop_face, shrink
from ml.inference import blazeface
from ml.inference.blazeface import Detection

Change = Callable[[Pixels], Pixels]

CLOSER = 320
"""Longest side of a picture that is seen in tiles, which shows faces of a twentieth of it."""
CLOSEST = 512  # shows faces of a thirtieth; panoramas are seen as high as a tile
TILE_OVERLAP = 32  # pixels, more than the smallest face that is found
SAME_FACE = 0.4  # overlap, as a share of the smaller square, above which two are the same face

LARGE_SHARE = 0.3
"""Of the longest side: a face so large is somebody's own portrait, or stands among its like."""
CERTAIN = 0.85  # score from which the first look needs no confirmation
CONFIRMATION_MARGINS = (0.25, 0.75, 1.25)  # of close-ups, as shares of the face's square
MIN_CONFIRMATION = 0.7  # mean score in those
MIN_LARGE_CONFIRMATION = 0.5  # of faces that are hard to take for something else
MIN_SECOND_CONFIRMATION = 0.75  # after many looks, one of which may err

TURNS = (30, -30, 90, -90, 180)  # degrees; each look finds faces that lean by up to about 40
QUARTER_TURNS = (90, -90, 180)
SMOOTHING = 2.0  # sigma in pixels of what the network sees


def find_faces(pixels: Pixels) -> list[Detection]:
    """Return the faces in an RGB picture, in no particular order."""
    return next((faces for faces in _looks(pixels) if faces), [])


def find_face(close_up: Pixels) -> Detection | None:
    """Return the face in a picture of not much else, whatever its light and direction."""
    faces = blazeface.detect(close_up)
    if not any(face.score >= CERTAIN for face in faces):
        for change in (_brightened, _smoothed):
            faces += blazeface.detect(change(close_up))
        for degrees in QUARTER_TURNS:
            faces += _look_turned(close_up, blazeface.detect, degrees)
    return max(faces, key=lambda face: face.score, default=None)


def _looks(pixels: Pixels) -> Iterator[list[Detection]]:
    """Yield the faces of one look after the other."""
    yield _confirmed(pixels, _look_at_picture(pixels), MIN_CONFIRMATION, certain=CERTAIN)
    panorama = blazeface.SIDE * max(pixels.shape[:2]) // min(pixels.shape[:2])
    sight = shrink(pixels, max(CLOSEST, panorama))
    to_picture = np.eye(2, 3) * (max(pixels.shape) / max(sight.shape))
    confirmed = partial(_confirmed, pixels, minimum=MIN_SECOND_CONFIRMATION)
    for change in (_brightened, _smoothed):
        faces = _look_at_picture(change(sight))
        yield confirmed([face.mapped(to_picture) for face in faces], change=change)
    yield confirmed([face.mapped(to_picture) for face in _look_at_tiles(sight)])
    for degrees in TURNS:
        faces = _look_turned(sight, _look_at_picture, degrees)
        yield confirmed([face.mapped(to_picture) for face in faces])


def _look_at_picture(pixels: Pixels) -> list[Detection]:
    closer = shrink(pixels, CLOSER)
    faces = blazeface.detect(closer)
    to_picture = np.eye(2, 3) * (max(pixels.shape) / max(closer.shape))
    if not any(_is_large(face, closer) for face in faces):
        faces = _without_repetitions(faces + _look_at_tiles(closer))
    return [face.mapped(to_picture) for face in faces]


def _look_at_tiles(pixels: Pixels) -> list[Detection]:
    """Return the faces in overlapping tiles of the size that the network sees."""
    faces = []
    for top, left in product(*map(_starts, pixels.shape[:2])):
        tile = pixels[top : top + blazeface.SIDE, left : left + blazeface.SIDE]
        to_picture = np.array([[1.0, 0, left], [0, 1, top]])
        faces += [face.mapped(to_picture) for face in blazeface.detect(tile)]
    return _without_repetitions(faces)


def _look_turned(
    pixels: Pixels, look: Callable[[Pixels], list[Detection]], degrees: float
) -> list[Detection]:
    """Return the faces that a look shows in the picture turned against the clock."""
    height, width = pixels.shape[:2]
    matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1), np.float64)
    size = np.ceil(np.abs(matrix[:, :2]) @ (width, height) - 1e-6)
    matrix[:, 2] += (size - (width, height)) / 2
    turned = cv2.warpAffine(pixels, matrix, tuple(size.astype(int).tolist()))
    back = np.asarray(cv2.invertAffineTransform(matrix), np.float64)
    return [face.mapped(back) for face in look(np.asarray(turned, np.uint8))]


def _starts(length: int) -> list[int]:
    """Return where tiles begin that cover a length."""
    last = max(0, length - blazeface.SIDE)
    steps = -(-last // (blazeface.SIDE - TILE_OVERLAP))
    starts: list[int] = np.linspace(0, last, steps + 1).astype(int).tolist()
    return starts


def _without_repetitions(faces: list[Detection]) -> list[Detection]:
    """Keep the surest of faces that overlap; tiles repeat some and cut others."""
    kept: list[Detection] = []
    for face in sorted(faces, key=lambda face: face.score, reverse=True):
        if all(face.overlap(other) < SAME_FACE for other in kept):
            kept.append(face)
    return kept


def _as_it_is(pixels: Pixels) -> Pixels:
    return pixels


def _brightened(pixels: Pixels) -> Pixels:
    """Return a picture in which every brightness is about as frequent."""
    luma = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)
    luma[..., 0] = cv2.equalizeHist(luma[..., 0])
    return np.asarray(cv2.cvtColor(luma, cv2.COLOR_YCrCb2RGB), np.uint8)


def _smoothed(pixels: Pixels) -> Pixels:
    """Return a picture without its grain, as coarse as the network sees all of it."""
    small = cv2.GaussianBlur(shrink(pixels, blazeface.SIDE), (0, 0), SMOOTHING)
    return np.asarray(cv2.resize(small, pixels.shape[1::-1]), np.uint8)


def _is_large(face: Detection, pixels: Pixels) -> bool:
    return face.side >= LARGE_SHARE * max(pixels.shape)


def _confirmed(
    pixels: Pixels,
    faces: list[Detection],
    minimum: float,
    *,
    certain: float = 1.0,
    change: Change = _as_it_is,
) -> list[Detection]:
    """Keep the faces that are seen again in close-ups.

    Args:
        minimum: mean score there of faces that are not large.
        certain: score from which no close-up is needed.
        change: to make of the close-ups, too.
    """
    return [
        face
        for face in faces
        if face.score >= certain
        or _confirmation(pixels, face, change)
        >= (MIN_LARGE_CONFIRMATION if _is_large(face, pixels) else minimum)
    ]


def _confirmation(pixels: Pixels, face: Detection, change: Change) -> float:
    """Return the mean score of a face in upright close-ups of it."""
    x, y = (round(middle - face.side / 2) for middle in face.middle)
    box = Box(x, y, round(face.side), round(face.side))
    return fmean(
        max((seen.score for seen in blazeface.detect(change(close_up))), default=0.0)
        for margin in CONFIRMATION_MARGINS
        for close_up in [crop_face(pixels, box, blazeface.SIDE, margin, face.roll)]
    )
