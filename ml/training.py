"""Fitting a network: checkpoints, early stopping, slower learning on a plateau, resuming."""

import csv
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ml import networks
from ml.augmentation import AugmentedFaces
from ml.datasets import Dataset
from ml.emotions import EMOTIONS
from ml.sources import DatasetError


class TrainingError(ValueError):
    """A run cannot be started or resumed as asked; the message says why."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a run depends on besides its dataset.

    Attributes:
        architecture: a name among `ml.networks.ARCHITECTURES`.
        epochs: how many at most; the run ends earlier when validation stops improving.
        batch_size: faces a step.
        learning_rate: Adam's first step size.
        label_smoothing: share of each label that is spread over all seven.
        patience: epochs without a better validation loss until learning slows down; three times
            as many end the run.
        seed: decides first weights, order and augmentation.
    """

    architecture: str = "sequential"
    epochs: int = 60
    batch_size: int = 64
    learning_rate: float = 1e-3
    label_smoothing: float = 0.1
    patience: int = 4
    seed: int = 1


class RunState(keras.callbacks.Callback):
    """Writes after each epoch what Keras's callbacks forget, so that a run can be resumed.

    The state names the checkpoint that it belongs to and is renamed into place after it, so a run
    killed at any moment leaves a pair that fits. Older checkpoints but the best are removed.
    """

    def __init__(
        self, folder: Path, remembered: Iterable[tuple[keras.callbacks.Callback, Iterable[str]]]
    ):
        super().__init__()
        self.folder = folder
        self.remembered = [(callback, list(names)) for callback, names in remembered]

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the state of this epoch."""
        state = {
            "epoch": epoch + 1,
            "callbacks": {
                type(callback).__name__: {name: float(getattr(callback, name)) for name in names}
                for callback, names in self.remembered
            },
        }
        aside = self.folder / "state.json.tmp"
        aside.write_text(json.dumps(state, indent=2))
        aside.replace(self.folder / "state.json")
        for old in self.folder.glob("epoch-*.keras"):
            if old != checkpoint(self.folder, epoch + 1):
                old.unlink()

    def restore(self, state: dict[str, Any]) -> None:
        """Give the callbacks back what they knew."""
        for callback, names in self.remembered:
            for name in names:
                setattr(callback, name, state["callbacks"][type(callback).__name__][name])


class Reseed(keras.callbacks.Callback):
    """Derives the dropout of each epoch from seed and epoch alone.

    Keras does not store the state of its random layers, so a resumed run would drop other units
    than an uninterrupted one.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Set the state of every random layer."""
        random = np.random.default_rng([self.seed, epoch])
        for variable in self.model.variables:
            if variable.name == "seed_generator_state":
                variable.assign([random.integers(2**31), 0])


def checkpoint(folder: Path, epoch: int) -> Path:
    """Return the file of an epoch's checkpoint; the first epoch is 1."""
    return folder / f"epoch-{epoch:03d}.keras"


def fast_precision() -> str:
    """Return `mixed_bfloat16` where the processor computes it, else `float32`."""
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return "float32"
    return "mixed_bfloat16" if "amx_bf16" in flags or "avx512_bf16" in flags else "float32"


def train(
    dataset: Dataset, settings: Settings, folder: Path, *, resume: bool = False
) -> keras.Model:
    """Train on the split `train`, choose the best epoch on the split `validation`.

    The folder gets `settings.json`, `log.csv` (a row an epoch), the latest checkpoint, the best
    one and `state.json`.

    Returns:
        The network of the epoch with the highest validation accuracy.

    Raises:
        TrainingError: when the folder holds another run, or none to resume.
        DatasetError: when a split is empty.
    """
    training, validation = dataset.split("train"), dataset.split("validation")
    if not len(training) or not len(validation):
        raise DatasetError("The dataset lacks a train or a validation split: run prepare_dataset.")
    facts = {**asdict(settings), "dataset": dataset.fingerprint()}
    first_epoch, state = 0, None
    if resume:
        state = resumable(folder, facts)
        first_epoch = state["epoch"]
    elif (folder / "settings.json").exists():
        raise TrainingError(f"{folder}: holds a run already; add --resume or name another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.json").write_text(json.dumps(facts, indent=2))

    keras.utils.set_random_seed(settings.seed)
    keras.mixed_precision.set_global_policy(fast_precision())
    try:
        if state:
            network = keras.models.load_model(checkpoint(folder, first_epoch))
        else:
            network = compiled(settings)
        fit(
            network,
            training=training,
            validation=validation,
            settings=settings,
            folder=folder,
            state=state,
        )
        return keras.models.load_model(folder / "best.keras")
    finally:
        keras.mixed_precision.set_global_policy("float32")


