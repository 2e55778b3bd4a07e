"""`train_emotion` ends with a version whatever happens before, or one line on what is wrong."""

import csv
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from ml.data.datasets import Dataset
from ml.inference.predictor import bundled_predictor
from ml.models import ModelVersion
from ml.training import fitting, release
from ml.training.config import TrainingConfig
from ml.training.finished_run import FinishedRun
from tests.ml import faces
from tests.ml.tiny import TINY

pytestmark = [pytest.mark.xdist_group("training"), pytest.mark.django_db]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return faces.archive(tmp_path / "faces.zip", faces.tree(train=10, test=2))


def voted(data: Dataset) -> Dataset:
    """Return faces with votes that agree with their folders."""
    votes = np.zeros((len(data), 10), np.uint8)
    votes[np.arange(len(data)), data.labels] = 8
    return replace(data, votes=votes)


def manage(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    """Start a command as an administrator does, where there is no database."""
    database = {"DATABASE_URL": "sqlite:////nowhere/db.sqlite3"}
    return subprocess.Popen(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "DEBUG": "1", **database, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_training_ends_with_a_network_that_evaluates_as_its_card_says(
    archive: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    options = {"data": [archive], "out": run, "batch_size": 8, "architecture": "residual"}
    call_command("train_emotion", epochs=1, **options)
    call_command("train_emotion", epochs=2, resume=True, **options)
    card = json.loads((run / "card.json").read_text())
    capfd.readouterr()
    call_command(*shlex.split(card["evaluation"]["command"])[2:])
    report = json.loads(capfd.readouterr().out)
    assert report["images"] == 14
    assert card["training"]["epochs_run"] == 2
    for figure in ("accuracy", "macro_f1", "nll"):
        assert report[figure] == pytest.approx(card["evaluation"][figure], abs=1e-6)
    version = ModelVersion.objects.get(name="run.2")  # The first was registered, too.
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


def test_a_run_killed_in_the_middle_of_an_epoch_ends_as_if_nothing_had_happened(
    tmp_path: Path,
) -> None:
    data = tmp_path / "faces.npz"
    voted(faces.dataset(train=60, validation=6, test=6)).save(data)
    settings = [
        *("--architecture=residual", "--epochs=2", "--batch-size=8", "--optimizer=sgd"),
        *("--schedule=cosine", "--learning-rate=0.02", "--mixup=0.2", "--weight-decay=0.005"),
    ]
    command = ["train_emotion", "--data", data, *settings, "--out"]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    uninterrupted = manage(*command, whole)
    assert uninterrupted.wait() == 0, uninterrupted.communicate()
    victim = manage(*command, killed)
    while not (killed / "state.json").exists():
        assert victim.poll() is None, victim.communicate()
        time.sleep(0.05)
    time.sleep(0.4)  # An epoch takes more than a second.
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    assert json.loads((killed / "state.json").read_text())["epoch"] == 1
    assert not (killed / "card.json").exists()

    resumed = manage(*command, killed, "--resume")
    output, errors = resumed.communicate()
    assert resumed.returncode == 0, errors
    assert "epoch 2/2:" in output
    assert "epoch 1/2:" not in output
    assert "Not registered, the database cannot be used" in output
    assert f"import_model {killed}" in output
    rows = [list(csv.reader((run / "log.csv").open())) for run in (whole, killed)]
    assert rows[0] == rows[1]
    cards = [json.loads((run / "card.json").read_text()) for run in (whole, killed)]
    figures = [
        {key: value for key, value in card["evaluation"].items() if key not in ("model", "command")}
        for card in cards
    ]
    assert figures[0] == figures[1]


def test_fine_tuning_goes_on_from_a_version_and_only_from_the_file_on_its_card(
    tmp_path: Path,
) -> None:
    data = voted(faces.dataset(train=4, validation=3, test=2))
    data.save(tmp_path / "faces.npz")
    options = {"data": [tmp_path / "faces.npz"], "batch_size": 8, "epochs": 1}
    first, second = tmp_path / "first", tmp_path / "second"
    call_command("train_emotion", out=first, architecture=TINY, **options)
    call_command("train_emotion", out=second, start_from="first", **options)
    card = json.loads((second / "card.json").read_text())
    assert card["architecture"] == TINY
    assert card["outputs"] == ["crowd", "folder"]
    assert card["shown"] == "crowd"
    with (first / "network.keras").open("ab") as file:
        file.write(b"!")
    with pytest.raises(CommandError, match="expected the sha256"):
        call_command("train_emotion", out=tmp_path / "third", start_from=str(first), **options)
    assert not (tmp_path / "third").exists()


@pytest.fixture(scope="module")
def selected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a dataset and a finished run whose pace does not follow validation."""
    folder = tmp_path_factory.mktemp("selected")
    voted(faces.dataset(train=4, validation=3, test=2)).save(folder / "faces.npz")
    config = TrainingConfig(architecture=TINY, batch_size=8, epochs=2, schedule="cosine")
    dataset = Dataset.load(folder / "faces.npz")
    fitting.train(dataset, config, folder / "run", log=print)
    network = keras.models.load_model(folder / "run" / "best.keras")
    run = FinishedRun(folder / "run", network, config, dataset, shown="crowd", command="")
    release.release(run, name="selected", evaluation_command="")
    return folder


def test_a_refit_learns_from_validation_too_and_takes_every_decision_over(
    selected: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned = []
    fit = fitting.fit

    def watched(network: keras.Model, **options: Any) -> None:
        learned.append((len(options["training"]), options["validation"]))
        fit(network, **options)

    monkeypatch.setattr(fitting, "fit", watched)
    call_command(
        "train_emotion",
        data=[selected / "faces.npz"],
        refit=selected / "run",
        out=tmp_path / "refit",
    )
    assert learned == [(7 * (4 + 3), None)]
    first, second = (
        json.loads((folder / "card.json").read_text())
        for folder in (selected / "run", tmp_path / "refit")
    )
    assert second["training"]["refit"] == "selected"
    assert first["training"]["refit"] is None
    assert first["sha256"] != second["sha256"]
    for taken in ("architecture", "calibration", "unsure_below", "forms", "shown"):
        assert first[taken] == second[taken]
    for setting in ("epochs", "epochs_run", "schedule", "batch_size", "learning_rate"):
        assert first["training"][setting] == second["training"][setting]
    with pytest.raises(CommandError, match="expected test, received validation, which refit has"):
        call_command(
            "evaluate_emotion",
            data=selected / "faces.npz",
            model=str(tmp_path / "refit"),
            split="validation",
        )


def test_a_refit_needs_the_run_that_was_selected_its_dataset_and_nothing_else(
    selected: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.npz"
    faces.dataset(train=4, validation=3, test=2).save(other)
    plateau = tmp_path / "plateau"
    shutil.copytree(selected / "run", plateau)
    settings = json.loads((plateau / "settings.json").read_text())
    (plateau / "settings.json").write_text(json.dumps(settings | {"schedule": "plateau"}))
    data = [selected / "faces.npz"]
    refused_options: dict[str, dict[str, Any]] = {
        "expected a finished run to refit": {"data": data, "refit": tmp_path / "nothing"},
        "learned from another dataset": {"data": [other], "refit": selected / "run"},
        "--schedule cosine": {"data": data, "refit": plateau},
        "none can be given": {"data": data, "refit": selected / "run", "epochs": 3},
    }
    for words, options in refused_options.items():
        with pytest.raises(CommandError, match=words) as refused:
            call_command("train_emotion", out=tmp_path / "refit", **options)
        assert "\n" not in str(refused.value)
        assert not (tmp_path / "refit").exists()


def test_training_on_another_backend_is_exported_by_resuming_with_tensorflow(
    tmp_path: Path,
) -> None:
    data, run = tmp_path / "faces.npz", tmp_path / "run"
    voted(faces.dataset(train=4, validation=3, test=2)).save(data)
    command = ["train_emotion", "--data", data, "--out", run, "--epochs=1", "--batch-size=8"]
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
            "--architecture: expected one of sequential, residual, tiny, received resnet",
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
    with pytest.raises(CommandError, match=r"wrong\.zip: expected a zip archive") as refused:
        call_command("train_emotion", "--data", wrong, "--out", run)
    assert "\n" not in str(refused.value)
    assert not run.exists()


def test_resuming_needs_to_know_which_run(archive: Path) -> None:
    with pytest.raises(CommandError, match="--resume: expected --out FOLDER"):
        call_command("train_emotion", "--data", archive, "--resume")


def test_an_interrupted_run_says_how_to_go_on(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(fitting, "train", interrupted)
    with pytest.raises(CommandError, match=r"with --out .*/run --resume goes on"):
        call_command("train_emotion", data=[archive], out=tmp_path / "run")


def test_no_dataset_at_all_is_said() -> None:
    with pytest.raises(CommandError, match="expected a dataset, received none"):
        call_command("train_emotion")


def test_without_tensorflow_training_says_what_to_install(archive: Path) -> None:
    code = (
        "import sys; sys.modules['keras'] = None\n"
        "from django.core.management import execute_from_command_line as run\n"
        f"run(['manage.py', 'train_emotion', '--data', {str(archive)!r}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "DEBUG": "1", "DJANGO_SETTINGS_MODULE": "emoplatform.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
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
