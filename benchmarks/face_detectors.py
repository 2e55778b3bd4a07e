"""Count what each face detector finds, misses and takes for a face, and how long it takes.

Usage: python -m benchmarks.face_detectors PHOTOS [--yunet FILE] [--only NAME ...]
    [--every N] [--seed N]

PHOTOS is an archive or folder of labelled photos, each with a face. They are looked at as they are
and in the views of benchmarks.degradations, turned further, lying on their side and nearly black;
then groups in which scikit-image's public-domain portrait stands at a share of the longest side,
and pictures without any face: scikit-image's and parts of them, and patterns of what is almost a
face, which take longest. Beside BlazeFace as it serves stand one look of it, one of its full-range
model, OpenCV's cascades and, where its file is given, YuNet. A second table says how often the
answer that people see is right about the faces that BlazeFace finds. Milliseconds are those of the
processor, in one thread, so that they mean something on a busy machine, too.
"""

import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import skimage.data

from benchmarks import degradations, full_range
from benchmarks.compare_models import Labels, paired_difference
from common.imaging.geometry import Box
from common.imaging.images import Pixels, read_image
from common.option_parsers import OneLineParser
from ml.data.sources import Source
from ml.emotions import EMOTIONS
from ml.evaluation.evaluation import MISSED
from ml.inference import blazeface, yunet
from ml.inference.face_detection import detect_with_blazeface, detect_with_cascades
from ml.inference.predictor import bundled_predictor

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
PATTERN_SIZES = (2048, 2048), (1152, 2048), (512, 2048)  # height and width; the site reads no more
PATTERN_SIDES = 128, 320, 512  # of a part
TRIES = 3  # of which the median counts


@dataclass(frozen=True)
class Photo:
    """A photo with a face, where that is, and what it is labelled with."""

    path: str
    emotion: str
    pixels: Pixels
    face: Box


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


def photos_in(source: Source, every: int) -> Iterator[Photo]:
    """Yield one photo in so many."""
    for number, (entry, content) in enumerate(source.read(source.pick_split(None))):
        if number % every == 0:
            pixels = read_image(content)
            yield Photo(entry.path, entry.emotion, pixels, degradations.largest_face(pixels))


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


