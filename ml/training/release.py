"""From a finished run to a version: calibrated, exported, evaluated, with its card."""

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ml.data.crowd_votes import majority
from ml.data.datasets import Dataset
from ml.data.faces import FACE_SIDE
from ml.emotions import EMOTIONS
from ml.evaluation.evaluation import Evaluation, evaluate, gate_answers, report
from ml.evaluation.figures.evaluation import draw_evaluation
from ml.evaluation.figures.training import draw_curves
from ml.inference.card import Card
from ml.inference.predictor import predictor_for
from ml.metrics import calibration
from ml.training import run_folder
from ml.training.architectures import deployable
from ml.training.export import answers, export_as, export_smallest
from ml.training.fitting import Settings, probabilities
from ml.training.parity import difference
from ml.training.refit import Recipe
from ml.version_files import ANSWERS, CARD, KERAS_NETWORK, NETWORK

FACE_MARGIN = 0.0


def release(
    trained: keras.Model,
    *,
    dataset: Dataset,
    settings: Settings,
    folder: Path,
    name: str,
    shown: str,
    command: str,
    evaluation_command: str,
    refit: Recipe | None = None,
    test_sets: Sequence[Dataset] = (),
) -> Card:
    """Write the LiteRT file, the Keras network and the card of a run into its folder.

    Temperatures, the form of the file and the threshold of being unsure come from the validation
    split, those of a refit from the run that was selected; the test split is only reported.

    Args:
        name: what the version is called.
        shown: name of the output that people will see.
        command: the command that trained it, for the card.
        evaluation_command: the command that reproduces the card's evaluation.
        refit: the recipe that was fitted once more, on the validation split too.
        test_sets: the datasets that were joined, whose test splits stay apart; the dataset alone
            where there are none.
    """
    validation = dataset.split("validation")
    labels = {"folder": validation.labels}
    if validation.votes is not None:
        labels["crowd"] = majority(validation.votes)
    labels = {output: labels[output] for output in trained.output_names}

    if refit:
        calibrations = {output: refit.calibration[output] for output in labels}
    else:
        plain = deployable(settings.architecture, trained, dict.fromkeys(labels, 1.0))
        calibrations = {
            output: calibrated(shares, labels[output])
            for output, shares in probabilities(plain, validation.images).items()
        }
    temperatures = {output: facts["temperature"] for output, facts in calibrations.items()}
    network = deployable(settings.architecture, trained, temperatures)

    path, keras_path = folder / NETWORK, folder / KERAS_NETWORK
    network.save(keras_path)
    if refit:
        export_as(network, path, refit.form, validation.images)
        forms, unsure_below = refit.card.facts["forms"], refit.card.unsure_below
    else:
        forms = export_smallest(network, path, validation.images, labels)
        unsure_below = calibration.unsure_threshold(answers(path, validation.images)[shown])
    facts: dict[str, Any] = {
        "name": name,
        "architecture": settings.architecture,
        "sha256": sha256(path),
        "bytes": path.stat().st_size,
        "keras_sha256": sha256(keras_path),
        "emotions": list(EMOTIONS),
        "input_size": FACE_SIDE,
        "face_margin": FACE_MARGIN,
        "outputs": list(labels),
        "shown": shown,
        "calibration": calibrations,
        "forms": forms,
        "unsure_below": unsure_below,
        "dataset": {
            "name": dataset.name,
            "fingerprint": dataset.fingerprint(),
            "counts": dataset.counts(),
            "personal": learned_from_people(dataset),
        },
        "training": {
            **asdict(settings),
            "epochs_run": run_folder.epochs_run(folder),
            "refit": refit.name if refit else None,
            "parameters": trained.count_params(),
            "command": command,
        },
        "created": datetime.now(UTC).date().isoformat(),
    }
    card = write_card(folder, facts)
    evaluations = [
        evaluate(test_set, "test", predictor_for(path, card))
        for test_set in sorted(test_sets or [dataset], key=lambda one: one.has_contributions)
        if len(test_set.split("test"))
    ]
    if evaluations:
        evaluation = evaluations[0]
        told = report(evaluation) | {"keras": difference(evaluation, keras_path.read_bytes())}
        facts["evaluation"] = told | {"command": evaluation_command}
        for held_out in evaluations:
            if held_out.faces.has_contributions:
                facts["corrections"] = on_corrections(held_out)
        card = write_card(folder, facts)
        run_folder.write_json(
            folder / ANSWERS, [gate_answers(one).to_json() for one in evaluations]
        )
        draw_evaluation(evaluation, told, folder)
    draw_curves(folder / run_folder.LOG, folder / "curves.png")
    return card


def calibrated(shares: NDArray[np.float32], labels: NDArray[np.int64]) -> dict[str, Any]:
    """Fit the temperature of one output and say how far its probabilities can be believed.

    Args:
        shares: n × 7 probabilities at temperature 1.
        labels: n true indices; -1 where unknown.
    """
    shares, labels = shares[labels >= 0], labels[labels >= 0]
    temperature = calibration.fit_temperature(shares, labels)
    after = calibration.tempered(np.log(np.maximum(shares, 1e-7)), temperature)
    return {
        "temperature": temperature,
        "ece_before": calibration.expected_calibration_error(shares, labels),
        "ece_after": calibration.expected_calibration_error(after, labels),
        "ece_band": [*calibration.perfect_calibration_band(after)],
    }


def learned_from_people(dataset: Dataset) -> dict[str, Any] | None:
    """Return how many faces of how many people a network learned from; None where none is."""
    learned = dataset.split("train", "validation")
    people = learned.contributor_names()[learned.is_contribution()].tolist()
    if not dataset.has_contributions:
        return None
    return {
        "faces": len(people),
        "people": len(set(people)),
        "share": len(people) / len(learned),
    }


def on_corrections(evaluation: Evaluation) -> dict[str, Any]:
    """Return how well a version reads held-out corrections."""
    told = report(evaluation)
    return {
        "people": len(set(evaluation.faces.contributor_names().tolist())),
        **{key: told[key] for key in ("images", "accuracy", "macro_f1", "shown")},
    }


def sha256(path: Path) -> str:
    """Return the digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_card(folder: Path, facts: dict[str, Any]) -> Card:
    """Write a card and read it back."""
    run_folder.write_json(folder / CARD, facts)
    return Card.load(folder / CARD)


def bundle(folder: Path, bundled: Path) -> None:
    """Copy a version into the folder that ships with the repository."""
    for name in (NETWORK, KERAS_NETWORK, CARD, ANSWERS):
        aside = bundled / f"{name}.tmp"
        shutil.copyfile(folder / name, aside)
        aside.replace(bundled / name)
