"""Keras callbacks that make a run resumable and report its progress."""

import math
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from ml.training import run_folder


def is_due(callback: keras.callbacks.Callback, epoch: int, every: int) -> bool:
    """Return whether a checkpoint is due: after `every` epochs, and after the last one."""
    done = epoch + 1
    is_last = callback.model.stop_training or done == callback.params["epochs"]
    return is_last or done % every == 0


class PeriodicCheckpoint(keras.callbacks.ModelCheckpoint):
    """Saves a checkpoint after every so many epochs, and after the last one."""

    def __init__(self, path: Path, *, every: int, **options: Any) -> None:
        """Save to a path, in which `{epoch}` stands for the number of the epoch."""
        self.unfinished = path.with_name(f"unfinished-{path.name}")
        super().__init__(self.unfinished, **options)
        self.path, self.every = path, every

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save, if it is time, so that a full disk never leaves half a checkpoint in its place."""
        if not is_due(self, epoch, self.every):
            return
        unfinished = Path(str(self.unfinished).format(epoch=epoch + 1))
        unfinished.unlink(missing_ok=True)
        try:
            super().on_epoch_end(epoch, logs)
            if unfinished.exists():
                unfinished.replace(str(self.path).format(epoch=epoch + 1))
        finally:
            unfinished.unlink(missing_ok=True)


class FiniteLoss(keras.callbacks.Callback):
    """Ends a run whose loss is no number any more, before it is saved."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Check the losses of an epoch.

        Raises:
            RunError: when one is infinite or not a number.
        """
        for name, value in (logs or {}).items():
            if name.endswith("loss") and not math.isfinite(value):
                raise run_folder.RunError(
                    f"Epoch {epoch + 1}: expected a finite {name}, it is {value}; begin another "
                    "run with a lower --learning-rate."
                )


class AveragedWeights(keras.callbacks.SwapEMAWeights):
    """Puts the optimizer's moving average of the weights into the network between its epochs.

    So validation and checkpoints have the average; the weights that learn stay in the optimizer.
    """

    def __init__(self, *, resumed: bool) -> None:
        """Begin with a new network, or with one that was saved between its epochs."""
        super().__init__(swap_on_epoch=True)
        self._ema_weights_in_model = resumed


class RunState(keras.callbacks.Callback):
    """Saves with each checkpoint what Keras's callbacks would forget, and restores it on resuming.

    The state names its checkpoint and is renamed into place after it, so that a run killed at any
    moment leaves a matching pair. All other checkpoints but the best one are removed.
    """

    def __init__(
        self,
        folder: Path,
        tracked: Mapping[str, tuple[keras.callbacks.Callback, Iterable[str]]],
        state: dict[str, Any],
        *,
        every: int,
    ):
        """Track the named attributes of some callbacks, all of them numbers.

        Args:
            tracked: callbacks by their names in the state.
            state: of the run so far.
            every: epochs between checkpoints.

        Raises:
            RunError: when the state of a run that has begun lacks one of them.
        """
        super().__init__()
        self.folder, self.state, self.every = folder, state, every
        self.tracked = {key: (callback, list(names)) for key, (callback, names) in tracked.items()}
        for key, (_, names) in self.tracked.items():
            if state["epoch"] and not set(names) <= set(state["callbacks"].get(key, ())):
                raise run_folder.RunError(
                    f"{folder / run_folder.STATE}: expected {', '.join(names)} of {key}, "
                    "found another state."
                )

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Restore the attributes at the first epoch; the callbacks reset them before it."""
        if epoch == self.state["epoch"] and epoch:
            for key, (callback, names) in self.tracked.items():
                for name in names:
                    setattr(callback, name, self.state["callbacks"][key][name])

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save the state if a checkpoint was saved, then remove older checkpoints."""
        if not is_due(self, epoch, self.every):
            return
        callbacks = {
            key: {name: float(getattr(callback, name)) for name in names}
            for key, (callback, names) in self.tracked.items()
        }
        state = {"epoch": epoch + 1, "callbacks": callbacks}
        run_folder.write_json(self.folder / run_folder.STATE, state)
        for path in self.folder.glob("epoch-*.keras"):
            if path != run_folder.checkpoint(self.folder, epoch + 1):
                path.unlink()


class Reseed(keras.callbacks.Callback):
    """Seeds dropout and augmentation by seed and epoch alone.

    Keras does not save the state of its random layers, so without this a resumed run would draw
    differently from an uninterrupted one.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Set the state of every random layer."""
        reseed(self.model, self.seed, epoch)


def reseed(network: keras.Model, seed: int, epoch: int) -> None:
    """Set the state of every random layer of a network."""
    random = np.random.default_rng([seed, epoch])
    for variable in network.variables:
        if variable.name == "seed_generator_state":
            variable.assign([random.integers(2**31), 0])


class Progress(keras.callbacks.Callback):
    """Logs metrics and remaining time each epoch, with a progress bar in a terminal."""

    def __init__(self, log: Callable[[str], object]) -> None:
        """Call `log` with a line each epoch; draw the bar on stderr if that is a terminal."""
        super().__init__()
        self.log = log
        self.bar: tqdm[Any] | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the clock."""
        self.started, self.epochs_done = time.monotonic(), 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Draw the bar of this epoch."""
        self.epoch_started = time.monotonic()
        self.bar = tqdm(
            total=self.params["steps"],
            desc=f"epoch {epoch + 1}/{self.params['epochs']}",
            unit=" steps",
            leave=False,
            disable=not sys.stderr.isatty(),
        )

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Move the bar."""
        if self.bar is not None:
            self.bar.update()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Log the line of this epoch."""
        if self.bar is not None:
            self.bar.close()
        self.epochs_done += 1
        now = time.monotonic()
        pace = (now - self.started) / self.epochs_done
        remaining = (self.params["epochs"] - epoch - 1) * pace
        metrics = ", ".join(
            f"{name} {value:.4f}" for name, value in (logs or {}).items() if "rate" not in name
        )
        self.log(
            f"epoch {epoch + 1}/{self.params['epochs']}: {metrics}; "
            f"{now - self.epoch_started:.0f} s, {format_duration(remaining)} left"
        )


def format_duration(seconds: float) -> str:
    """Return a duration as `2 h 05 min`, `12 min` or `40 s`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min" if minutes else f"{rest} s"
