"""The commands of an administrator: one line about what went wrong, and nothing half-written."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ml import training
from ml.predictor import bundled_predictor
from tests.ml import faces

pytestmark = pytest.mark.xdist_group("training")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return faces.archive(tmp_path / "faces.zip", faces.tree(train=10, test=2))


def test_preparing_prints_the_counts_and_writes_the_file(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "faces.npz"
    call_command("prepare_dataset", archive, out=out)
    told = capsys.readouterr().out
    rows = {line.split()[0]: line.split()[1:] for line in told.splitlines() if line.strip()}
    assert rows["train"] == ["8"] * 7 + ["56"]
    assert rows["validation"] == ["2"] * 7 + ["14"]
    assert rows["test"] == ["2"] * 7 + ["14"]
    assert "Groups of identical pictures: 0" in told
    assert out.exists()


@pytest.mark.parametrize("command", ["prepare_dataset", "train_emotion", "evaluate_emotion"])
def test_a_wrong_source_is_one_line_and_writes_nothing(tmp_path: Path, command: str) -> None:
    wrong = tmp_path / "wrong.zip"
    wrong.write_text("I am a text.")
    out = tmp_path / "out.npz"
    arguments = {
        "prepare_dataset": [str(wrong), "--out", str(out)],
        "train_emotion": ["--data", str(wrong), "--out", str(out)],
        "evaluate_emotion": ["--data", str(wrong)],
    }[command]
    with pytest.raises(CommandError, match=r"wrong\.zip: expected a zip archive") as refused:
        call_command(command, *arguments)
    assert "\n" not in str(refused.value)
    assert not out.exists()


def test_training_ends_with_a_network_that_evaluates_as_its_card_says(
    archive: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    options = {"data": archive, "out": run, "batch_size": 8}
    call_command("train_emotion", epochs=1, **options)
    call_command("train_emotion", epochs=2, resume=True, **options)
    card = json.loads((run / "card.json").read_text())
    capfd.readouterr()
    call_command(*shlex.split(card["evaluation"]["command"])[2:])
    told = json.loads(capfd.readouterr().out)
    assert told["images"] == 14
    assert card["training"]["epochs_run"] == 2
    for figure in ("accuracy", "macro_f1", "nll"):
        assert told[figure] == pytest.approx(card["evaluation"][figure], abs=1e-6)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--architecture", "resnet"],
            "--architecture: expected one of sequential, received resnet",
        ),
        (["--epochs", "0"], "argument --epochs"),
        (["--resume"], "expected a run to resume, found none"),
    ],
)
def test_wrong_options_are_refused_in_one_line(
    archive: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("train_emotion", "--data", archive, "--out", tmp_path / "run", *arguments)


def test_an_interrupted_run_says_how_to_go_on(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "train", interrupted)
    with pytest.raises(CommandError, match=r"with --out .*/run --resume goes on"):
        call_command("train_emotion", data=archive, out=tmp_path / "run")


def test_an_unknown_network_or_file_of_votes_is_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"--model: expected .* received nonsense"):
        call_command("evaluate_emotion", data=archive, model="nonsense")
    with pytest.raises(CommandError, match="--votes: expected a CSV file"):
        call_command("evaluate_emotion", data=archive, votes=tmp_path / "missing.csv")


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
    assert card.facts["architecture"] == "sequential"
    assert evaluation["images"] == 3589
    assert evaluation["accuracy"] >= 0.60
    assert card.facts["bytes"] <= 10 * 2**20
