"""Releasing a finished run as a version: calibrated, exported, evaluated, with its card."""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.files import atomic_write
from ml.data.crowd_votes import majority
from ml.data.datasets import Dataset
from ml.data.faces import FACE_SIDE
from ml.emotions import EMOTIONS
from ml.evaluation.evaluation import Evaluation, evaluate, gate_answers
from ml.evaluation.figures.evaluation import draw_evaluation
from ml.evaluation.figures.training import draw_curves
from ml.evaluation.report import report
from ml.inference.card import Card
from ml.inference.predictor import predictor_for
from ml.metrics import calibration
from ml.training import run_folder
from ml.training.deployment import deployable, predict
from ml.training.export import export_as, export_smallest, predict_litert
from ml.training.finished_run import FinishedRun
from ml.training.parity import difference_from_keras
from ml.version_files import ANSWERS, CARD, KERAS_NETWORK, NETWORK

FACE_MARGIN = 0.0


def release(run: FinishedRun, *, name: str, evaluation_command: str) -> Card:
    """Write the LiteRT file, the Keras network and the card of a version into the run's folder.

    Temperatures, the precision of the file and the threshold of being unsure are chosen on the
    validation split; a refit takes those of the run that was selected, and a run that started from
    one its temperatures. The test split is only reported.

    Args:
        name: of the version.
        evaluation_command: the command that reproduces the card's evaluation.
    """
    labels = validation_labels(run)
    calibrations = calibrate_outputs(run, labels)
    exported = export_network(run, labels, calibrations)
    facts = {
        "name": name,
        "architecture": run.config.architecture,
        "sha256": sha256_of(run.folder / NETWORK),
        "bytes": (run.folder / NETWORK).stat().st_size,
        "keras_sha256": sha256_of(run.folder / KERAS_NETWORK),
        "emotions": list(EMOTIONS),
        "input_size": FACE_SIDE,
        "face_margin": FACE_MARGIN,
        "outputs": list(labels),
        "shown": run.shown,
        "calibration": calibrations,
        **exported,
        "dataset": describe_dataset(run.dataset),
        "training": describe_training(run),
        "created": datetime.now(UTC).date().isoformat(),
    }
    card = write_card(run.folder, facts)
    if evaluations := evaluate_test_sets(run, card):
        facts |= summarise(run.folder, evaluations, evaluation_command)
        card = write_card(run.folder, facts)
        run_folder.write_json(
            run.folder / ANSWERS, [gate_answers(evaluation).to_json() for evaluation in evaluations]
        )
        draw_evaluation(evaluations[0], facts["evaluation"], run.folder)
    draw_curves(run.folder / run_folder.LOG, run.folder / "curves.png")
    return card


def validation_labels(run: FinishedRun) -> dict[str, NDArray[np.int64]]:
    """Return the true indices of the validation faces for each output; -1 where unknown."""
    validation = run.dataset.split("validation")
    labels = {"folder": validation.labels}
    if validation.votes is not None:
        labels["crowd"] = majority(validation.votes)
    return {output: labels[output] for output in run.network.output_names}


def calibrate_outputs(
    run: FinishedRun, labels: Mapping[str, NDArray[np.int64]]
) -> dict[str, dict[str, Any]]:
    """Return the temperature and the calibration error of each output."""
    if run.recipe:
        return {output: run.recipe.calibrations[output] for output in labels}
    if run.calibrated_by:
        return {output: run.calibrated_by.facts["calibration"][output] for output in labels}
    uncalibrated = deployable(run.config.architecture, run.network, dict.fromkeys(labels, 1.0))
    images = run.dataset.split("validation").images
    return {
        output: calibrate(probabilities, labels[output])
        for output, probabilities in predict(uncalibrated, images).items()
    }


