"""Draw the pictures of the conformance pack from photos in the public domain.

Usage: python -m scripts.conformance_pictures
"""

import sys
from collections.abc import Iterator
from importlib.metadata import distribution

import numpy as np
import skimage.data
from PIL import Image, ImageEnhance

from ml.inference.conformance import PICTURES


def pictures() -> Iterator[tuple[str, Image.Image]]:
    """Yield the name of each picture and what it shows.

    Eileen Collins by NASA, Grace Hopper by the US Navy and a rocket by SpaceX (CC0).
    """
    astronaut = Image.fromarray(skimage.data.astronaut())
    portrait = astronaut.resize((240, 240))
    yield "portrait", portrait
    yield "close-up", astronaut.crop((150, 20, 310, 180))
    yield "leaning", astronaut.rotate(-25, Image.Resampling.BICUBIC).resize((240, 240))
    dark = ImageEnhance.Brightness(portrait).enhance(0.12)
    yield "dark-upside-down", dark.transpose(Image.Transpose.ROTATE_180)
    hopper = Image.open(
        str(
            distribution("matplotlib").locate_file(
                "matplotlib/mpl-data/sample_data/grace_hopper.jpg"
            )
        )
    )
    yield "hat-and-glasses", hopper.resize((256, 303))
    group = Image.new("RGB", (480, 200), "white")
    for left, side in ((0, 200), (205, 140), (350, 130)):
        group.paste(astronaut.resize((side, side)), (left, 0))
    yield "group", group
    rocket = Image.fromarray(np.asarray(skimage.data.rocket()))
    yield "no-face", rocket.resize((240, 160))


def main() -> int:
    PICTURES.mkdir(exist_ok=True)
    for name, picture in pictures():
        picture.save(PICTURES / f"{name}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
