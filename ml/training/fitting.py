"""Fitting a network with Keras's own training loop and callbacks, on any of its backends."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras

from ml.data.datasets import Dataset
from ml.data.errors import DatasetError
from ml.emotions import EMOTIONS
from ml.training import architectures, run_folder
from ml.training.augmentation import Augmentation
from ml.training.averaging import reestimate_batch_norm
from ml.training.batches import Batches, targets_and_weights
from ml.training.callbacks import (
    AveragedWeights,
    FiniteLoss,
    PeriodicCheckpoint,
    Progress,
    Reseed,
    RunState,
    reseed,
)
from ml.training.config import TrainingConfig
from ml.training.distillation import TEACHERS_SHARE, student_of, taught
from ml.training.failures import first_line

WARMUP_SHARE = 0.05  # of the steps of a cosine schedule
VALIDATION_BATCH_SIZE = 64
ACCELERATED_VALIDATION_BATCH_SIZE = 1024
EpochCompiler = Callable[[keras.Model, Batches], keras.utils.PyDataset]


def train(
    dataset: Dataset,
    config: TrainingConfig,
    folder: Path,
    *,
    resume: bool = False,
    start_from: keras.Model | None = None,
    teachers: Sequence[keras.Model] = (),
    refit: str | None = None,
    compile_epochs: EpochCompiler | None = None,
    log: Callable[[str], object],
) -> keras.Model:
    """Train on the `train` split and select the best epoch on the `validation` split.

    A refit trains on both and takes its last epoch, since no faces are left to select one with.

    The folder gets `settings.json`, `log.csv` with a row for each epoch, the latest and the best
    checkpoint, `state.json`, and TensorBoard events if TensorFlow is the backend.

    Args:
        start_from: a network of the same architecture to take the initial weights from.
        teachers: networks with the same outputs to learn from besides the targets.
        refit: name of the version whose config is fitted once more, on both splits.
        compile_epochs: lets the network run whole epochs in one call each, and returns what it has
            to be fitted with (see `ml.training.acceleration`); None for Keras's own loop.
        log: called with a line each epoch.

    Returns:
        The network of the epoch with the highest validation accuracy of `folder`, or of the last
        epoch for a refit.

    Raises:
        RunError: when the folder holds another run, none to resume, or one with a missing or
            damaged file; when the loss is no number any more.
        DatasetError: when a split is empty, or there is one emotion alone.
    """
    training, validation = dataset.split("train"), dataset.split("validation")
    if not len(training) or not len(validation):
        raise DatasetError("The dataset lacks a train or a validation split: run prepare_dataset.")
    if len(set(training.labels.tolist())) == 1:
        raise DatasetError(
            f"Expected pictures of two emotions or more to train on, found {len(training)} of "
            f"{EMOTIONS[training.labels[0]]} alone."
        )
    if refit:
        training = dataset.split("train", "validation")
    settings = {
        **asdict(config),
        "dataset": dataset.fingerprint(),
        "start_from": start_from and weights_sha256(start_from),
        "teachers": [weights_sha256(teacher) for teacher in teachers],
        "refit": refit,
    }
    state: dict[str, Any] = {"epoch": 0}
    if resume:
        # The learning rates of a cosine schedule depend on the number of epochs.
        may_change = {"epochs"} if config.schedule == "plateau" else set()
        state = run_folder.resume(
            folder,
            settings,
            may_change=may_change,
            defaults=asdict(TrainingConfig()) | {"teachers": []},
        )
    else:
        run_folder.start(folder, settings)

    keras.utils.set_random_seed(config.seed)
    keras.mixed_precision.set_global_policy(dtype_policy())
    distribute_batches()
    try:
        if state["epoch"] < config.epochs:
            if state["epoch"]:
                network = load_checkpoint(run_folder.checkpoint(folder, state["epoch"]))
            else:
                network = compiled_network(config, training, start_from, teachers)
            fit(
                network,
                training=training,
                validation=None if refit else validation,
                config=config,
                folder=folder,
                state=state,
                compile_epochs=compile_epochs,
                log=log,
            )
        last, best = run_folder.checkpoint(folder, config.epochs), folder / run_folder.BEST
        network = load_checkpoint(last if refit else best)
        if config.average:
            reseed(network, config.seed, config.epochs)
            reestimate_batch_norm(network, training_batches(training, network, config))
        return student_of(network) if teachers else network
    finally:
        keras.mixed_precision.set_global_policy("float32")


def load_checkpoint(path: Path) -> keras.Model:
    """Load a network that a run saved.

    Raises:
        RunError: when it is missing or damaged, or another version of Keras wrote it.
    """
    try:
        return keras.models.load_model(path)
    except Exception as error:  # Keras raises almost anything for files that do not fit.
        raise run_folder.RunError(
            f"{path}: expected a network that Keras {keras.__version__} can read "
            f"({first_line(error)})."
        ) from error


def weights_sha256(network: keras.Model) -> str:
    sha256 = hashlib.sha256()
    for weights in network.get_weights():
        sha256.update(weights.tobytes())
    return sha256.hexdigest()


def dtype_policy() -> str:
    """Return `mixed_bfloat16` if the processor or an accelerator supports it, else `float32`."""
    if not keras.distribution.list_devices()[0].startswith("cpu"):
        return "mixed_bfloat16"
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return "float32"
    return "mixed_bfloat16" if "amx_bf16" in flags or "avx512_bf16" in flags else "float32"


def distribute_batches() -> None:
    """Split every batch between all devices if there are several; Keras supports that on JAX."""
    if keras.backend.backend() == "jax" and len(keras.distribution.list_devices()) > 1:
        keras.distribution.set_distribution(keras.distribution.DataParallel())


def compiled_network(
    config: TrainingConfig,
    training: Dataset,
    start_from: keras.Model | None = None,
    teachers: Sequence[keras.Model] = (),
) -> keras.Model:
    names = output_names(training, start_from)
    augmentation = Augmentation(config.seed, config.degrade, with_clear=bool(teachers))
    network = architectures.build(
        config.architecture, names, augmentation=None if teachers else augmentation
    )
    if start_from:
        network.set_weights(start_from.get_weights())
    if teachers:
        network = taught(network, teachers, augmentation)
    # The crowd's targets are soft already.
    label_smoothing = {"folder": config.label_smoothing, "crowd": 0.0}
    network.compile(
        optimizer(config, steps=max(1, len(training) // config.batch_size)),
        {
            name: keras.losses.CategoricalCrossentropy(label_smoothing=label_smoothing[name])
            for name in names
        },
        loss_weights=dict.fromkeys(names, 1 - TEACHERS_SHARE) if teachers else None,
        weighted_metrics={name: ["accuracy"] for name in names},
        jit_compile="auto" if keras.backend.backend() == "jax" else False,
    )
    return network


def output_names(dataset: Dataset, start_from: keras.Model | None = None) -> tuple[str, ...]:
    """Return the outputs of `start_from`, or those that a dataset can train.

    The labels of contributed faces count as votes, but are no crowd to train an output on.
    """
    if start_from:
        return tuple(start_from.output_names)
    votes = None if dataset.votes is None else dataset.votes[~dataset.is_contribution()]
    return ("folder",) if votes is None or not votes.any() else ("crowd", "folder")


def optimizer(config: TrainingConfig, *, steps: int) -> keras.optimizers.Optimizer:
    """Return the optimizer of a run.

    Args:
        steps: in an epoch.
    """
    rate: float | keras.optimizers.schedules.LearningRateSchedule = config.learning_rate
    if config.schedule == "cosine":
        warmup_steps = int(WARMUP_SHARE * config.epochs * steps)
        rate = keras.optimizers.schedules.CosineDecay(
            0.0,
            config.epochs * steps - warmup_steps,
            warmup_target=config.learning_rate,
            warmup_steps=warmup_steps,
        )
    decay = config.weight_decay or None
    average = {"use_ema": bool(config.average), "ema_momentum": config.average}
    if config.optimizer == "sgd":
        return keras.optimizers.SGD(
            rate, momentum=0.9, nesterov=True, weight_decay=decay, **average
        )
    return keras.optimizers.Adam(rate, weight_decay=decay, **average)


def fit(
    network: keras.Model,
    *,
    training: Dataset,
    validation: Dataset | None,
    config: TrainingConfig,
    folder: Path,
    state: dict[str, Any],
    compile_epochs: EpochCompiler | None = None,
    log: Callable[[str], object],
) -> None:
    """Fit from the epoch in `state` on; without validation faces no best epoch is selected."""
    batches = training_batches(training, network, config, first_epoch=state["epoch"])
    validation_data = validation and (
        validation.images[..., None],
        *targets_and_weights(
            validation, network.output_names, personal_weight=config.personal_weight
        ),
    )
    epoch_log = keras.callbacks.CSVLogger(folder / run_folder.LOG, append=bool(state["epoch"]))
    try:
        network.fit(
            compile_epochs(network, batches) if compile_epochs else batches,
            epochs=config.epochs,
            initial_epoch=state["epoch"],
            shuffle=False,  # The batches are shuffled already.
            validation_data=validation_data,
            validation_batch_size=(
                ACCELERATED_VALIDATION_BATCH_SIZE if compile_epochs else VALIDATION_BATCH_SIZE
            ),
            verbose=0,
            callbacks=[
                Reseed(config.seed),
                FiniteLoss(),
                *([AveragedWeights(resumed=state["epoch"] > 0)] if config.average else []),
                *checkpoints_and_schedule(
                    network, config, folder, state, epoch_log, select_best=validation is not None
                ),
                Progress(log),
            ],
        )
    finally:
        epoch_log.on_train_end()  # Keras leaves its file open when a run is interrupted.


def training_batches(
    training: Dataset, network: keras.Model, config: TrainingConfig, *, first_epoch: int = 0
) -> Batches:
    return Batches(
        training,
        network.output_names,
        batch_size=config.batch_size,
        seed=config.seed,
        mixup=config.mixup,
        class_weight_cap=config.class_weight_cap,
        personal_weight=config.personal_weight,
        first_epoch=first_epoch,
    )


def checkpoints_and_schedule(
    network: keras.Model,
    config: TrainingConfig,
    folder: Path,
    state: dict[str, Any],
    epoch_log: keras.callbacks.Callback,
    *,
    select_best: bool,
) -> list[keras.callbacks.Callback]:
    """Return the callbacks that change the learning rate and write into the run's folder."""
    callbacks: list[keras.callbacks.Callback] = []
    tracked: dict[str, tuple[keras.callbacks.Callback, list[str]]] = {}
    every = config.checkpoint_every
    if config.schedule == "plateau":
        reduce_rate = keras.callbacks.ReduceLROnPlateau(
            "val_loss", factor=0.4, patience=config.patience, min_lr=config.learning_rate / 100
        )
        early_stopping = keras.callbacks.EarlyStopping("val_loss", patience=3 * config.patience)
        callbacks += [reduce_rate, early_stopping]
        tracked["ReduceLROnPlateau"] = reduce_rate, ["best", "wait", "cooldown_counter"]
        tracked["EarlyStopping"] = early_stopping, ["best", "wait", "best_epoch"]
    if select_best:
        accuracy = "val_folder_accuracy" if len(network.outputs) > 1 else "val_accuracy"
        best = PeriodicCheckpoint(
            folder / run_folder.BEST,
            every=every,
            monitor=accuracy,
            mode="max",
            save_best_only=True,
        )
        callbacks.append(best)
        tracked["ModelCheckpoint"] = best, ["best"]
    if keras.backend.backend() == "tensorflow":
        callbacks.append(keras.callbacks.TensorBoard(folder / "tensorboard", write_graph=False))
    return [
        *callbacks,
        PeriodicCheckpoint(folder / "epoch-{epoch:03d}.keras", every=every),
        epoch_log,
        RunState(folder, tracked, state, every=every),
    ]
