"""Trainings are asked for in the administration, done by one worker, and can be cancelled."""

import sys
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from ml import training_queue
from ml.models import TrainingRun, TrainingWorker
from tests import factories
from tests.conftest import signed_in
from tests.pace import wait_until

pytestmark = pytest.mark.django_db
State = TrainingRun.State
RUNS = "/admin/ml/trainingrun/"
EPOCHS = """
import sys, time
from pathlib import Path
for epoch in range(1, {epochs} + 1):
    while {step_by_step} and not Path(f"{folder}/{{epoch}}").exists():
        time.sleep(0.01)
    print(f"epoch {{epoch}}/{epochs}: loss 1.0", flush=True)
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_queue, "RUNS_FOLDER", tmp_path)
    monkeypatch.setattr(training_queue, "POLL_INTERVAL", 0.02)


@pytest.fixture
def run() -> TrainingRun:
    asked = training_queue.request_training(architecture="residual", epochs=3, by="ada")
    taken = training_queue.claim_training("laptop")
    assert taken == asked
    return taken


@pytest.fixture
def administrator() -> Client:
    person = factories.person("admin@example.org", is_staff=True, is_superuser=True)
    return signed_in(Client(), person)


def training(*, epochs: int = 3, folder: Path | None = None) -> list[str]:
    """Return a command that prints what a training prints.

    Args:
        folder: where each epoch waits for a file named by its number; at first it is empty.
    """
    code = EPOCHS.format(epochs=epochs, folder=folder, step_by_step=folder is not None)
    return [sys.executable, "-c", code]


def train(run: TrainingRun, command: list[str]) -> TrainingRun:
    training_queue.run_training(run, data=Path("faces.npz"), command=command)
    return TrainingRun.objects.get()


def test_a_training_tells_how_far_it_is_and_that_it_is_done(run: TrainingRun) -> None:
    done = train(run, training())
    assert (done.state, done.epoch) == (State.DONE, 3)
    assert "epoch 2/3: loss 1.0" in done.log
    assert training_queue.connected_workers() == ["laptop"]


def test_what_fails_says_why(run: TrainingRun) -> None:
    failed = train(run, [sys.executable, "-c", "raise SystemExit('no such dataset')"])
    assert (failed.state, failed.log.strip()) == (State.FAILED, "no such dataset")


def test_a_training_is_cancelled_after_its_epoch(run: TrainingRun, tmp_path: Path) -> None:
    training_queue.cancel_training(run)
    run.refresh_from_db()
    assert run.state == State.RUNNING
    steps = tmp_path / "steps"
    steps.mkdir()

    log = tmp_path / run.folder / "desk.log"

    def next_epoch(_: float) -> None:
        following = TrainingRun.objects.get().epoch + 1
        (steps / f"{following}").touch()
        if following <= 2:
            wait_until(lambda: f"epoch {following}/" in log.read_text())

    with patch("ml.training_queue.time.sleep", next_epoch):
        cancelled = train(run, training(epochs=100, folder=steps))
    assert cancelled.state == State.CANCELLED
    assert cancelled.epoch == 2


def test_one_that_waits_is_cancelled_at_once() -> None:
    asked = training_queue.request_training(architecture="residual", epochs=3, by="ada")
    training_queue.cancel_training(asked)
    assert training_queue.claim_training("laptop") is None
    assert TrainingRun.objects.get().state == State.CANCELLED


def test_a_worker_that_is_stopped_lets_another_go_on(run: TrainingRun, tmp_path: Path) -> None:
    with (
        patch("ml.training_queue.time.sleep", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        train(run, training(folder=tmp_path))
    assert training_queue.claim_training("another") == run


def test_each_is_taken_by_one_and_waits_again_where_that_fell_silent(run: TrainingRun) -> None:
    assert training_queue.claim_training("another") is None
    TrainingRun.objects.update(seen_at=timezone.now() - 2 * training_queue.WORKER_TIMEOUT)
    taken = training_queue.claim_training("another")
    assert taken is not None
    assert taken.worker == "another"


def test_going_on_is_resuming(run: TrainingRun, tmp_path: Path) -> None:
    data = Path("faces.npz")
    begun = training_queue.training_command(run, data, tmp_path)
    assert begun[1:] == [
        *("manage.py", "train_emotion", "--data", "faces.npz", "--out", str(tmp_path)),
        *("--architecture", "residual", "--epochs", "3"),
    ]
    (tmp_path / "settings.json").write_text("{}")
    assert training_queue.training_command(run, data, tmp_path) == [*begun, "--resume"]


def test_wrong_trainings_are_refused() -> None:
    with pytest.raises(
        ValueError, match="Expected one of residual, residual_deep, sequential, received x"
    ):
        training_queue.request_training(architecture="x", epochs=3, by="ada")
    for epochs in (0, training_queue.MAX_EPOCHS + 1):
        with pytest.raises(ValueError, match="Expected 1 to 500 epochs"):
            training_queue.request_training(architecture="residual", epochs=epochs, by="ada")
    assert not TrainingRun.objects.exists()


@pytest.mark.xdist_group("training")
def test_the_architectures_are_those_that_can_be_trained() -> None:
    from ml.training.architectures import ARCHITECTURES

    assert set(training_queue.ARCHITECTURES) <= set(ARCHITECTURES)


@pytest.mark.django_db(transaction=True)
def test_the_worker_takes_what_waits(tmp_path: Path) -> None:
    data = tmp_path / "faces.npz"
    data.touch()
    for _ in range(2):
        training_queue.request_training(architecture="residual", epochs=3, by="ada")
    with patch.object(training_queue, "training_command", return_value=training()):
        call_command("training_worker", data=data, name="laptop", once=True)
    assert [run.state for run in TrainingRun.objects.all()] == [State.DONE, State.DONE]


def test_a_worker_needs_tensorflow_and_a_dataset(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="expected a dataset, received none"):
        call_command("training_worker", data=None)
    with pytest.raises(CommandError, match=r"received .*missing"):
        call_command("training_worker", data=tmp_path / "missing")
    with (
        patch("ml.management.commands.training_worker.find_spec", return_value=None),
        pytest.raises(CommandError, match="pip install -r requirements-train"),
    ):
        call_command("training_worker", data=tmp_path)
    assert not TrainingWorker.objects.exists()


def test_the_administration_says_what_to_do_without_a_worker(administrator: Client) -> None:
    asked = administrator.get(f"{RUNS}ask/").content.decode()
    assert "python manage.py training_worker --data" in asked
    training_queue.record_heartbeat("laptop")
    assert "Connected: laptop." in administrator.get(f"{RUNS}ask/").content.decode()
    silent = timezone.now() - training_queue.WORKER_TIMEOUT - timedelta(seconds=1)
    TrainingWorker.objects.update(seen_at=silent)
    assert "No training worker" in administrator.get(f"{RUNS}ask/").content.decode()


def test_the_administration_asks_shows_and_cancels(administrator: Client) -> None:
    assert f"{RUNS}ask/" in administrator.get(RUNS).content.decode()
    refused = administrator.post(f"{RUNS}ask/", {"architecture": "residual", "epochs": 501})
    assert "less than or equal to 500" in refused.content.decode()
    assert not TrainingRun.objects.exists()
    administrator.post(f"{RUNS}ask/", {"architecture": "residual", "epochs": 3})
    run = training_queue.claim_training("laptop")
    assert run is not None
    assert run.by == "admin@example.org"
    TrainingRun.objects.update(epoch=2, log="epoch 2/3: <loss> 1.0")
    page = administrator.get(f"{RUNS}{run.pk}/change/").content.decode()
    assert 'max="3" value="2"' in " ".join(page.split())
    assert "epoch 2/3: &lt;loss&gt; 1.0" in page
    administrator.get(f"{RUNS}{run.pk}/cancel/")
    assert not TrainingRun.objects.get().cancel_asked
    administrator.post(f"{RUNS}{run.pk}/cancel/")
    assert TrainingRun.objects.get().cancel_asked
    page = administrator.get(f"{RUNS}{run.pk}/change/").content.decode()
    assert "Cancel training" not in page


def test_nobody_else_asks_sees_or_cancels(owner_client: Client, run: TrainingRun) -> None:
    staff = signed_in(Client(), factories.person("staff@example.org", is_staff=True))
    for client in (Client(), owner_client, staff):
        for path in ("", "ask/", f"{run.pk}/cancel/", f"{run.pk}/change/"):
            assert client.get(RUNS + path).status_code in {302, 403}
            assert client.post(RUNS + path).status_code in {302, 403}
    assert TrainingRun.objects.count() == 1
    assert not TrainingRun.objects.get().cancel_asked
