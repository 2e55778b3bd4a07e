"""Reading faces with the shipped network."""

import sys
from collections.abc import Iterator
from functools import partial

import numpy as np
import skimage.data
from PIL import Image

from scripts.benchmarks.common import Measured, Stage, median


def network(_: Stage) -> Iterator[Measured]:
    """Weigh and time the shipped network, alone and against Keras."""
    from ml.predictor import BUNDLED, bundled_predictor  # noqa: PLC0415

    predictor = bundled_predictor()
    faces = np.random.default_rng(1).integers(0, 256, (200, 48, 48)).astype(np.uint8)
    predictor.classify(faces[:10])
    one = median(partial(predictor.classify, faces[:1]), times=200)
    yield Measured("shipped network, size", predictor.card.facts["bytes"] / 2**20, "MB", 10)
    yield Measured("shipped network, a face", 1000 * one, "ms", 5)

    import keras  # noqa: PLC0415 - heavy

    trained = keras.models.load_model(BUNDLED / "network.keras")
    face = faces[:1, ..., None].astype(np.float32)
    trained.predict(face, verbose=0)
    slow = median(partial(trained.predict, face, verbose=0), times=20)
    yield Measured("shipped network, times faster than Keras", slow / one, "x", 10, at_least=True)


def photo(_: Stage) -> Iterator[Measured]:
    """Find and read the face of a large photo."""
    from ml.predictor import bundled_predictor  # noqa: PLC0415

    portrait = Image.fromarray(skimage.data.astronaut()).resize((720, 720))
    pixels = np.pad(np.array(portrait), ((0, 0), (280, 280), (0, 0)))
    predictor = bundled_predictor()
    if not predictor.predict(pixels):
        sys.exit("There should be a face in the portrait.")
    once = median(partial(predictor.predict, pixels), times=50)
    yield Measured("find and read a face, 1280x720", 1000 * once, "ms", 60)