def calibrate(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> dict[str, Any]:
    """Fit the temperature of one output and measure the calibration error before and after.

    Args:
        probabilities: n × 7, at temperature 1.
        labels: n true indices; -1 where unknown.
    """
    known = labels >= 0
    probabilities, labels = probabilities[known], labels[known]
    temperature = calibration.fit_temperature(probabilities, labels)
    calibrated = calibration.tempered_softmax(np.log(np.maximum(probabilities, 1e-7)), temperature)
    return {
        "temperature": temperature,
        "ece_before": calibration.expected_calibration_error(probabilities, labels),
        "ece_after": calibration.expected_calibration_error(calibrated, labels),
        "ece_band": [*calibration.perfect_calibration_band(calibrated)],
    }


def export_network(
    run: FinishedRun,
    labels: Mapping[str, NDArray[np.int64]],
    calibrations: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Write both network files.

    Returns:
        what the card says about precisions and the threshold of being unsure.
    """
    temperatures = {output: facts["temperature"] for output, facts in calibrations.items()}
    network = deployable(run.config.architecture, run.network, temperatures)
    network.save(run.folder / KERAS_NETWORK)
    path, images = run.folder / NETWORK, run.dataset.split("validation").images
    if run.recipe:
        export_as(network, path, run.recipe.precision, images)
        card = run.recipe.card
        return {"forms": card.facts["forms"], "unsure_below": card.unsure_below}
    precisions = export_smallest(network, path, images, labels)
    unsure_below = calibration.unsure_threshold(predict_litert(path, images)[run.shown])
    return {"forms": precisions, "unsure_below": unsure_below}


def describe_dataset(dataset: Dataset) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "fingerprint": dataset.fingerprint(),
        "counts": dataset.counts(),
        "personal": count_contributions(dataset),
    }


def count_contributions(dataset: Dataset) -> dict[str, Any] | None:
    """Return how many contributed faces, of how many people, a network was trained on."""
    if not dataset.has_contributions:
        return None
    seen = dataset.split("train", "validation")
    contributors = seen.contributor_names()[seen.is_contribution()].tolist()
    return {
        "faces": len(contributors),
        "people": len(set(contributors)),
        "share": len(contributors) / len(seen),
    }


def describe_training(run: FinishedRun) -> dict[str, Any]:
    return {
        **asdict(run.config),
        "epochs_run": run_folder.epochs_run(run.folder),
        "refit": run.recipe.name if run.recipe else None,
        "calibrated_by": run.calibrated_by and run.calibrated_by.name,
        "teachers": run_folder.read_settings(run.folder).get("teachers", []),
        "parameters": run.network.count_params(),
        "command": run.command,
    }


def evaluate_test_sets(run: FinishedRun, card: Card) -> list[Evaluation]:
    """Evaluate the LiteRT file on each test split, held-out contributions last."""
    test_sets = sorted(run.test_sets or [run.dataset], key=lambda data: data.has_contributions)
    return [
        evaluate(test_set, "test", predictor_for(run.folder / NETWORK, card))
        for test_set in test_sets
        if len(test_set.split("test"))
    ]


def summarise(folder: Path, evaluations: Sequence[Evaluation], command: str) -> dict[str, Any]:
    """Return what the card of the version in a folder says about the evaluations."""
    first = evaluations[0]
    keras_content = (folder / KERAS_NETWORK).read_bytes()
    facts: dict[str, Any] = {
        "evaluation": {
            **report(first),
            "keras": difference_from_keras(first, keras_content),
            "command": command,
        }
    }
    for evaluation in evaluations:
        if evaluation.faces.has_contributions:
            facts["corrections"] = summarise_contributions(evaluation)
    return facts


def summarise_contributions(evaluation: Evaluation) -> dict[str, Any]:
    """Return what the card says about the evaluation on held-out contributions."""
    metrics = report(evaluation)
    return {
        "people": len(set(evaluation.faces.contributor_names().tolist())),
        **{key: metrics[key] for key in ("images", "accuracy", "macro_f1", "shown")},
    }


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_card(folder: Path, facts: dict[str, Any]) -> Card:
    """Write a card and read it back."""
    run_folder.write_json(folder / CARD, facts)
    return Card.load(folder / CARD)


def bundle(folder: Path, bundled: Path) -> None:
    """Copy a version into the folder that ships with the repository."""
    for name in (NETWORK, KERAS_NETWORK, CARD, ANSWERS):
        with atomic_write(bundled / name) as temporary:
            shutil.copyfile(folder / name, temporary)
