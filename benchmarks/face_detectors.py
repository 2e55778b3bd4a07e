"""Count what each face detector finds, misses and takes for a face, and how long it takes.

Usage: python -m benchmarks.face_detectors PHOTOS [--yunet FILE] [--every N]

PHOTOS is an archive or folder of labelled photos, each with a face. They are looked at as they are
and in the views of benchmarks.degradations, turned further, lying on their side and nearly black;
then groups in which scikit-image's public-domain portrait stands at a share of the longest side,
and pictures without any face: scikit-image's and parts of them. Beside BlazeFace as it serves stand
one look of it, one of its full-range model, OpenCV's cascades and, where its file is given, YuNet.
Milliseconds are those of the processor, in one thread, so that they mean something on a busy
machine, too.
"""

import time
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import skimage.data

from benchmarks import degradations, full_range
from common.imaging.geometry import Box
from common.imaging.images import Pixels, read_image
from common.option_parsers import OneLineParser
from ml.data.sources import Source
from ml.inference import blazeface, yunet
from ml.inference.face_detection import detect_with_blazeface, detect_with_cascades

Detector = Callable[[Pixels], list[Box]]

SHARES = (8, 12, 16, 20, 24, 30)
SCENE = 1280, 720
GROUP = 4
PORTRAIT_FACE = Box(178, 81, 94, 94)
PORTRAIT = slice(20, 270), slice(100, 350)
FACELESS = (
    *("brick", "cat", "cell", "checkerboard", "clock", "coffee", "coins", "colorwheel", "grass"),
    *("gravel", "horse", "hubble_deep_field", "immunohistochemistry", "logo", "moon", "page"),
    *("retina", "rocket", "text"),
)
FACELESS_PICTURES = 500
NEARLY_BLACK = 0.12


def blazeface_alone(pixels: Pixels) -> list[Box]:
    """Look once at the whole picture."""
    corners = ((face.middle, face.side) for face in blazeface.detect(pixels))
    return [
        Box(round(x - side / 2), round(y - side / 2), round(side), round(side))
        for (x, y), side in corners
    ]


def detectors(*, with_yunet: bool) -> dict[str, Detector]:
    found: dict[str, Detector] = {
        "blazeface": detect_with_blazeface,
        "blazeface, one look": blazeface_alone,
        "full range, one look": full_range.detect,
        "cascades": detect_with_cascades,
    }
    if with_yunet:
        found["yunet"] = lambda pixels: [Box(*square) for square in yunet.detect(pixels)]
    return found