def almost_faces() -> Iterator[Pixels]:
    """Yield patterns of half faces, negatives and eyes alone, which have to be seen again."""
    portrait = skimage.data.astronaut()[PORTRAIT]
    grey = np.full_like(portrait, degradations.FRAME_GREY)
    middle = portrait.shape[1] // 2
    parts = (
        np.hstack([portrait[:, :middle], grey[:, middle:]]),
        np.vstack([portrait[:middle], grey[middle:]]),
        255 - portrait,
    )
    for part, side, (height, width) in product(parts, PATTERN_SIDES, PATTERN_SIZES):
        tile = cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA)
        pattern = np.tile(tile, (-(-height // side), -(-width // side), 1))
        yield np.ascontiguousarray(pattern[:height, :width])


def timed(detect: Detector, pixels: Pixels) -> tuple[list[Box], float]:
    """Return the boxes and the milliseconds of processor time."""
    began = time.process_time()
    boxes = detect(pixels)
    return boxes, 1000 * (time.process_time() - began)


def answer(pixels: Pixels, boxes: list[Box]) -> int:
    """Return what people see about the largest face, as an index into `EMOTIONS`, or `MISSED`."""
    largest = sorted(boxes, key=lambda box: box.area, reverse=True)[:1]
    faces = bundled_predictor().predict_boxes(pixels, largest)
    return EMOTIONS.index(faces[0].emotion) if faces else MISSED


def row(title: str, values: list[str]) -> None:
    print("| " + " | ".join([title, *values]) + " |", flush=True)


def count_missed(
    measured: dict[str, Detector], photos: list[Photo], seed: int
) -> dict[str, Labels]:
    """Print a row for each view of the photos, and return what people see in them."""
    shown = {}
    for number, (title, change) in enumerate(views().items()):
        missed = dict.fromkeys(measured, 0)
        times: dict[str, list[float]] = {name: [] for name in measured}
        answers = []
        for photo in photos:
            random = np.random.default_rng([seed, number, zlib.crc32(photo.path.encode())])
            changed = change(photo.pixels, photo.face, random)
            pixels = np.clip(np.rint(changed), 0, 255).astype(np.uint8)
            for name, detect in measured.items():
                boxes, milliseconds = timed(detect, pixels)
                missed[name] += not boxes
                times[name].append(milliseconds)
                if detect is detect_with_blazeface:
                    answers.append(answer(pixels, boxes))
        shown[title] = np.array(answers)
        row(
            f"{title}: missed of {len(photos)}",
            [
                f"{missed[name]} ({median(times[name]):.1f}, at most {max(times[name]):.1f} ms)"
                for name in measured
            ],
        )
    return shown


def count_found_in_groups(measured: dict[str, Detector]) -> None:
    for share in SHARES:
        scene, places = group(share)
        found = []
        for detect in measured.values():
            boxes, milliseconds = timed(detect, scene)
            seen = sum(any(box.overlap(place) > 0.5 for box in boxes) for place in places)  # noqa: PLR2004
            found.append(f"{seen} ({milliseconds:.1f} ms)")
        row(f"group of {GROUP}, faces of 1/{share}: found", found)


def count_false(
    measured: dict[str, Detector], title: str, pictures: list[Pixels], *, tries: int = 1
) -> None:
    """Print in how many pictures without a face some are found, and the milliseconds.

    Args:
        tries: of which the median counts, so that the slowest is not that of a busy machine.
    """
    answers = []
    for detect in measured.values():
        false, times = 0, []
        for picture in pictures:
            results = [timed(detect, picture) for _ in range(tries)]
            false += bool(results[0][0])
            times.append(median(milliseconds for _, milliseconds in results))
        answers.append(f"{false} ({median(times):.1f}, at most {max(times):.1f} ms)")
    row(f"{title}: false of {len(pictures)}", answers)


def compare_answers(photos: list[Photo], shown: dict[str, Labels]) -> None:
    """Print how often what people see is right, and by how much less than as they are."""
    truth = np.array([EMOTIONS.index(photo.emotion) for photo in photos])
    row("what people see", ["right", "points behind photos as they are"])
    row("---", ["---"] * 2)
    for title, answers in shown.items():
        behind = paired_difference(truth, shown["plain"], answers)
        row(title, [f"{(answers == truth).mean():.1%}", behind])


def main(arguments: list[str] | None = None) -> None:
    parser = OneLineParser(description="Count what each face detector finds.")
    parser.add_argument("photos", type=Path, help="archive or folder of labelled photos")
    parser.add_argument("--every", type=int, default=1, help="look at one photo in so many")
    parser.add_argument("--yunet", type=Path, help="file of YuNet, to measure it, too")
    parser.add_argument("--only", action="append", help="a detector to measure, not the others")
    parser.add_argument(
        "--seed", type=int, default=degradations.SEED, help="of noise, shadows and directions"
    )
    options = parser.parse_args(arguments)
    if options.yunet:
        yunet.FILE = options.yunet
        if not yunet.is_installed():
            parser.error(f"{options.yunet} is not YuNet's file.")
    measured = detectors(with_yunet=bool(options.yunet))
    if unknown := set(options.only or ()) - measured.keys():
        parser.error(f"expected names among {'; '.join(measured)}, received {unknown.pop()}.")
    measured = {name: measured[name] for name in options.only or measured}
    row("", list(measured))
    row("---", ["---"] * len(measured))
    photos = list(photos_in(Source(options.photos), options.every))
    shown = count_missed(measured, photos, options.seed)
    count_found_in_groups(measured)
    count_false(measured, "without a face", list(faceless()))
    patterns = list(almost_faces())
    count_false(measured, "patterns of what is almost a face", patterns, tries=TRIES)
    if any(len(answers) for answers in shown.values()):
        print()
        compare_answers(photos, shown)


if __name__ == "__main__":
    main()
