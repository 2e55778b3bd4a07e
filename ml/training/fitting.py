"""Fitting a network with Keras's own loop and callbacks, on any of its backends."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ml.data.datasets import Dataset
from ml.data.sources import DatasetError
from ml.training import architectures, run_folder
from ml.training.augmentation import Augmentation, Batches, examples
from ml.training.progress import Progress

OPTIMIZERS = ("adam", "sgd")
SCHEDULES = ("plateau", "cosine")
WARM_UP = 0.05  # share of the steps of a cosine schedule


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a run depends on besides its dataset.

    Attributes:
        architecture: a name among `ml.training.architectures.ARCHITECTURES`.
        epochs: how many at most.
        batch_size: faces a step.
        optimizer: `adam`, or `sgd` with Nesterov momentum 0.9.
        learning_rate: the largest step size.
        schedule: `plateau` learns slower, and at last ends, when validation stops improving;
            `cosine` warms up and then slows down to nothing in the last epoch (Loshchilov and
            Hutter 2017).
        patience: epochs without a better validation loss until `plateau` learns slower; three
            times as many end the run.
        weight_decay: by how much each step shrinks the weights, as a share of the step size.
        label_smoothing: share of each folder label that is spread over all seven.
        mixup: alpha of the shares in which faces are mixed (Zhang et al. 2018); 0 mixes none.
        class_weight_cap: the most that a face of a rare emotion counts; 1 weighs none.
        personal_weight: how much a person's own photo counts beside another face, in learning and
            in choosing the epoch.
        seed: decides first weights, order and augmentation.
    """

    architecture: str = "sequential"
    epochs: int = 60
    batch_size: int = 64
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    schedule: str = "plateau"
    patience: int = 4
    weight_decay: float = 0.0
    label_smoothing: float = 0.1
    mixup: float = 0.0
    class_weight_cap: float = 1.0
    personal_weight: float = 5.0
    seed: int = 1


def fast_precision() -> str:
    """Return `mixed_bfloat16` where the processor or an accelerator computes it, else `float32`."""
    if not keras.distribution.list_devices()[0].startswith("cpu"):
        return "mixed_bfloat16"
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return "float32"
    return "mixed_bfloat16" if "amx_bf16" in flags or "avx512_bf16" in flags else "float32"


def train(
    dataset: Dataset,
    settings: Settings,
    folder: Path,
    *,
    resume: bool = False,
    start_from: keras.Model | None = None,
    refit: str | None = None,
    log: Callable[[str], object],
) -> keras.Model:
    """Train on the split `train`, choose the best epoch on the split `validation`.

    A refit trains on both and takes its last epoch: there is nothing left to choose with.

    The folder gets `settings.json`, `log.csv` (a row an epoch), the latest checkpoint, the best
    one, `state.json`, and events for TensorBoard where TensorFlow trains.

    Args:
        start_from: a network of the same architecture, whose weights are the first ones.
        refit: name of the version whose settings these are, to fit them on both splits.
        log: is told a line an epoch.

    Returns:
        The network of the epoch with the highest validation accuracy (output `folder`), or of the
        last one.

    Raises:
        RunError: when the folder holds another run, or none to resume.
        DatasetError: when a split is empty.
    """
    training, validation = dataset.split("train"), dataset.split("validation")
    if not len(training) or not len(validation):
        raise DatasetError("The dataset lacks a train or a validation split: run prepare_dataset.")
    if refit:
        training = dataset.split("train", "validation")
    facts = {
        **asdict(settings),
        "dataset": dataset.fingerprint(),
        "start_from": start_from and digest(start_from),
        "refit": refit,
    }
    state: dict[str, Any] = {"epoch": 0}
    if resume:
        # The pace of a cosine schedule follows from the number of epochs.
        free = {"epochs"} if settings.schedule == "plateau" else set()
        state = run_folder.resume(folder, facts, free=free)
    else:
        run_folder.begin(folder, facts)

    keras.utils.set_random_seed(settings.seed)
    keras.mixed_precision.set_global_policy(fast_precision())
    share_devices()
    try:
        if state["epoch"]:
            network = keras.models.load_model(run_folder.checkpoint(folder, state["epoch"]))
        else:
            network = compiled(settings, training, start_from)
        if state["epoch"] < settings.epochs:
            fit(
                network,
                training=training,
                validation=None if refit else validation,
                settings=settings,
                folder=folder,
                state=state,
                log=log,
            )
        chosen = (
            run_folder.checkpoint(folder, settings.epochs) if refit else folder / run_folder.BEST
        )
        return keras.models.load_model(chosen)
    finally:
        keras.mixed_precision.set_global_policy("float32")


def share_devices() -> None:
    """Share every batch between several devices, which Keras can do on JAX."""
    if keras.backend.backend() == "jax" and len(keras.distribution.list_devices()) > 1:
        keras.distribution.set_distribution(keras.distribution.DataParallel())


