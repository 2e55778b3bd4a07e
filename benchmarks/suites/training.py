"""Benchmarks of preparing, training and evaluating, with as many faces as in FER2013."""

import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.suites.common import Measurement, Workspace, run_command
from ml.data.datasets import Dataset
from ml.emotions import EMOTIONS

COUNTS = {
    "train": (3995, 436, 4097, 7215, 4965, 4830, 3171),
    "validation": (467, 56, 496, 895, 607, 653, 415),
}
"""How many faces of each emotion FER2013 has."""

BATCH_SIZE, BATCHES = 64, 150  # of the comparison with Keras


def prepare(workspace: Workspace) -> Iterator[Measurement]:
    """Measure preparing the archive."""
    seconds, _ = run_command("prepare_dataset", workspace.archive, "--out", workspace.prepared)
    yield Measurement("prepare FER2013's archive", seconds, "s", 60)


def train(workspace: Workspace) -> Iterator[Measurement]:
    """Measure memory over an epoch on the whole dataset, and throughput relative to plain Keras."""
    _, memory = run_command(
        *("train_emotion", "--data", workspace.prepared, "--out", workspace.folder / "run"),
        *("--architecture", "residual", "--epochs", 1, "--batch-size", BATCH_SIZE),
    )
    yield Measurement("peak memory of training on FER2013", memory, "MB", 3 * 1024)

    import keras  # noqa: PLC0415 - heavy

    from ml.training import architectures, fitting  # noqa: PLC0415
    from ml.training.config import TrainingConfig  # noqa: PLC0415

    keras.mixed_precision.set_global_policy(fitting.dtype_policy())
    dataset = Dataset.load(workspace.prepared)
    subset = first(dataset.split("train"), BATCH_SIZE * BATCHES)
    config = TrainingConfig(architecture="residual", epochs=2, batch_size=BATCH_SIZE)

    plain = architectures.build("residual")
    plain.compile(
        fitting.optimizer(config, steps=BATCHES), "categorical_crossentropy", jit_compile=False
    )
    images = subset.images[..., None].astype(np.float32)
    labels = keras.utils.to_categorical(subset.labels, len(EMOTIONS))
    plain.fit(
        images[: 10 * BATCH_SIZE], labels[: 10 * BATCH_SIZE], batch_size=BATCH_SIZE, verbose=0
    )
    started = time.perf_counter()
    plain.fit(images, labels, batch_size=BATCH_SIZE, verbose=0)
    plain_rate = len(subset) / (time.perf_counter() - started)

    ends: list[float] = []
    fitting.fit(
        fitting.compiled_network(config, subset),
        training=subset,
        validation=first(dataset.split("validation"), BATCH_SIZE),
        config=config,
        folder=workspace.folder,
        state={"epoch": 0},
        log=lambda _: ends.append(time.perf_counter()),
    )
    rate = len(subset) / (ends[1] - ends[0])  # The first epoch builds the graph, as above.
    yield Measurement("training, faces a second of Keras alone", plain_rate, "/s")
    yield Measurement("training, faces a second", rate, "/s")
    yield Measurement(
        "training, share of that pace", 100 * rate / plain_rate, "%", 85, at_least=True
    )


def first(faces: Dataset, count: int) -> Dataset:
    """Return the first `count` faces of a dataset."""
    return replace(faces, images=faces.images[:count], labels=faces.labels[:count])


def evaluate(workspace: Workspace) -> Iterator[Measurement]:
    """Measure evaluating the bundled network on 3,589 faces."""
    seconds, _ = run_command("evaluate_emotion", "--data", workspace.prepared, "--split", "test")
    yield Measurement("evaluate 3,589 faces", seconds, "s", 30)


def write_noise(path: Path) -> None:
    """Write an archive of random pixels with as many faces as in FER2013."""
    from tests.ml.faces import png  # noqa: PLC0415

    random = np.random.default_rng(1)
    with zipfile.ZipFile(path, "w") as packed:
        for split, counts in COUNTS.items():
            for emotion, count in zip(EMOTIONS, counts, strict=True):
                for number in range(count):
                    face = random.integers(0, 256, (48, 48)).astype(np.uint8)
                    packed.writestr(f"images/{split}/{emotion}/{number}.png", png(face))
