"""Measure speed, memory and size against their budgets; fail where one is missed.

Usage: make bench, or python scripts/bench.py [--data ARCHIVE] [NAME ...]

Without --data it makes an archive as large as FER2013 of noise. Run it on a quiet machine.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from ml.datasets import Dataset  # noqa: E402
from ml.emotions import EMOTIONS  # noqa: E402

COUNTS = {
    "train": (3995, 436, 4097, 7215, 4965, 4830, 3171),
    "validation": (467, 56, 496, 895, 607, 653, 415),
}
"""FER2013's faces of each emotion."""

BATCH, BATCHES = 64, 150  # of the training that is compared


@dataclass(frozen=True)
class Measured:
    """One figure and its budget, which is a least value where `at_least` and a most otherwise."""

    what: str
    value: float
    unit: str
    budget: float
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the figure is within the budget."""
        return self.value >= self.budget if self.at_least else self.value <= self.budget


@dataclass(frozen=True)
class Stage:
    """What the benchmarks share: an archive, and a folder with the file prepared from it."""

    archive: Path
    folder: Path

    @property
    def prepared(self) -> Path:
        """The file that `prepare` writes."""
        return self.folder / "faces.npz"


def run(*arguments: object) -> tuple[float, float]:
    """Run a command of manage.py; return its seconds and its peak memory in MB.

    Raises:
        SystemExit: when it fails.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "DEBUG": "1"},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"manage.py {arguments[0]} failed.")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def prepare(stage: Stage) -> Iterator[Measured]:
    """Prepare the archive."""
    seconds, _ = run("prepare_dataset", stage.archive, "--out", stage.prepared)
    yield Measured("prepare FER2013's archive", seconds, "s", 60)


def train(stage: Stage) -> Iterator[Measured]:
    """Train an epoch on everything, and compare its pace with that of Keras alone."""
    _, memory = run(
        *("train_emotion", "--data", stage.prepared, "--out", stage.folder / "run"),
        *("--architecture", "residual", "--epochs", 1, "--batch-size", BATCH),
    )
    yield Measured("peak memory of training on FER2013", memory, "MB", 3 * 1024)

    import keras  # noqa: PLC0415 - heavy

    from ml import networks, training  # noqa: PLC0415

    keras.mixed_precision.set_global_policy(training.fast_precision())
    dataset = Dataset.load(stage.prepared)
    few = first(dataset.split("train"), BATCH * BATCHES)
    settings = training.Settings(architecture="residual", epochs=2, batch_size=BATCH)

    bare = networks.build("residual")
    bare.compile(
        training.optimizer(settings, steps=BATCHES), "categorical_crossentropy", jit_compile=False
    )
    images = few.images[..., None].astype(np.float32)
    labels = keras.utils.to_categorical(few.labels, len(EMOTIONS))
    bare.fit(images[: 10 * BATCH], labels[: 10 * BATCH], batch_size=BATCH, verbose=0)
    started = time.perf_counter()
    bare.fit(images, labels, batch_size=BATCH, verbose=0)
    pace = len(few) / (time.perf_counter() - started)

    ends: list[float] = []
    training.fit(
        training.compiled(settings, few),
        training=few,
        validation=first(dataset.split("validation"), BATCH),
        settings=settings,
        folder=stage.folder,
        state={"epoch": 0},
        log=lambda _: ends.append(time.perf_counter()),
    )
    ours = len(few) / (ends[1] - ends[0])  # The first epoch builds the graph, as above.
    yield Measured("training, faces a second of Keras alone", pace, "/s", 0, at_least=True)
    yield Measured("training, faces a second", ours, "/s", 0, at_least=True)
    yield Measured("training, share of that pace", 100 * ours / pace, "%", 85, at_least=True)


def first(faces: Dataset, count: int) -> Dataset:
    """Return the first faces of a dataset."""
    return replace(faces, images=faces.images[:count], labels=faces.labels[:count])


def evaluate(stage: Stage) -> Iterator[Measured]:
    """Evaluate the shipped network on 3,589 faces."""
    seconds, _ = run("evaluate_emotion", "--data", stage.prepared, "--split", "test")
    yield Measured("evaluate 3,589 faces", seconds, "s", 30)


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


def median(what: Callable[[], object], *, times: int) -> float:
    """Return the median seconds of so many calls."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        what()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


BENCHMARKS: dict[str, Callable[[Stage], Iterator[Measured]]] = {
    "prepare": prepare,
    "train": train,
    "evaluate": evaluate,
    "network": network,
    "photo": photo,
}


def noise(path: Path) -> None:
    """Write an archive with as many faces as FER2013 has, of noise."""
    from tests.ml.faces import png  # noqa: PLC0415

    random = np.random.default_rng(1)
    with zipfile.ZipFile(path, "w") as packed:
        for split, counts in COUNTS.items():
            for emotion, count in zip(EMOTIONS, counts, strict=True):
                for number in range(count):
                    face = random.integers(0, 256, (48, 48)).astype(np.uint8)
                    packed.writestr(f"images/{split}/{emotion}/{number}.png", png(face))


def main() -> None:
    """Run the benchmarks that are named, or all, and print a row a figure."""
    parser = argparse.ArgumentParser(description="Speed, memory and size against their budgets.")
    parser.add_argument("--data", type=Path, help="FER2013's archive; default: noise")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    options = parser.parse_args()
    if unknown := set(options.names) - BENCHMARKS.keys():
        parser.error(f"expected names among {', '.join(BENCHMARKS)}, received {unknown.pop()}.")
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage((options.data or Path(folder) / "noise.zip").resolve(), Path(folder))
        if not options.data:
            noise(stage.archive)
        chosen = options.names or list(BENCHMARKS)
        if {"train", "evaluate"} & {*chosen} and "prepare" not in chosen:
            chosen = ["prepare", *chosen]
        for name in chosen:
            for figure in BENCHMARKS[name](stage):
                sign = "≥" if figure.at_least else "≤"
                budget = f"{sign} {figure.budget:g} {figure.unit}" if figure.budget else ""
                verdict = "" if figure.kept else "MISSED"
                print(
                    f"{figure.what:42} {figure.value:9.1f} {figure.unit:3} {budget:12} {verdict}",
                    flush=True,
                )
                missed += not figure.kept
    if missed:
        sys.exit(f"{missed} of the budgets were missed.")


if __name__ == "__main__":
    main()
