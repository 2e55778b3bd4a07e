"""Where to look for faces with BlazeFace, which finds those that fill an eighth of what it sees.

The first look takes in the whole picture and, unless that shows a large face, all of it from
closer. What takes longer is only tried where nothing was found: without grain and detail, turned,
with more light, and still closer. Whatever the network doubts has to be seen again, alone and
upright. With these thresholds it takes no more pictures for faces than OpenCV's cascades do
(`python -m benchmarks.face_detectors`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import product

import cv2
import numpy as np

from common.imaging.geometry import Box
from common.imaging.images import Pixels, crop_face, shrink
from ml.inference import blazeface
from ml.inference.blazeface import Detection

Change = Callable[[Pixels], Pixels]

CLOSER = 320
"""Longest side of a picture that is seen from closer, which shows faces of a twentieth of it."""
CLOSEST = 512  # shows faces of a thirtieth; panoramas are seen as high as a square
TILE = 256, 320  # height and width that are seen at once, which bounds the memory of a thread
TILE_OVERLAP = 32  # pixels, more than the smallest face that is found
SAME_FACE = 0.4  # overlap, as a share of the smaller square, above which two are the same face

LARGE_SHARE = 0.3
"""Of the longest side: a face so large is somebody's own portrait, or stands among its like."""
CERTAIN = 0.85  # score from which the first look needs no confirmation
CONFIRMATION_MARGINS = (0.25, 0.75, 1.25)  # of close-ups, as shares of the face's square
MIN_CONFIRMATION = 0.7  # mean score in those
MIN_LARGE_CONFIRMATION = 0.5  # of faces that are hard to take for something else
MIN_SECOND_CONFIRMATION = 0.75  # after many looks, one of which may err
MAX_REFUSALS = 6
"""Of doubted faces in a picture, before no more are seen in close-ups: a pattern of what is almost
a face must not take long."""
MIN_BRIGHTNESS = 50
"""Mean of a picture's values. Small copies of darker ones show faces that are none, so that these
are brightened, and turned, before."""

SMOOTHING = 2.0, 3.0  # sigma in pixels of what the network sees, for the first and the last sheet
COPY = 56, 48  # longest side of the copies on them, which show faces of 0.3 of it
FURTHER = 88  # longest side of a picture with a border around it, for faces that fill all of it
MIN_FURTHER_SCORE = 0.72
MIN_TURNED_SCORE = 0.76  # three more directions, in any of which it may err
MIN_SCORE = (
    0.6  # of faces on a sheet; elsewhere those doubted more are no reason to look no further
)


def find_faces(pixels: Pixels) -> list[Detection]:
    """Return the faces in an RGB picture, in no particular order."""
    return next((faces for faces in _looks(pixels) if faces), [])


def find_face(close_up: Pixels) -> Detection | None:
    """Return the face in a picture of not much else, whatever its light and direction."""
    faces = blazeface.detect(close_up)
    if not any(face.score >= CERTAIN for face in faces):
        for change in (_brightened, _smoothed):
            faces += blazeface.detect(change(close_up))
        for quarters in (1, 2, 3):
            faces += _look_turned(close_up, blazeface.detect, quarters)
    return max(faces, key=lambda face: face.score, default=None)


