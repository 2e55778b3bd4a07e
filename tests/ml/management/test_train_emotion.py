"""`train_emotion` ends with a version whatever happens before, or one line on what is wrong."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest.mock import patch

import keras
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from ml import registry, training_queue
from ml.inference.predictor import bundled_predictor
from ml.management.commands.train_emotion import Command
from ml.models import ModelVersion
from ml.registry.transfer import read_run_folder
from ml.training.callbacks import Reseed
from tests.ml import faces, versions
from tests.ml.tiny import SHORT, TINY
from tests.processes import manage_without

pytestmark = [pytest.mark.xdist_group("training"), pytest.mark.django_db]
ROOT = Path(__file__).parents[3]
HALFWAY = """
import os, signal
from pathlib import Path
from django.core.management import execute_from_command_line
from ml.training.callbacks import Reseed

def on_train_batch_end(callback, batch, logs=None):
    if batch == 2 and Path({state!r}).exists():
        os.kill(os.getpid(), signal.SIGKILL)

Reseed.on_train_batch_end = on_train_batch_end
execute_from_command_line()
"""
"""Kills itself in the middle of its second epoch."""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return faces.archive(tmp_path / "faces.zip", faces.tree(train=10, test=2))


def manage(*arguments: object, code: str = "", **environment: str) -> "subprocess.Popen[str]":
    """Start a command as an administrator does, or by `code`, where there is no database."""
    database = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    return subprocess.Popen(
        [sys.executable, *(["-c", code] if code else ["manage.py"]), *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "DEBUG": "1", **database, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def short(data: Path) -> dict[str, Any]:
    """Return the options of the run that all tests share."""
    return {"data": [data], **asdict(SHORT)}


def log_and_evaluation(run: Path) -> tuple[str, dict[str, Any]]:
    """Return what a run did and how well it went; no two runs that differ have the same."""
    evaluation = json.loads((run / "card.json").read_text())["evaluation"]
    # Keras numbers the layers of a process, so even the same network varies by some bytes.
    for key in ("model", "command", "model_bytes"):
        del evaluation[key]
    return (run / "log.csv").read_text(), evaluation


@pytest.mark.parametrize(
    "architecture",
    [TINY, *(pytest.param(name, marks=pytest.mark.slow) for name in training_queue.ARCHITECTURES)],
)
def test_training_ends_with_a_network_that_evaluates_as_its_card_says(
    archive: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], architecture: str
) -> None:
    run = tmp_path / "run"
    registry.register(versions.files("run"), made_by="somebody")
    call_command(
        "train_emotion", data=[archive], out=run, batch_size=8, epochs=1, architecture=architecture
    )
    card = json.loads((run / "card.json").read_text())
    capfd.readouterr()
    call_command(*shlex.split(card["evaluation"]["command"])[2:])
    report = json.loads(capfd.readouterr().out)
    assert report["images"] == 14
    assert card["training"]["epochs_run"] == 1
    for figure in ("accuracy", "macro_f1", "nll"):
        assert report[figure] == pytest.approx(card["evaluation"][figure], abs=1e-6)
    version = ModelVersion.objects.get(name="run.2")  # Another has the name of the folder.
    assert version.answers == json.loads((run / "answers.json").read_text())
    assert {artefact.name for artefact in version.artefacts.all()} == {
        "emotion.tflite",
        "network.keras",
        "card.json",
        "answers.json",
        "curves.png",
        "confusion-matrix.png",
        "mistakes.png",
        "per-class.png",
        "reliability.png",
    }
    assert not version.active


@pytest.mark.usefixtures("eager")
def test_a_run_interrupted_in_the_middle_of_an_epoch_ends_as_if_nothing_had_happened(
    finished_run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, run = finished_run / "run", tmp_path / "run"
    options = short(finished_run / "faces.npz") | {"out": run}

    def interrupt(_: keras.callbacks.Callback, batch: int, logs: object = None) -> None:
        if batch == 2 and (run / "state.json").exists():
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Reseed, "on_train_batch_end", interrupt)
        with pytest.raises(CommandError, match=r"Interrupted; .* --out .*/run --resume goes on"):
            call_command("train_emotion", **options)
    assert json.loads((run / "state.json").read_text())["epoch"] == 1
    assert not (run / "card.json").exists()

    capsys.readouterr()
    unreachable = OperationalError("unable to open database file")
    with patch("ml.management.commands.train_emotion.register", side_effect=unreachable):
        call_command("train_emotion", **options, resume=True)
    output = capsys.readouterr().out
    assert "epoch 2/2:" in output
    assert "epoch 1/2:" not in output
    assert "Not registered, the database cannot be used (unable to open" in output
    assert f"import_model {run}" in output
    assert log_and_evaluation(run) == log_and_evaluation(whole)


@pytest.mark.slow
def test_a_run_killed_in_the_middle_of_an_epoch_ends_as_if_nothing_had_happened(
    tmp_path: Path,
) -> None:
    data = tmp_path / "faces.npz"
    faces.with_votes(faces.dataset(train=20, validation=6, test=6)).save(data)
    settings = [
        *("--architecture=residual", "--epochs=2", "--batch-size=8", "--optimizer=sgd"),
        *("--schedule=cosine", "--learning-rate=0.02", "--mixup=0.2", "--weight-decay=0.005"),
    ]
    command = ["train_emotion", "--data", data, *settings, "--out"]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    uninterrupted = manage(*command, whole)
    _, errors = uninterrupted.communicate()
    assert uninterrupted.returncode == 0, errors
    victim = manage(*command, killed, code=HALFWAY.format(state=str(killed / "state.json")))
    _, errors = victim.communicate()
    assert victim.returncode == -signal.SIGKILL, errors
    assert json.loads((killed / "state.json").read_text())["epoch"] == 1
    assert not (killed / "card.json").exists()

    resumed = manage(*command, killed, "--resume")
    output, errors = resumed.communicate()
    assert resumed.returncode == 0, errors
    assert "epoch 2/2:" in output
    assert "epoch 1/2:" not in output
    assert "Not registered, the database cannot be used" in output
    assert f"import_model {killed}" in output
    assert log_and_evaluation(killed) == log_and_evaluation(whole)


@pytest.mark.usefixtures("eager")
def test_fine_tuning_goes_on_from_a_version_and_only_from_the_file_on_its_card(
    finished_run: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    shutil.copytree(finished_run / "run", first)
    registry.register(read_run_folder(first), made_by="somebody")
    options = {"data": [finished_run / "faces.npz"], "batch_size": 8, "epochs": 1}
    call_command("train_emotion", out=second, start_from="finished", **options)
    card = json.loads((second / "card.json").read_text())
    assert card["architecture"] == TINY
    assert card["outputs"] == ["crowd", "folder"]
    assert card["shown"] == "crowd"
    with (first / "network.keras").open("ab") as file:
        file.write(b"!")
    with pytest.raises(CommandError, match="expected the sha256"):
        call_command("train_emotion", out=tmp_path / "third", start_from=str(first), **options)
    assert not (tmp_path / "third").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_a_run_of_another_backend_is_released_by_resuming_with_tensorflow(
    finished_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    options = short(finished_run / "faces.npz") | {"out": run}
    with patch("keras.backend.backend", return_value="another"):
        call_command("train_emotion", **options)
    output = capsys.readouterr().out
    assert "Trained. To export, with KERAS_BACKEND=tensorflow the same command" in output
    assert not (run / "card.json").exists()
    with patch.object(Command, "release") as release:
        call_command("train_emotion", **options, resume=True)
    (finished,), _ = release.call_args
    assert finished.folder == run
    assert finished.network.output_names == ["crowd", "folder"]
    assert "epoch" not in capsys.readouterr().out


@pytest.mark.slow
def test_training_on_another_backend_is_exported_by_resuming_with_tensorflow(
    tmp_path: Path,
) -> None:
    data, run = tmp_path / "faces.npz", tmp_path / "run"
    faces.with_votes(faces.dataset(train=4, validation=3, test=2)).save(data)
    command = ["train_emotion", "--data", data, "--out", run, "--epochs=1", "--batch-size=8"]
    command += ["--architecture=residual"]
    trained = manage(*command, KERAS_BACKEND="jax")
    output, errors = trained.communicate()
    assert trained.returncode == 0, errors
    assert "Trained. To export, with KERAS_BACKEND=tensorflow the same command" in output
    assert not (run / "card.json").exists()
    call_command(*map(str, command), "--resume")
    assert json.loads((run / "card.json").read_text())["evaluation"]["images"] == 14


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--architecture", "resnet"],
            "--architecture: expected one of sequential, residual, .*received resnet",
        ),
        (["--epochs", "0"], "--epochs: expected a whole number from 1 on, received 0"),
        (["--mixup", "-1"], "--mixup: expected a number from 0 to 10, received -1"),
        (["--learning-rate", "fast"], "--learning-rate: expected a number .* received fast"),
        (["--schedule", "linear"], "--schedule: invalid choice"),
        (["--resume"], "expected a run to resume, found none"),
        (["--start-from", "nonsense"], "Expected a version among .*, received nonsense"),
        (["--shown", "crowd"], "--shown: expected one of folder, received crowd"),
    ],
)
def test_wrong_options_are_refused_in_one_line(
    archive: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    run = tmp_path / "run"
    with pytest.raises(CommandError, match=words) as refused:
        call_command("train_emotion", "--data", archive, "--out", run, *arguments)
    assert "\n" not in str(refused.value)
    assert not run.exists()


def test_a_wrong_source_is_one_line_and_writes_nothing(tmp_path: Path) -> None:
    wrong, run = tmp_path / "wrong.zip", tmp_path / "run"
    wrong.write_text("I am a text.")
    with pytest.raises(CommandError, match=r"wrong\.zip: expected a zip or tar") as refused:
        call_command("train_emotion", "--data", wrong, "--out", run)
    assert "\n" not in str(refused.value)
    assert not run.exists()


def test_resuming_needs_to_know_which_run(archive: Path) -> None:
    with pytest.raises(CommandError, match="--resume: expected --out FOLDER"):
        call_command("train_emotion", "--data", archive, "--resume")


def test_no_dataset_at_all_is_said() -> None:
    with pytest.raises(CommandError, match="expected a dataset, received none"):
        call_command("train_emotion")


def test_without_tensorflow_training_says_what_to_install(archive: Path) -> None:
    done = manage_without("keras", "train_emotion", "--data", archive)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "CommandError: Training needs TensorFlow: pip install -r requirements-train.txt"
    )


def test_the_shipped_network_is_the_one_on_its_card() -> None:
    card = bundled_predictor().card
    evaluation = card.facts["evaluation"]
    assert evaluation["images"] == 3589
    assert evaluation["accuracy"] >= 0.60
    assert card.facts["bytes"] <= 10 * 2**20
