"""A queue of trainings, requested in the admin and run by workers that have TensorFlow."""

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
WORKER_TIMEOUT = timedelta(minutes=1)
"""A worker without a heartbeat for so long is considered gone."""
POLL_INTERVAL = 5.0  # seconds
MAX_LOG_LENGTH = 20_000  # characters from the end of the log
ARCHITECTURES = ("residual", "residual_deep", "sequential")
MAX_EPOCHS = 500
EPOCH_LINE = re.compile(r"^epoch (\d+)/\d+:", re.MULTILINE)
RUNS_FOLDER = "runs"


def request_training(*, architecture: str, epochs: int, by: str) -> TrainingRun:
    """Queue a training for the next free worker.

    Args:
        architecture: one of `ARCHITECTURES`.
        epochs: maximum number of epochs, 1 to `MAX_EPOCHS`.
        by: name of the person who requests it.

    Raises:
        ValueError: the architecture is unknown or the number of epochs is out of range.
    """
    if architecture not in ARCHITECTURES:
        raise ValueError(f"Expected one of {', '.join(ARCHITECTURES)}, received {architecture}.")
    if not 1 <= epochs <= MAX_EPOCHS:
        raise ValueError(f"Expected 1 to {MAX_EPOCHS} epochs, received {epochs}.")
    return TrainingRun.objects.create(architecture=architecture, epochs=epochs, by=by)


def cancel_training(run: TrainingRun) -> None:
    """Cancel a training: at once if it is still waiting, else after its current epoch."""
    changed = TrainingRun.objects.filter(pk=run.pk, state=State.WAITING).update(
        state=State.CANCELLED
    )
    if not changed:
        TrainingRun.objects.filter(pk=run.pk, state=State.RUNNING).update(cancel_asked=True)


def connected_workers() -> list[str]:
    """Return the names of the workers that sent a heartbeat recently."""
    connected = TrainingWorker.objects.filter(seen_at__gte=timezone.now() - WORKER_TIMEOUT)
    return list(connected.order_by("name").values_list("name", flat=True))


def record_heartbeat(worker: str) -> None:
    """Record that a worker is alive."""
    TrainingWorker.objects.update_or_create(name=worker, defaults={"seen_at": timezone.now()})


def claim_training(worker: str) -> TrainingRun | None:
    """Claim the training that has waited longest; no other worker can claim the same one.

    A training whose worker has gone can be claimed again, and resumes where it stopped.
    """
    abandoned = Q(state=State.RUNNING, seen_at__lt=timezone.now() - WORKER_TIMEOUT)
    waiting = Q(state=State.WAITING) | abandoned
    for run in TrainingRun.objects.filter(waiting).order_by("asked_at", "pk"):
        claimed = TrainingRun.objects.filter(waiting, pk=run.pk).update(
            state=State.RUNNING, worker=worker, seen_at=timezone.now()
        )
        if claimed:
            run.refresh_from_db()
            return run
    return None


def training_command(run: TrainingRun, data: Path, folder: Path) -> list[str]:
    """Return the command that starts or resumes a training."""
    command = [sys.executable, "manage.py", "train_emotion", "--data", str(data)]
    command += ["--out", str(folder), "--architecture", run.architecture]
    command += ["--epochs", str(run.epochs)]
    return [*command, *(["--resume"] if (folder / "settings.json").exists() else [])]


def run_training(run: TrainingRun, *, data: Path, command: list[str] | None = None) -> None:
    """Run a training in a subprocess, which can be cancelled after each epoch.

    The subprocess is ended by SIGTERM, because processes that a shell started in the background
    ignore SIGINT.

    Args:
        data: the dataset file.
        command: the command to run instead of `training_command`.

    Raises:
        KeyboardInterrupt: the worker was stopped; the training waits for another one.
    """
    folder = Path(settings.BASE_DIR, RUNS_FOLDER, run.folder)
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "desk.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - no part comes from users
            command or training_command(run, data, folder),
            cwd=settings.BASE_DIR,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        cancelled_in: int | None = None
        while process.poll() is None:
            time.sleep(POLL_INTERVAL)
            save_progress(run, log)
            if run.cancel_asked:
                cancelled_in = run.epoch if cancelled_in is None else cancelled_in
                if run.epoch > cancelled_in:
                    process.terminate()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        save_progress(run, log, state=State.CANCELLED if run.cancel_asked else State.WAITING)
        raise
    finally:
        process.kill()  # after any other error; the training can resume from its last epoch
    outcome = State.DONE if process.returncode == 0 else State.FAILED
    save_progress(run, log)
    if outcome is State.FAILED and run.cancel_asked:
        outcome = State.CANCELLED
    save_progress(run, log, state=outcome)


def save_progress(run: TrainingRun, log: Path, *, state: State | None = None) -> None:
    """Save the progress and log of a training, which counts as its worker's heartbeat too."""
    output = log.read_text(errors="replace")
    epochs = EPOCH_LINE.findall(output)
    TrainingRun.objects.filter(pk=run.pk).update(
        log=output[-MAX_LOG_LENGTH:].replace("\0", ""),
        seen_at=timezone.now(),
        **({"epoch": int(epochs[-1])} if epochs else {}),
        **({"state": state} if state else {}),
    )
    record_heartbeat(run.worker)
    run.refresh_from_db()
