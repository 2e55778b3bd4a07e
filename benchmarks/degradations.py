"""Write labelled photos as they are, framed, and degraded in six ways, for `evaluate_emotion`.

Usage: python -m benchmarks.degradations PHOTOS FOLDER

PHOTOS is an archive or folder of labelled photos. FOLDER gets each view of them as a split of its
own, `<view>/<emotion>/<photo>.png`. What happens to a photo depends on its pixels and its name
alone, so the views are the same wherever they are written.
"""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray

from common.imaging.geometry import Box
from common.imaging.images import ImageError, Pixels, read_image
from common.option_parsers import OneLineParser
from ml.data.errors import DatasetError
from ml.data.faces import FACE_SIDE
from ml.data.sources import Source
from ml.inference.face_detection import detect_with_cascades

SEED = 1
BLUR = 1.0  # sigma in pixels of a face of 48 pixels
JPEG_QUALITY = 30
SHRINKING = 4
DARKNESS = 0.35  # share of the light that is left
NOISE = 20.0  # sigma in grey values, in grains of a pixel of a face of 48 pixels
TILT = 20.0  # degrees, to either side
SHADOW_EDGE = 0.05  # as a share of the face's width
FRAME = 3  # sides of the canvas relative to the photo
FRAME_GREY = 128

View = Callable[[Pixels, Box, np.random.Generator], NDArray[np.generic]]
"""Changes an upright RGB photo, given the place of its largest face."""


def plain(pixels: Pixels, face: Box, random: np.random.Generator) -> NDArray[np.generic]:
    return pixels


def framed(pixels: Pixels, face: Box, random: np.random.Generator) -> NDArray[np.generic]:
    """Put the photo into the middle of a grey canvas, for detectors that need surroundings."""
    height, width = pixels.shape[:2]
    canvas = np.full((FRAME * height, FRAME * width, 3), FRAME_GREY, np.uint8)
    top, left = (FRAME // 2 * side for side in (height, width))
    canvas[top : top + height, left : left + width] = pixels
    return canvas


def blurred(pixels: Pixels, face: Box, random: np.random.Generator) -> NDArray[np.generic]:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), BLUR * face.width / FACE_SIDE))


def compressed(pixels: Pixels, face: Box, random: np.random.Generator) -> NDArray[np.generic]:
    """Compress the photo at a quarter of its width and height, as messengers do."""
    height, width = pixels.shape[:2]
    size = max(1, width // SHRINKING), max(1, height // SHRINKING)
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
    decoded = np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR))
    return np.asarray(cv2.resize(decoded, (width, height), interpolation=cv2.INTER_LINEAR))


def dark(pixels: Pixels, face: Box, random: np.random.Generator) -> NDArray[np.generic]:
    return pixels * DARKNESS


def noisy(pixels: Pixels, face: Box, random: np.random.Generator) -> NDArray[np.generic]:
    """Add grain that is still there where the face is shrunk to the network's input."""
    height, width = pixels.shape[:2]
    grains = max(1.0, face.width / FACE_SIDE)
    shape = round(height / grains) + 1, round(width / grains) + 1
    noise = random.normal(0, NOISE, shape)
    return pixels + cv2.resize(noise, (width, height), interpolation=cv2.INTER_NEAREST)[..., None]


def turned(pixels: Pixels, face: Box, random: np.random.Generator) -> NDArray[np.generic]:
    """Turn the photo around the middle of the face, to the left or to the right."""
    height, width = pixels.shape[:2]
    centre = face.x + face.width / 2, face.y + face.height / 2
    matrix = cv2.getRotationMatrix2D(centre, float(random.choice([-TILT, TILT])), 1)
    return np.asarray(
        cv2.warpAffine(pixels, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    )


def shadowed(pixels: Pixels, face: Box, random: np.random.Generator) -> NDArray[np.generic]:
    """Leave the left or the right half of the face in shadow."""
    distances = np.arange(pixels.shape[1]) - (face.x + face.width / 2)
    softened = distances * random.choice([-1, 1]) / (SHADOW_EDGE * face.width)
    lit = 1 / (1 + np.exp(-np.clip(softened, -50, 50)))
    return np.asarray(pixels * (DARKNESS + (1 - DARKNESS) * lit)[None, :, None])


VIEWS: dict[str, View] = {
    view.__name__: view
    for view in (plain, framed, blurred, compressed, dark, noisy, turned, shadowed)
}


def largest_face(pixels: Pixels) -> Box:
    """Return the largest face, or the middle of a photo in which none is found.

    The cascades find it, whatever else is installed, so that the views are the same everywhere.
    """
    if faces := detect_with_cascades(pixels):
        return max(faces, key=lambda box: box.area)
    height, width = pixels.shape[:2]
    side = max(1, min(height, width) // 2)
    return Box((width - side) // 2, (height - side) // 2, side, side)


def views(pixels: Pixels, name: str) -> Iterator[tuple[str, Pixels]]:
    """Yield each view of an upright RGB photo by name.

    Args:
        name: of the photo, which seeds what is random.
    """
    face = largest_face(pixels)
    for number, (view, change) in enumerate(VIEWS.items()):
        random = np.random.default_rng([SEED, number, zlib.crc32(name.encode())])
        yield view, np.clip(np.rint(change(pixels, face, random)), 0, 255).astype(np.uint8)


def write_views(photos: Source, folder: Path) -> int:
    """Write every view of the photos and return how many photos could not be read."""
    unreadable = 0
    for entry, content in photos.read(photos.pick_split(None)):
        name = f"{entry.emotion}/{PurePosixPath(entry.path).name}"
        try:
            pixels = read_image(content)
        except ImageError:
            unreadable += 1
            continue
        for view, changed in views(pixels, name):
            path = folder / view / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            png = cv2.imencode(
                ".png", cv2.cvtColor(changed, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 1]
            )[1]
            path.write_bytes(png.tobytes())
    return unreadable


def main() -> None:
    parser = OneLineParser(description="Write photos degraded in fixed ways.")
    parser.add_argument("photos", type=Path, help="archive or folder of labelled photos")
    parser.add_argument("folder", type=Path, help="where to write; must not exist yet")
    options = parser.parse_args()
    if options.folder.exists():
        parser.error(f"folder: expected a new one, {options.folder} exists.")
    try:
        unreadable = write_views(Source(options.photos), options.folder)
    except DatasetError as error:
        parser.error(str(error))
    print(f"{len(VIEWS)} views in {options.folder}; photos that cannot be read: {unreadable}")


if __name__ == "__main__":
    main()