def outputs(dataset: Dataset, start_from: keras.Model | None = None) -> tuple[str, ...]:
    """Return the outputs of a network that starts from another one, or learns a dataset anew.

    What people say of their own photos is no crowd to learn an output of its own from.
    """
    if start_from:
        return tuple(start_from.output_names)
    others = None if dataset.votes is None else dataset.votes[~dataset.is_contribution()]
    return ("folder",) if others is None or not others.any() else ("crowd", "folder")


def compiled(
    settings: Settings, training: Dataset, start_from: keras.Model | None = None
) -> keras.Model:
    """Return a network ready to fit."""
    names = outputs(training, start_from)
    network = architectures.build(
        settings.architecture, names, augmentation=Augmentation(settings.seed)
    )
    if start_from:
        network.set_weights(start_from.get_weights())
    smoothing = {"folder": settings.label_smoothing, "crowd": 0.0}  # The crowd's are soft already.
    network.compile(
        optimizer(settings, steps=max(1, len(training) // settings.batch_size)),
        {
            name: keras.losses.CategoricalCrossentropy(label_smoothing=smoothing[name])
            for name in names
        },
        weighted_metrics={name: ["accuracy"] for name in names},
        jit_compile="auto" if keras.backend.backend() == "jax" else False,
    )
    return network


def optimizer(settings: Settings, *, steps: int) -> keras.optimizers.Optimizer:
    """Return the optimizer of a run with so many steps an epoch."""
    rate: float | keras.optimizers.schedules.LearningRateSchedule = settings.learning_rate
    if settings.schedule == "cosine":
        warm_up = int(WARM_UP * settings.epochs * steps)
        rate = keras.optimizers.schedules.CosineDecay(
            0.0,
            settings.epochs * steps - warm_up,
            warmup_target=settings.learning_rate,
            warmup_steps=warm_up,
        )
    decay = settings.weight_decay or None
    if settings.optimizer == "sgd":
        return keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=decay)
    return keras.optimizers.Adam(rate, weight_decay=decay)


def fit(
    network: keras.Model,
    *,
    training: Dataset,
    validation: Dataset | None,
    settings: Settings,
    folder: Path,
    state: dict[str, Any],
    log: Callable[[str], object],
) -> None:
    """Fit from the epoch that `state` names, without choosing an epoch where none validate."""
    callbacks: list[keras.callbacks.Callback] = []
    remembered: list[tuple[keras.callbacks.Callback, list[str]]] = []
    if validation is not None:
        accuracy = "val_folder_accuracy" if len(network.outputs) > 1 else "val_accuracy"
        best = keras.callbacks.ModelCheckpoint(
            folder / run_folder.BEST, monitor=accuracy, mode="max", save_best_only=True
        )
        callbacks.append(best)
        remembered.append((best, ["best"]))
    if settings.schedule == "plateau":
        slower = keras.callbacks.ReduceLROnPlateau(
            "val_loss", factor=0.4, patience=settings.patience, min_lr=settings.learning_rate / 100
        )
        stopping = keras.callbacks.EarlyStopping("val_loss", patience=3 * settings.patience)
        callbacks += [slower, stopping]
        remembered += [
            (slower, ["best", "wait", "cooldown_counter"]),
            (stopping, ["best", "wait", "best_epoch"]),
        ]
    if keras.backend.backend() == "tensorflow":
        callbacks.append(keras.callbacks.TensorBoard(folder / "tensorboard", write_graph=False))
    first_epoch = state["epoch"]
    network.fit(
        Batches(
            training,
            network.output_names,
            batch_size=settings.batch_size,
            seed=settings.seed,
            mixup=settings.mixup,
            class_weight_cap=settings.class_weight_cap,
            personal_weight=settings.personal_weight,
            first_epoch=first_epoch,
        ),
        epochs=settings.epochs,
        initial_epoch=first_epoch,
        shuffle=False,  # The faces come shuffled, by seed and epoch.
        validation_data=validation
        and (
            validation.images[..., None],
            *examples(validation, network.output_names, personal_weight=settings.personal_weight),
        ),
        validation_batch_size=64,
        verbose=0,
        callbacks=[
            run_folder.Reseed(settings.seed),
            *callbacks,
            keras.callbacks.ModelCheckpoint(folder / "epoch-{epoch:03d}.keras"),
            keras.callbacks.CSVLogger(folder / run_folder.LOG, append=bool(first_epoch)),
            run_folder.RunState(folder, remembered, state),
            Progress(log),
        ],
    )


def digest(network: keras.Model) -> str:
    """Return a sha256 over a network's weights."""
    digested = hashlib.sha256()
    for weights in network.get_weights():
        digested.update(weights.tobytes())
    return digested.hexdigest()


def probabilities(
    network: keras.Model, images: NDArray[np.uint8]
) -> dict[str, NDArray[np.float32]]:
    """Return n × 7 probabilities of every output for n × 48 × 48 grey faces."""
    batches = [
        network(images[start : start + 64, ..., None].astype(np.float32))
        for start in range(0, len(images), 64)
    ]
    return {
        name: np.concatenate([keras.ops.convert_to_numpy(batch[name]) for batch in batches])
        for name in network.output_names
    }