def turned(pixels: Pixels, face: Box, random: np.random.Generator, degrees: float) -> np.ndarray:
    """Turn a photo around the middle of its face, to the left or to the right."""
    height, width = pixels.shape[:2]
    centre = face.x + face.width / 2, face.y + face.height / 2
    matrix = cv2.getRotationMatrix2D(centre, float(random.choice([-degrees, degrees])), 1)
    return np.asarray(
        cv2.warpAffine(pixels, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    )


def views() -> dict[str, degradations.View]:
    return {
        **degradations.VIEWS,
        "turned 30°": partial(turned, degrees=30.0),
        "turned 40°": partial(turned, degrees=40.0),
        "on its side": lambda pixels, face, random: np.rot90(pixels),
        "upside down": lambda pixels, face, random: np.rot90(pixels, 2),
        "nearly black": lambda pixels, face, random: pixels * NEARLY_BLACK,
    }


def photos_in(source: Source, every: int) -> Iterator[tuple[str, Pixels, Box]]:
    """Yield name, pixels and the place of the face."""
    for number, (entry, content) in enumerate(source.read(source.pick_split(None))):
        if number % every == 0:
            pixels = read_image(content)
            yield entry.path, pixels, degradations.largest_face(pixels)


def group(share: int) -> tuple[Pixels, list[Box]]:
    """Return a scene with several faces of a share of its longest side, and where they are."""
    width, height = SCENE
    scene = np.asarray(cv2.resize(skimage.data.rocket(), SCENE), np.uint8)
    scale = width / share / PORTRAIT_FACE.width
    portrait = skimage.data.astronaut()[PORTRAIT]
    small = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    rows, columns = min(len(small), height), small.shape[1]
    places = []
    for left in np.linspace(0, width - columns, GROUP).astype(int).tolist():
        top = (height - rows) // 2
        scene[top : top + rows, left : left + columns] = small[:rows]
        side = round(PORTRAIT_FACE.width * scale)
        x = left + round((PORTRAIT_FACE.x - PORTRAIT[1].start) * scale)
        y = top + round((PORTRAIT_FACE.y - PORTRAIT[0].start) * scale)
        places.append(Box(x, y, side, side))
    return scene, places


def faceless() -> Iterator[Pixels]:
    """Yield pictures without a face: whole, then random parts of them in any direction."""
    random = np.random.default_rng(degradations.SEED)
    pictures = [
        np.asarray(
            cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB) if picture.ndim == 2 else picture[..., :3]  # noqa: PLR2004
        )
        for picture in (getattr(skimage.data, name)() for name in FACELESS)
        if picture.dtype == np.uint8
    ]
    yield from pictures
    for _ in range(FACELESS_PICTURES - len(pictures)):
        picture = pictures[random.integers(len(pictures))]
        shortest = min(picture.shape[:2])
        side = int(random.integers(shortest // 3, shortest + 1))
        top, left = (random.integers(0, length - side + 1) for length in picture.shape[:2])
        part = picture[top : top + side, left : left + side]
        yield np.ascontiguousarray(np.rot90(part, int(random.integers(4))))


def timed(detect: Detector, pixels: Pixels) -> tuple[list[Box], float]:
    """Return the boxes and the milliseconds of processor time."""
    began = time.process_time()
    boxes = detect(pixels)
    return boxes, 1000 * (time.process_time() - began)


def row(title: str, values: list[str]) -> None:
    print("| " + " | ".join([title, *values]) + " |", flush=True)


def main(arguments: list[str] | None = None) -> None:
    parser = OneLineParser(description="Count what each face detector finds.")
    parser.add_argument("photos", type=Path, help="archive or folder of labelled photos")
    parser.add_argument("--every", type=int, default=1, help="look at one photo in so many")
    parser.add_argument("--yunet", type=Path, help="file of YuNet, to measure it, too")
    options = parser.parse_args(arguments)
    if options.yunet:
        yunet.FILE = options.yunet
        if not yunet.is_installed():
            parser.error(f"{options.yunet} is not YuNet's file.")
    measured = detectors(with_yunet=bool(options.yunet))
    row("", list(measured))
    row("---", ["---"] * len(measured))
    photos = list(photos_in(Source(options.photos), options.every))
    for number, (title, change) in enumerate(views().items()):
        missed = dict.fromkeys(measured, 0)
        times: dict[str, list[float]] = {name: [] for name in measured}
        for path, pixels, face in photos:
            random = np.random.default_rng([degradations.SEED, number, zlib.crc32(path.encode())])
            changed = np.clip(np.rint(change(pixels, face, random)), 0, 255).astype(np.uint8)
            for name, detect in measured.items():
                boxes, milliseconds = timed(detect, changed)
                missed[name] += not boxes
                times[name].append(milliseconds)
        row(
            f"{title}: missed of {len(photos)}",
            [
                f"{missed[name]} ({median(times[name]):.1f}, at most {max(times[name]):.1f} ms)"
                for name in measured
            ],
        )
    for share in SHARES:
        scene, places = group(share)
        found = []
        for detect in measured.values():
            boxes, milliseconds = timed(detect, scene)
            seen = sum(any(box.overlap(place) > 0.5 for box in boxes) for place in places)  # noqa: PLR2004
            found.append(f"{seen} ({milliseconds:.1f} ms)")
        row(f"group of {GROUP}, faces of 1/{share}: found", found)
    pictures = list(faceless())
    answers = []
    for detect in measured.values():
        results = [timed(detect, picture) for picture in pictures]
        times_here = [milliseconds for _, milliseconds in results]
        answers.append(
            f"{sum(bool(boxes) for boxes, _ in results)} "
            f"({median(times_here):.1f}, at most {max(times_here):.1f} ms)"
        )
    row(f"without a face: false of {len(pictures)}", answers)


if __name__ == "__main__":
    main()
