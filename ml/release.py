"""From a finished run to a version: calibrated, exported, evaluated, with its card."""

import hashlib
import json
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras

from ml.calibration import fit_temperature, unsure_threshold
from ml.datasets import SIZE, Dataset
from ml.emotions import EMOTIONS
from ml.evaluation import evaluate_dataset
from ml.export import deployable, export
from ml.predictor import Card, Predictor
from ml.training import Settings, probabilities

FACE_MARGIN = 0.0
NETWORK, CARD = "emotion.tflite", "card.json"


def release(
    trained: keras.Model,
    *,
    dataset: Dataset,
    settings: Settings,
    epochs_run: int,
    folder: Path,
    name: str,
    command: str,
    evaluation_command: str,
) -> Card:
    """Write the LiteRT file and the card of a trained network into `folder`.

    Temperature and the threshold of being unsure come from the validation split; the test split is
    only reported.

    Args:
        name: what the version is called.
        command: the command that trained it, for the card.
        evaluation_command: the command that reproduces the card's evaluation.
    """
    validation, test = dataset.split("validation"), dataset.split("test")
    temperature = fit_temperature(probabilities(trained, validation.images), validation.labels)
    network = deployable(trained, settings.architecture, temperature)
    path = folder / NETWORK
    export(network, path, validation.images)

    content = path.read_bytes()
    facts: dict[str, Any] = {
        "name": name,
        "architecture": settings.architecture,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "emotions": list(EMOTIONS),
        "input_size": SIZE,
        "face_margin": FACE_MARGIN,
        "shown": "folder",
        "temperature": temperature,
        "unsure_below": unsure_threshold(probabilities(network, validation.images)),
        "dataset": {
            "name": dataset.name,
            "fingerprint": dataset.fingerprint(),
            "counts": dataset.counts(),
        },
        "training": {
            **asdict(settings),
            "epochs_run": epochs_run,
            "parameters": network.count_params(),
            "command": command,
        },
        "created": datetime.now(UTC).date().isoformat(),
    }
    card = write_card(folder, facts)
    if len(test):
        facts["evaluation"] = {
            **evaluate_dataset(test, "test", Predictor(path, card)),
            "command": evaluation_command,
        }
        card = write_card(folder, facts)
    return card


def write_card(folder: Path, facts: dict[str, Any]) -> Card:
    """Write a card aside, rename it into place, and read it back."""
    aside = folder / f"{CARD}.tmp"
    aside.write_text(json.dumps(facts, indent=2) + "\n")
    aside.replace(folder / CARD)
    return Card.read(folder / CARD)


def bundle(folder: Path, bundled: Path) -> None:
    """Copy a version into the folder that ships with the repository."""
    for name in (NETWORK, CARD):
        aside = bundled / f"{name}.tmp"
        shutil.copyfile(folder / name, aside)
        aside.replace(bundled / name)
