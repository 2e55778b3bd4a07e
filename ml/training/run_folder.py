"""The folder of a training run: its settings, its log, and the state that it resumes from."""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from common.files import atomic_write

SETTINGS, STATE, LOG, BEST = "settings.json", "state.json", "log.csv", "best.keras"


class RunError(ValueError):
    """A run cannot be started or resumed as asked; the message says why."""


def checkpoint(folder: Path, epoch: int) -> Path:
    """Return the checkpoint file of an epoch, counted from 1."""
    return folder / f"epoch-{epoch:03d}.keras"


def write_json(path: Path, content: dict[str, Any] | list[Any]) -> None:
    """Write JSON to a file atomically."""
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n")


def start(folder: Path, settings: dict[str, Any]) -> None:
    """Create the folder of a new run.

    Args:
        settings: everything that the run depends on.

    Raises:
        RunError: when the folder holds a run already, or cannot be written to.
    """
    if (folder / SETTINGS).exists():
        raise RunError(f"{folder}: holds a run already; add --resume or name another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / SETTINGS, settings)
    except OSError as error:
        raise RunError(f"--out: expected a folder to write to ({error}).") from error


def resume(
    folder: Path,
    settings: dict[str, Any],
    *,
    may_change: Iterable[str],
    defaults: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the state of the run in a folder and trim its log to match.

    A run that was killed in its first epoch has no epochs behind it.

    Args:
        settings: everything that the run depends on from now on.
        defaults: what settings were before they could be chosen; older runs do not name them.
        may_change: names of the settings that may differ from before.

    Raises:
        RunError: when there is no run, a file of it is missing or damaged, or it ran with other
            settings; nothing is changed then.
    """
    earlier = {**defaults, **read_settings(folder)}
    if earlier.get("dataset") != settings.get("dataset"):
        raise RunError(f"{folder}: learned from another dataset, or one split otherwise.")
    for name in sorted(settings.keys() - set(may_change)):
        if earlier.get(name) != settings[name]:
            raise RunError(
                f"{folder}: ran with {name} {earlier.get(name)}, cannot resume with "
                f"{settings[name]}."
            )
    state = read_state(folder)
    if state["epoch"]:
        if not checkpoint(folder, state["epoch"]).is_file():
            raise RunError(
                f"{folder}: expected the checkpoint {checkpoint(folder, state['epoch']).name} "
                "that its state names, found none."
            )
        trim_log(folder / LOG, state["epoch"])
    write_json(folder / SETTINGS, settings)
    return state


def read_settings(folder: Path) -> dict[str, Any]:
    """Return the settings of the run in a folder.

    Raises:
        RunError: when there is no run, or they are damaged.
    """
    if not (folder / SETTINGS).is_file():
        raise RunError(f"{folder}: expected a run to resume, found none.")
    return _read_json(folder / SETTINGS)


def read_state(folder: Path) -> dict[str, Any]:
    """Return the state of the run in a folder, that of a beginning run if it has none yet.

    Raises:
        RunError: when it is damaged.
    """
    if not (folder / STATE).exists():
        return {"epoch": 0}
    state = _read_json(folder / STATE)
    epoch = state.get("epoch")
    if not isinstance(epoch, int) or epoch < 1 or not isinstance(state.get("callbacks"), dict):
        raise RunError(f"{folder / STATE}: expected an epoch from 1 on and callbacks, found none.")
    return state


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: expected readable JSON ({error}).") from error
    if not isinstance(content, dict):
        raise RunError(f"{path}: expected a JSON object.")
    return content


def trim_log(path: Path, epochs: int) -> None:
    """Cut the log after so many epochs; a run may be killed between its log and its state.

    Raises:
        RunError: when it is missing or has fewer epochs.
    """
    try:
        with path.open(newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, ValueError, csv.Error) as error:
        raise RunError(f"{path}: expected the log of {epochs} epochs ({error}).") from error
    if len(rows) <= epochs:
        raise RunError(
            f"{path}: expected a heading and {epochs} epochs, found {len(rows)} lines in all."
        )
    with atomic_write(path) as temporary, temporary.open("w", newline="") as file:
        csv.writer(file).writerows(rows[: epochs + 1])


def epochs_run(folder: Path) -> int:
    """Return how many epochs the run in a folder has finished."""
    return int(read_state(folder)["epoch"])
