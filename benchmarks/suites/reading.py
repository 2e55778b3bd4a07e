"""Reading faces with the shipped network."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial

import numpy as np
import skimage.data
from PIL import Image

from benchmarks.suites.common import ROOT, Measured, Stage, median


def network(_: Stage) -> Iterator[Measured]:
    """Weigh and time the shipped network, alone and against Keras."""
    from ml.inference.card import BUNDLED  # noqa: PLC0415
    from ml.inference.predictor import bundled_predictor  # noqa: PLC0415
    from ml.version_files import KERAS_NETWORK  # noqa: PLC0415

    predictor = bundled_predictor()
    faces = np.random.default_rng(1).integers(0, 256, (200, 48, 48)).astype(np.uint8)
    predictor.classify(faces[:10])
    one = median(partial(predictor.classify, faces[:1]), times=200)
    yield Measured("shipped network, size", predictor.card.facts["bytes"] / 2**20, "MB", 10)
    yield Measured("shipped network, a face", 1000 * one, "ms", 5)

    import keras  # noqa: PLC0415 - heavy

    trained = keras.models.load_model(BUNDLED / KERAS_NETWORK)
    face = faces[:1, ..., None].astype(np.float32)
    trained.predict(face, verbose=0)
    slow = median(partial(trained.predict, face, verbose=0), times=20)
    yield Measured("shipped network, times faster than Keras", slow / one, "x", 10, at_least=True)


def photo(_: Stage) -> Iterator[Measured]:
    """Find and read the face of a large photo."""
    from ml.inference.predictor import bundled_predictor  # noqa: PLC0415

    portrait = Image.fromarray(skimage.data.astronaut()).resize((720, 720))
    pixels = np.pad(np.array(portrait), ((0, 0), (280, 280), (0, 0)))
    predictor = bundled_predictor()
    if not predictor.predict(pixels):
        sys.exit("There should be a face in the portrait.")
    once = median(partial(predictor.predict, pixels), times=50)
    yield Measured("find and read a face, 1280x720", 1000 * once, "ms", 60)


DETECTIONS = 1000, 10_000
PORTRAIT = 128  # pixels


def worker(_: Stage) -> Iterator[Measured]:
    """Fork a process as gunicorn does; see when it has read its first face, and what it holds."""
    told = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", FORK],
        cwd=ROOT,
        env={**os.environ, "DEBUG": "1"},
        stdout=subprocess.PIPE,
        check=True,
    )
    ready, early, late = json.loads(told.stdout.splitlines()[-1])
    yield Measured("worker, first face after fork", 1000 * ready, "ms", 2000)
    yield Measured(f"worker, memory after {DETECTIONS[0]:,} faces", early, "MB", 200)
    yield Measured(f"worker, growth to {DETECTIONS[1]:,} faces", late - early, "MB", 5)


FORK = "from benchmarks.suites import reading; reading.fork()"


def fork() -> None:
    """Print what a forked process needs, as JSON; runs inside the site."""
    import emoplatform.urls  # noqa: F401, PLC0415 - imported before gunicorn forks, too

    began = time.perf_counter()
    if os.fork() == 0:
        from ml.inference.predictor import bundled_predictor  # noqa: PLC0415

        portrait = Image.fromarray(skimage.data.astronaut()).resize((PORTRAIT, PORTRAIT))
        pixels = np.array(portrait)
        predictor = bundled_predictor()
        if not predictor.predict(pixels):
            sys.exit("There should be a face in the portrait.")
        ready, memory = time.perf_counter() - began, []
        for number in range(1, DETECTIONS[-1] + 1):
            predictor.predict(pixels)
            if number in DETECTIONS:
                memory.append(resident())
        print(json.dumps([ready, *memory]), flush=True)
        os._exit(0)
    os.wait()


def resident() -> float:
    """Return the memory of this process in MB, what it shares with others included."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
