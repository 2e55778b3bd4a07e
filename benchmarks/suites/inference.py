"""Benchmarks of inference with the bundled network."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import skimage.data
from PIL import Image

from benchmarks.suites.common import ROOT, Measurement, Workspace, median_seconds

if TYPE_CHECKING:
    from ml.inference.predictor import Face


def network(_: Workspace) -> Iterator[Measurement]:
    """Measure the size and speed of the bundled network, and its speedup over Keras."""
    from ml.inference.card import BUNDLED  # noqa: PLC0415
    from ml.inference.predictor import bundled_predictor  # noqa: PLC0415
    from ml.version_files import KERAS_NETWORK  # noqa: PLC0415

    predictor = bundled_predictor()
    faces = np.random.default_rng(1).integers(0, 256, (200, 48, 48)).astype(np.uint8)
    predictor.classify(faces[:10])
    seconds = median_seconds(partial(predictor.classify, faces[:1]), times=200)
    yield Measurement("shipped network, size", predictor.card.facts["bytes"] / 2**20, "MB", 10)
    yield Measurement("shipped network, a face", 1000 * seconds, "ms", 5)

    import keras  # noqa: PLC0415 - heavy

    trained = keras.models.load_model(BUNDLED / KERAS_NETWORK)
    face = faces[:1, ..., None].astype(np.float32)
    trained.predict(face, verbose=0)
    keras_seconds = median_seconds(partial(trained.predict, face, verbose=0), times=20)
    yield Measurement(
        "shipped network, times faster than Keras", keras_seconds / seconds, "x", 10, at_least=True
    )


def photo(_: Workspace) -> Iterator[Measurement]:
    """Measure detecting and classifying the face in a large photo, and the speedup over cascades.

    It counts the processor's time, which is that of one core.
    """
    from ml.inference.face_detection import detect_with_cascades  # noqa: PLC0415
    from ml.inference.predictor import bundled_predictor  # noqa: PLC0415

    portrait = Image.fromarray(skimage.data.astronaut()).resize((720, 720))
    pixels = np.pad(np.array(portrait), ((0, 0), (280, 280), (0, 0)))
    predictor = bundled_predictor()

    def predict_with_cascades() -> "list[Face]":
        return predictor.predict_boxes(pixels, detect_with_cascades(pixels))

    if not predictor.predict(pixels) or not predict_with_cascades():
        sys.exit("There should be a face in the portrait.")
    seconds = median_seconds(partial(predictor.predict, pixels), times=50, clock=time.process_time)
    slow = median_seconds(predict_with_cascades, times=20, clock=time.process_time)
    yield Measurement("find and read a face, 1280x720", 1000 * seconds, "ms", 12)
    yield Measurement(
        "find and read, times faster than cascades", slow / seconds, "x", 5, at_least=True
    )


DETECTIONS = 1000, 10_000
PORTRAIT = 128  # pixels


def worker(_: Workspace) -> Iterator[Measurement]:
    """Measure a forked worker: time to the first prediction, and memory over many."""
    process = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", MEASURE_FORK],
        cwd=ROOT,
        env={**os.environ, "DEBUG": "1"},
        stdout=subprocess.PIPE,
        check=True,
    )
    ready, early, late = json.loads(process.stdout.splitlines()[-1])
    yield Measurement("worker, first face after fork", 1000 * ready, "ms", 2000)
    yield Measurement(f"worker, memory after {DETECTIONS[0]:,} faces", early, "MB", 200)
    yield Measurement(f"worker, growth to {DETECTIONS[1]:,} faces", late - early, "MB", 5)


MEASURE_FORK = "from benchmarks.suites import inference; inference.measure_fork()"


def measure_fork() -> None:
    """Print the seconds to the first prediction and the memory, as JSON; runs inside the site."""
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
                memory.append(resident_memory())
        print(json.dumps([ready, *memory]), flush=True)
        os._exit(0)
    os.wait()


def resident_memory() -> float:
    """Return the resident set size of this process in MB, shared pages included."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
