"""The folder of a training run: what it was asked, how far it came, and what to resume from."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np

SETTINGS, STATE, LOG, BEST = "settings.json", "state.json", "log.csv", "best.keras"


class RunError(ValueError):
    """A run cannot be started or resumed as asked; the message says why."""


def checkpoint(folder: Path, epoch: int) -> Path:
    """Return the file of an epoch's checkpoint; the first epoch is 1."""
    return folder / f"epoch-{epoch:03d}.keras"


def write_json(path: Path, facts: dict[str, Any] | list[Any]) -> None:
    """Write JSON aside and rename it into place."""
    aside = path.with_name(f"{path.name}.tmp")
    aside.write_text(json.dumps(facts, indent=2) + "\n")
    aside.replace(path)


def begin(folder: Path, facts: dict[str, Any]) -> None:
    """Make the folder of a new run.

    Args:
        facts: everything that the run depends on.

    Raises:
        RunError: when the folder holds a run already.
    """
    if (folder / SETTINGS).exists():
        raise RunError(f"{folder}: holds a run already; add --resume or name another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / SETTINGS, facts)


def resume(folder: Path, facts: dict[str, Any], *, free: Iterable[str]) -> dict[str, Any]:
    """Return the state of the run in a folder, whose log is cut to it.

    A run that was killed in its first epoch has no epochs behind it.

    Args:
        facts: everything that the run is to depend on from now on.
        free: names of facts that may differ from before.

    Raises:
        RunError: when there is no run, or it ran with other facts.
    """
    try:
        earlier = json.loads((folder / SETTINGS).read_text())
    except OSError as error:
        raise RunError(f"{folder}: expected a run to resume, found none.") from error
    for name in sorted(facts.keys() - set(free)):
        if earlier.get(name) != facts[name]:
            raise RunError(
                f"{folder}: ran with {name} {earlier.get(name)}, cannot resume with {facts[name]}."
            )
    write_json(folder / SETTINGS, facts)
    try:
        state: dict[str, Any] = json.loads((folder / STATE).read_text())
    except FileNotFoundError:
        return {"epoch": 0}
    trim_log(folder / LOG, state["epoch"])
    return state


def trim_log(path: Path, epochs: int) -> None:
    """Keep the rows of the first `epochs` epochs; a run may be killed after a row was written."""
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    aside = path.with_name(f"{path.name}.tmp")
    with aside.open("w", newline="") as file:
        csv.writer(file).writerows(rows[: epochs + 1])
    aside.replace(path)


def epochs_run(folder: Path) -> int:
    """Return how many epochs the run in a folder has finished."""
    state: dict[str, Any] = json.loads((folder / STATE).read_text())
    return int(state["epoch"])


class RunState(keras.callbacks.Callback):
    """Writes after each epoch what Keras's callbacks forget, and gives it back on resuming.

    The state names the checkpoint that it belongs to and is renamed into place after it, so a run
    killed at any moment leaves a pair that fits. Older checkpoints but the best are removed.
    """

    def __init__(
        self,
        folder: Path,
        remembered: Iterable[tuple[keras.callbacks.Callback, Iterable[str]]],
        state: dict[str, Any],
    ):
        """Take in callbacks with the names of the numbers that they count in, and a run's state."""
        super().__init__()
        self.folder, self.state = folder, state
        self.remembered = [(callback, list(names)) for callback, names in remembered]

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Restore the callbacks when the first epoch begins; before, they forget once more."""
        if epoch == self.state["epoch"] and epoch:
            for callback, names in self.remembered:
                for name in names:
                    setattr(callback, name, self.state["callbacks"][type(callback).__name__][name])

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the state of this epoch."""
        callbacks = {
            type(callback).__name__: {name: float(getattr(callback, name)) for name in names}
            for callback, names in self.remembered
        }
        write_json(self.folder / STATE, {"epoch": epoch + 1, "callbacks": callbacks})
        for old in self.folder.glob("epoch-*.keras"):
            if old != checkpoint(self.folder, epoch + 1):
                old.unlink()


class Reseed(keras.callbacks.Callback):
    """Derives dropout and augmentation of each epoch from seed and epoch alone.

    Keras does not store the state of its random layers, so a resumed run would draw otherwise than
    an uninterrupted one.
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
