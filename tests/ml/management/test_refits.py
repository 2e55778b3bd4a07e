"""`train_emotion --refit` repeats a selected run on all faces."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import keras
import pytest
from django.core.management import CommandError, call_command

from ml.data.datasets import Dataset
from ml.training import fitting
from ml.training.config import TrainingConfig
from ml.training.deployment import load_trained
from tests.ml import faces
from tests.ml.tiny import TINY

pytestmark = [pytest.mark.xdist_group("training"), pytest.mark.django_db]


@pytest.mark.usefixtures("eager")
def test_a_refit_begins_with_all_faces_but_those_of_the_test(
    finished_run: Path, tmp_path: Path
) -> None:
    with (
        patch.object(fitting, "fit", side_effect=KeyboardInterrupt) as fit,
        pytest.raises(CommandError, match="Interrupted"),
    ):
        call_command(
            "train_emotion",
            data=[finished_run / "faces.npz"],
            refit=finished_run / "run",
            out=tmp_path / "refit",
        )
    begun = fit.call_args.kwargs
    assert (len(begun["training"]), begun["validation"]) == (7 * (4 + 6), None)


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_a_refit_learns_from_validation_too_and_takes_every_decision_over(
    finished_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned = []
    fit = fitting.fit

    def watched(network: keras.Model, **options: Any) -> None:
        learned.append((len(options["training"]), options["validation"]))
        fit(network, **options)

    monkeypatch.setattr(fitting, "fit", watched)
    call_command(
        "train_emotion",
        data=[finished_run / "faces.npz"],
        refit=finished_run / "run",
        out=tmp_path / "refit",
    )
    assert learned == [(7 * (4 + 6), None)]
    first, second = (
        json.loads((folder / "card.json").read_text())
        for folder in (finished_run / "run", tmp_path / "refit")
    )
    assert second["training"]["refit"] == "finished"
    assert first["training"]["refit"] is None
    assert first["sha256"] != second["sha256"]
    for taken in ("architecture", "calibration", "unsure_below", "forms", "shown"):
        assert first[taken] == second[taken]
    for setting in ("epochs", "epochs_run", "schedule", "batch_size", "learning_rate"):
        assert first["training"][setting] == second["training"][setting]
    call_command(
        "train_emotion",
        data=[finished_run / "faces.npz"],
        start_from=str(tmp_path / "refit"),
        epochs=1,
        out=tmp_path / "tuned",
    )
    third = json.loads((tmp_path / "tuned" / "card.json").read_text())
    assert third["training"]["calibrated_by"] == "refit"
    assert third["calibration"] == first["calibration"]
    for name in ("refit", "tuned"):
        with pytest.raises(CommandError, match=f"received validation, which {name} has learned"):
            call_command(
                "evaluate_emotion",
                data=finished_run / "faces.npz",
                model=str(tmp_path / name),
                split="validation",
            )


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_a_fine_tuned_run_is_refitted_from_a_refit_of_what_it_started_from(
    finished_run: Path, tmp_path: Path
) -> None:
    """What it started from is the run itself here, whose weights the refit has to begin with."""
    begun = []

    def begin(
        config: TrainingConfig, training: Dataset, start: keras.Model, teachers: list[keras.Model]
    ) -> keras.Model:
        begun.append((len(training), fitting.weights_sha256(start)))
        return compiled_network(config, training, start, teachers)

    compiled_network = fitting.compiled_network
    with patch.object(fitting, "compiled_network", begin):
        call_command(
            "train_emotion",
            data=[finished_run / "faces.npz"],
            refit=fine_tuned_copy(finished_run / "run", tmp_path / "fine-tuned"),
            start_from=str(finished_run / "run"),
            out=tmp_path / "refit",
        )
    started = load_trained((finished_run / "run" / "network.keras").read_bytes())
    assert begun == [(7 * (4 + 6), fitting.weights_sha256(started))]
    assert json.loads((tmp_path / "refit" / "card.json").read_text())["training"]["refit"]


@pytest.mark.usefixtures("eager")
def test_a_taught_run_is_refitted_with_teachers(finished_run: Path, tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "data": [finished_run / "faces.npz"],
        "start_from": str(finished_run / "run"),
    }
    teachers = [str(finished_run / "run")] * 2
    taught, refit = tmp_path / "taught", tmp_path / "refit"
    call_command(
        "train_emotion", **options, out=taught, teachers=teachers, epochs=1, schedule="cosine"
    )
    started = load_trained((finished_run / "run" / "network.keras").read_bytes())
    training = json.loads((taught / "card.json").read_text())["training"]
    assert training["teachers"] == [fitting.weights_sha256(started)] * 2
    with pytest.raises(CommandError, match="had 2 teachers; a refit needs --teachers"):
        call_command("train_emotion", **options, refit=taught, out=refit)
    call_command("train_emotion", **options, refit=taught, teachers=teachers[:1], out=refit)
    training = json.loads((refit / "card.json").read_text())["training"]
    assert training["refit"] == "taught"
    assert len(training["teachers"]) == 1


def test_teachers_need_the_outputs_of_the_student(finished_run: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"expected the outputs folder, .* has crowd, folder"):
        call_command(
            "train_emotion",
            data=[without_votes(finished_run / "faces.npz", tmp_path / "faces.npz")],
            teachers=[str(finished_run / "run")],
            architecture=TINY,
            out=tmp_path / "run",
        )
    assert not (tmp_path / "run").exists()


def without_votes(data: Path, copy: Path) -> Path:
    """Save a prepared dataset without its votes."""
    replace(Dataset.load(data), votes=None).save(copy)
    return copy


def fine_tuned_copy(run: Path, copy: Path) -> Path:
    """Copy a finished run as if it had started from another version."""
    shutil.copytree(run, copy)
    settings = json.loads((copy / "settings.json").read_text())
    (copy / "settings.json").write_text(json.dumps(settings | {"start_from": 64 * "a"}))
    return copy


def test_a_refit_needs_the_run_that_was_selected_its_dataset_and_nothing_else(
    finished_run: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.npz"
    faces.dataset(train=4, validation=3, test=2).save(other)
    plateau = tmp_path / "plateau"
    shutil.copytree(finished_run / "run", plateau)
    settings = json.loads((plateau / "settings.json").read_text())
    (plateau / "settings.json").write_text(json.dumps(settings | {"schedule": "plateau"}))
    fine_tuned = fine_tuned_copy(finished_run / "run", tmp_path / "fine-tuned")
    data, run = [finished_run / "faces.npz"], finished_run / "run"
    refused_options: dict[str, dict[str, Any]] = {
        "expected a finished run to refit": {"data": data, "refit": tmp_path / "nothing"},
        "learned from another dataset": {"data": [other], "refit": run},
        "--schedule cosine": {"data": data, "refit": plateau},
        "expected no other settings": {"data": data, "refit": run, "epochs": 3},
        "expected to start from random weights, received": {
            "data": data,
            "refit": run,
            "start_from": str(run),
        },
        "was fine-tuned; expected --start-from": {"data": data, "refit": fine_tuned},
    }
    for words, options in refused_options.items():
        with pytest.raises(CommandError, match=words) as refused:
            call_command("train_emotion", out=tmp_path / "refit", **options)
        assert "\n" not in str(refused.value)
        assert not (tmp_path / "refit").exists()
