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
        RunError: when the folder holds a run already.
    """
    if (folder / SETTINGS).exists():
        raise RunError(f"{folder}: holds a run already; add --resume or name another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / SETTINGS, settings)


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
        RunError: when there is no run, or it ran with other settings.
    """
    try:
        earlier = {**defaults, **json.loads((folder / SETTINGS).read_text())}
    except OSError as error:
        raise RunError(f"{folder}: expected a run to resume, found none.") from error
    for name in sorted(settings.keys() - set(may_change)):
        if earlier.get(name) != settings[name]:
            raise RunError(
                f"{folder}: ran with {name} {earlier.get(name)}, cannot resume with "
                f"{settings[name]}."
            )
    write_json(folder / SETTINGS, settings)
    try:
        state: dict[str, Any] = json.loads((folder / STATE).read_text())
    except FileNotFoundError:
        return {"epoch": 0}
    trim_log(folder / LOG, state["epoch"])
    return state


def trim_log(path: Path, epochs: int) -> None:
    """Cut the log after so many epochs; a run may be killed between its log and its state."""
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    with atomic_write(path) as temporary, temporary.open("w", newline="") as file:
        csv.writer(file).writerows(rows[: epochs + 1])


def epochs_run(folder: Path) -> int:
    """Return how many epochs the run in a folder has finished."""
    state: dict[str, Any] = json.loads((folder / STATE).read_text())
    return int(state["epoch"])