def _looks(pixels: Pixels) -> Iterator[list[Detection]]:
    """Yield the faces of one look after the other, those that find most for their time first."""
    faces = [
        face
        for face in _look_at_picture(pixels)
        if face.score >= MIN_SCORE or _is_large(face, pixels)
    ]
    close_ups = _CloseUps(pixels)
    yield close_ups.confirmed(faces, MIN_CONFIRMATION, certain=CERTAIN)
    panorama = blazeface.SIDE * max(pixels.shape[:2]) // min(pixels.shape[:2])
    sight = shrink(pixels, max(CLOSEST, panorama))
    to_picture = np.eye(2, 3) * (max(pixels.shape) / max(sight.shape))

    def confirmed(faces: list[Detection], change: Change) -> list[Detection]:
        likely = [face.mapped(to_picture) for face in faces if face.score >= MIN_SCORE]
        return close_ups.confirmed(likely, MIN_SECOND_CONFIRMATION, change=change)

    is_dark = float(sight.mean()) < MIN_BRIGHTNESS
    light = _brightened if is_dark else _as_it_is
    if is_dark:
        sight = _brightened(sight)
        for quarters in (0, 2, 1, 3):
            yield confirmed(_look_turned(sight, _look_at_picture, quarters), light)
    first_sheet, last_sheet = zip(COPY, SMOOTHING, strict=True)
    yield [face.mapped(to_picture) for face in _look_at_sheet(sight, *first_sheet)]
    for quarters in (0, 2, 1, 3):
        faces = _look_turned(sight, _look_from_further, quarters)
        minimum = MIN_TURNED_SCORE if quarters else MIN_FURTHER_SCORE
        yield [face.mapped(to_picture) for face in faces if face.score >= minimum]

    if not is_dark:
        yield confirmed(_look_at_picture(_brightened(sight)), _brightened)
    yield confirmed(_look_at_tiles(sight), light)
    for quarters in () if is_dark else (2, 1, 3):
        yield confirmed(_look_turned(sight, _look_at_picture, quarters), light)
    yield [face.mapped(to_picture) for face in _look_at_sheet(sight, *last_sheet)]


def _look_at_picture(pixels: Pixels) -> list[Detection]:
    closer = shrink(pixels, CLOSER)
    faces = blazeface.detect(closer)
    to_picture = np.eye(2, 3) * (max(pixels.shape) / max(closer.shape))
    if not any(_is_large(face, closer) for face in faces):
        faces = _without_repetitions(faces + _look_at_tiles(closer))
    return [face.mapped(to_picture) for face in faces]


def _look_at_tiles(pixels: Pixels) -> list[Detection]:
    """Return the faces in a picture at its own size, seen in overlapping tiles."""
    faces = []
    for rows, columns in product(*map(_parts, pixels.shape[:2], TILE)):
        to_picture = np.array([[1.0, 0, columns.start], [0, 1, rows.start]])
        seen = blazeface.detect_unscaled(pixels[rows, columns])
        faces += [face.mapped(to_picture) for face in seen]
    return _without_repetitions(faces)


def _look_at_sheet(pixels: Pixels, side: int, smoothing: float) -> list[Detection]:
    """Return the large faces in a picture without its grain, in the direction that shows them best.

    Four small copies, each turned further by a quarter, are seen at once. Blur and grain, which
    blind the network, are hardly left in them, and nothing but faces looks like faces.

    Args:
        side: longest side of a copy.
        smoothing: sigma in pixels of what the network sees.
    """
    copy = shrink(_smoothed(pixels, smoothing), side)
    scale = max(pixels.shape) / max(copy.shape)
    half = blazeface.SIDE // 2
    sheet = np.zeros((blazeface.SIDE, blazeface.SIDE, 3), np.uint8)
    to_picture = []
    for quarters, corner in enumerate(product((0, half), repeat=2)):
        turned = np.rot90(copy, quarters)
        height, width = turned.shape[:2]
        top, left = corner[0] + (half - height) // 2, corner[1] + (half - width) // 2
        sheet[top : top + height, left : left + width] = turned
        back = _turned_back(quarters, *copy.shape[:2])
        back[:, 2] -= back[:, :2] @ (left, top)
        to_picture.append(scale * back)
    faces: list[list[Detection]] = [[], [], [], []]
    for face in blazeface.detect_unscaled(sheet):
        if face.score >= MIN_SCORE:
            x, y = face.middle
            quarters = 2 * (y >= half) + (x >= half)
            faces[quarters].append(face.mapped(to_picture[quarters]))
    return max(faces, key=lambda seen: max((face.score for face in seen), default=0.0))


