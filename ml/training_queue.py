"""Trainings that the administration asks for and that a machine with TensorFlow does."""

import re
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from ml.models import TrainingRun, TrainingWorker

State = TrainingRun.State
SILENT_AFTER = timedelta(minutes=1)
"""A worker that was not heard of for so long is taken to be gone."""
PAUSE = 5.0  # seconds between two looks at a training
LOG_KEPT = 20_000  # characters, the last ones
ARCHITECTURES = ("residual", "sequential")
MOST_EPOCHS = 500
EPOCH = re.compile(r"^epoch (\d+)/\d+:", re.MULTILINE)
FOLDER = "runs"


def ask_for_training(*, architecture: str, epochs: int, by: str) -> TrainingRun:
    """Let the next worker that is free train a network.

    Args:
        architecture: one of `ARCHITECTURES`.
        epochs: how many at most, from 1 to `MOST_EPOCHS`.

    Raises:
        ValueError: one of them is another; says what was expected.
    """
    if architecture not in ARCHITECTURES:
        raise ValueError(f"Expected one of {', '.join(ARCHITECTURES)}, received {architecture}.")
    if not 1 <= epochs <= MOST_EPOCHS:
        raise ValueError(f"Expected 1 to {MOST_EPOCHS} epochs, received {epochs}.")
    return TrainingRun.objects.create(architecture=architecture, epochs=epochs, by=by)


def cancel_training(run: TrainingRun) -> None:
    """End a training: at once while it waits, else after the epoch that it is in."""
    changed = TrainingRun.objects.filter(pk=run.pk, state=State.WAITING).update(
        state=State.CANCELLED
    )
    if not changed:
        TrainingRun.objects.filter(pk=run.pk, state=State.RUNNING).update(cancel_asked=True)


def connected_workers() -> list[str]:
    """Return the names of the machines that can train now."""
    heard = TrainingWorker.objects.filter(seen_at__gte=timezone.now() - SILENT_AFTER)
    return list(heard.order_by("name").values_list("name", flat=True))


def say_here(worker: str) -> None:
    """Remember that a worker is there."""
    TrainingWorker.objects.update_or_create(name=worker, defaults={"seen_at": timezone.now()})


def take_training(worker: str) -> TrainingRun | None:
    """Give a worker the training that waits longest; each is taken by one.

    A training whose worker fell silent waits again and goes on where it was.
    """
    silent = Q(state=State.RUNNING, seen_at__lt=timezone.now() - SILENT_AFTER)
    waiting = Q(state=State.WAITING) | silent
    for run in TrainingRun.objects.filter(waiting).order_by("asked_at", "pk"):
        taken = TrainingRun.objects.filter(waiting, pk=run.pk).update(
            state=State.RUNNING, worker=worker, seen_at=timezone.now()
        )
        if taken:
            run.refresh_from_db()
            return run
    return None


def command_of(run: TrainingRun, data: Path, folder: Path) -> list[str]:
    """Return the command that does a training, or goes on with it."""
    command = [sys.executable, "manage.py", "train_emotion", "--data", str(data)]
    command += ["--out", str(folder), "--architecture", run.architecture]
    command += ["--epochs", str(run.epochs)]
    return [*command, *(["--resume"] if (folder / "settings.json").exists() else [])]


def train(run: TrainingRun, *, data: Path, command: list[str] | None = None) -> None:
    """Do a training in a process of its own, which can be cancelled after each epoch.

    It is ended by SIGTERM: SIGINT does not reach what a shell started in the background.

    Args:
        data: the dataset.
        command: another one than that of `command_of`.

    Raises:
        KeyboardInterrupt: the worker is to stop; the training waits for another one.
    """
    folder = Path(settings.BASE_DIR, FOLDER, run.folder)
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "desk.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - of our own words only
            command or command_of(run, data, folder),
            cwd=settings.BASE_DIR,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        asked_in: int | None = None
        while process.poll() is None:
            time.sleep(PAUSE)
            note_progress(run, log)
            if run.cancel_asked:
                asked_in = run.epoch if asked_in is None else asked_in
                if run.epoch > asked_in:
                    process.terminate()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        note_progress(run, log, state=State.CANCELLED if run.cancel_asked else State.WAITING)
        raise
    finally:
        process.kill()  # where something else went wrong here; it goes on from its last epoch
    ended = State.DONE if process.returncode == 0 else State.FAILED
    note_progress(run, log)
    if ended is State.FAILED and run.cancel_asked:
        ended = State.CANCELLED
    note_progress(run, log, state=ended)


def note_progress(run: TrainingRun, log: Path, *, state: State | None = None) -> None:
    """Write how far a training is into its row, which also says that its worker is there."""
    told = log.read_text(errors="replace")
    epochs = EPOCH.findall(told)
    TrainingRun.objects.filter(pk=run.pk).update(
        log=told[-LOG_KEPT:].replace("\0", ""),
        seen_at=timezone.now(),
        **({"epoch": int(epochs[-1])} if epochs else {}),
        **({"state": state} if state else {}),
    )
    say_here(run.worker)
    run.refresh_from_db()
