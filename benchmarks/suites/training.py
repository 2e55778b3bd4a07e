"""Preparing, training and evaluating on as many faces as FER2013 has."""

import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.suites.common import Measured, Stage, run
from ml.data.datasets import Dataset
from ml.emotions import EMOTIONS

COUNTS = {
    "train": (3995, 436, 4097, 7215, 4965, 4830, 3171),
    "validation": (467, 56, 496, 895, 607, 653, 415),
}
"""FER2013's faces of each emotion."""

BATCH, BATCHES = 64, 150  # of the training that is compared


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

    from ml.training import architectures, fitting  # noqa: PLC0415
    from ml.training.config import TrainingConfig  # noqa: PLC0415

    keras.mixed_precision.set_global_policy(fitting.dtype_policy())
    dataset = Dataset.load(stage.prepared)
    few = first(dataset.split("train"), BATCH * BATCHES)
    config = TrainingConfig(architecture="residual", epochs=2, batch_size=BATCH)

    bare = architectures.build("residual")
    bare.compile(
        fitting.optimizer(config, steps=BATCHES), "categorical_crossentropy", jit_compile=False
    )
    images = few.images[..., None].astype(np.float32)
    labels = keras.utils.to_categorical(few.labels, len(EMOTIONS))
    bare.fit(images[: 10 * BATCH], labels[: 10 * BATCH], batch_size=BATCH, verbose=0)
    started = time.perf_counter()
    bare.fit(images, labels, batch_size=BATCH, verbose=0)
    pace = len(few) / (time.perf_counter() - started)

    ends: list[float] = []
    fitting.fit(
        fitting.compiled_network(config, few),
        training=few,
        validation=first(dataset.split("validation"), BATCH),
        config=config,
        folder=stage.folder,
        state={"epoch": 0},
        log=lambda _: ends.append(time.perf_counter()),
    )
    ours = len(few) / (ends[1] - ends[0])  # The first epoch builds the graph, as above.
    yield Measured("training, faces a second of Keras alone", pace, "/s")
    yield Measured("training, faces a second", ours, "/s")
    yield Measured("training, share of that pace", 100 * ours / pace, "%", 85, at_least=True)


def first(faces: Dataset, count: int) -> Dataset:
    """Return the first faces of a dataset."""
    return replace(faces, images=faces.images[:count], labels=faces.labels[:count])


def evaluate(stage: Stage) -> Iterator[Measured]:
    """Evaluate the shipped network on 3,589 faces."""
    seconds, _ = run("evaluate_emotion", "--data", stage.prepared, "--split", "test")
    yield Measured("evaluate 3,589 faces", seconds, "s", 30)


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