def compiled(settings: Settings) -> keras.Model:
    """Return a fresh network, ready to fit."""
    network = networks.build(settings.architecture)
    network.compile(
        keras.optimizers.Adam(settings.learning_rate),
        keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing),
        metrics=["accuracy"],
    )
    return network


def fit(
    network: keras.Model,
    *,
    training: Dataset,
    validation: Dataset,
    settings: Settings,
    folder: Path,
    state: dict[str, Any] | None,
) -> None:
    """Fit with Keras's own loop and callbacks, from the epoch that `state` names."""
    first_epoch = state["epoch"] if state else 0
    best = keras.callbacks.ModelCheckpoint(
        folder / "best.keras", monitor="val_accuracy", mode="max", save_best_only=True
    )
    plateau = keras.callbacks.ReduceLROnPlateau(
        "val_loss", factor=0.4, patience=settings.patience, min_lr=1e-5
    )
    stopping = keras.callbacks.EarlyStopping("val_loss", patience=3 * settings.patience)
    kept = RunState(
        folder,
        [
            (best, ["best"]),
            (plateau, ["best", "wait", "cooldown_counter"]),
            (stopping, ["best", "wait", "best_epoch"]),
        ],
    )
    if state:
        trim_log(folder / "log.csv", first_epoch)
    network.fit(
        AugmentedFaces(
            training.images,
            training.labels,
            batch_size=settings.batch_size,
            seed=settings.seed,
            first_epoch=first_epoch,
        ),
        epochs=settings.epochs,
        initial_epoch=first_epoch,
        shuffle=False,  # The faces come shuffled, by seed and epoch.
        validation_data=(
            validation.images[..., None].astype(np.float32),
            keras.utils.to_categorical(validation.labels, len(EMOTIONS)),
        ),
        validation_batch_size=256,
        verbose=2,
        callbacks=[
            *([Restore(kept, state)] if state else []),
            Reseed(settings.seed),
            best,
            plateau,
            stopping,
            keras.callbacks.ModelCheckpoint(folder / "epoch-{epoch:03d}.keras"),
            keras.callbacks.CSVLogger(folder / "log.csv", append=bool(state)),
            kept,
        ],
    )


class Restore(keras.callbacks.Callback):
    """Restores the other callbacks once training began, which is when they forget."""

    def __init__(self, kept: RunState, state: dict[str, Any]) -> None:
        super().__init__()
        self.kept, self.state = kept, state

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Restore before the first epoch."""
        if epoch == self.state["epoch"]:
            self.kept.restore(self.state)


def resumable(folder: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the state of the run in a folder.

    Raises:
        TrainingError: when there is none, or it ran with other settings or another dataset.
    """
    try:
        state: dict[str, Any] = json.loads((folder / "state.json").read_text())
        earlier = json.loads((folder / "settings.json").read_text())
    except OSError as error:
        raise TrainingError(f"{folder}: expected a run to resume, found none.") from error
    for name in facts.keys() - {"epochs"}:
        if earlier[name] != facts[name]:
            raise TrainingError(
                f"{folder}: ran with {name} {earlier[name]}, cannot resume with {facts[name]}."
            )
    return state


def trim_log(path: Path, epochs: int) -> None:
    """Keep the rows of the first `epochs` epochs; a run may be killed after a row was written."""
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    aside = path.with_suffix(".tmp")
    with aside.open("w", newline="") as file:
        csv.writer(file).writerows(rows[: epochs + 1])
    os.replace(aside, path)


def probabilities(network: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return n × 7 probabilities for n × 48 × 48 grey faces."""
    batches = [
        np.asarray(network(images[start : start + 256, ..., None].astype(np.float32)))
        for start in range(0, len(images), 256)
    ]
    return np.concatenate(batches)


def epochs_run(folder: Path) -> int:
    """Return how many epochs the run in a folder has finished."""
    state: dict[str, Any] = json.loads((folder / "state.json").read_text())
    return int(state["epoch"])