def _look_from_further(pixels: Pixels) -> list[Detection]:
    """Return the faces in a picture with a black border, which fill about as much as usual."""
    small = shrink(pixels, FURTHER)
    border = (blazeface.SIDE - FURTHER) // 2
    framed = cv2.copyMakeBorder(small, *(border,) * 4, cv2.BORDER_CONSTANT)
    scale = max(pixels.shape) / max(small.shape)
    to_picture = np.array([[scale, 0, -scale * border], [0, scale, -scale * border]])
    return [face.mapped(to_picture) for face in blazeface.detect(np.asarray(framed, np.uint8))]


def _look_turned(
    pixels: Pixels, look: Callable[[Pixels], list[Detection]], quarters: int
) -> list[Detection]:
    """Return the faces that a look shows in the picture turned against the clock."""
    turned = np.ascontiguousarray(np.rot90(pixels, quarters))
    back = _turned_back(quarters, *pixels.shape[:2])
    return [face.mapped(back) for face in look(turned)]


def _turned_back(quarters: int, height: int, width: int) -> np.ndarray:
    return np.array(
        [
            [[1.0, 0, 0], [0, 1, 0]],
            [[0, -1, width], [1, 0, 0]],
            [[-1, 0, width], [0, -1, height]],
            [[0, 1, 0], [-1, 0, height]],
        ][quarters]
    )


def _parts(length: int, most: int) -> list[slice]:
    """Return overlapping parts of at most so many pixels that cover a length evenly."""
    count = max(1, -(-(length - TILE_OVERLAP) // (most - TILE_OVERLAP)))
    size = -(-(length + (count - 1) * TILE_OVERLAP) // count)
    starts = np.linspace(0, length - size, count).astype(int).tolist()
    return [slice(start, start + size) for start in starts]


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


def _smoothed(pixels: Pixels, sigma: float = SMOOTHING[0]) -> Pixels:
    """Return a picture without its grain, as small as the network sees all of it."""
    small = shrink(pixels, blazeface.SIDE)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), sigma), np.uint8)


def _is_large(face: Detection, pixels: Pixels) -> bool:
    return face.side >= LARGE_SHARE * max(pixels.shape)


class _CloseUps:
    """Close-ups of the faces of one picture that the network doubts, until it has refused a few."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels
        self._refusals = 0

    @cached_property
    def _sight(self) -> Pixels:
        """What large close-ups are cut from; from a larger picture that takes long."""
        return shrink(self._pixels, CLOSEST)

    def confirmed(
        self,
        faces: list[Detection],
        minimum: float,
        *,
        certain: float = 1.0,
        change: Change = _as_it_is,
    ) -> list[Detection]:
        """Keep the faces that are seen again in close-ups.

        Args:
            faces: the surest first.
            minimum: mean score there of faces that are not large, which need less.
            certain: score from which no close-up is needed.
            change: to make of the close-ups, too.
        """
        kept = []
        for face in faces:
            if face.score >= certain:
                kept.append(face)
            elif self._refusals < MAX_REFUSALS:
                is_seen = self._is_seen(face, change, minimum)
                self._refusals += not is_seen
                kept += [face] * is_seen
        return kept

    def _is_seen(self, face: Detection, change: Change, minimum: float) -> bool:
        """Tell whether upright close-ups reach a mean score; stop once they cannot."""
        pixels = self._pixels
        if _is_large(face, pixels):
            minimum, pixels = MIN_LARGE_CONFIRMATION, self._sight
            face = face.mapped(np.eye(2, 3) * (max(pixels.shape) / max(self._pixels.shape)))
        x, y = (round(middle - face.side / 2) for middle in face.middle)
        box = Box(x, y, round(face.side), round(face.side))
        missing = minimum * len(CONFIRMATION_MARGINS)
        for others, margin in zip((2, 1, 0), CONFIRMATION_MARGINS, strict=True):
            close_up = crop_face(pixels, box, blazeface.SIDE, margin, face.roll)
            seen = blazeface.detect(change(close_up))
            missing -= max((face.score for face in seen), default=0.0)
            if missing > others:
                return False
        return True
