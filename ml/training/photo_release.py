"""Releasing a version with an output that is chosen for people's photos."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ml.data.datasets import Dataset
from ml.data.errors import DatasetError
from ml.emotions import EMOTIONS
from ml.evaluation.evaluation import Evaluation, evaluate, evaluate_photos, gate_answers
from ml.evaluation.figures.evaluation import draw_evaluation
from ml.evaluation.photo_report import photo_report
from ml.inference.card import Card, ModelFileError
from ml.inference.face_detection import detector_name
from ml.inference.predictor import Predictor, predictor_for
from ml.metrics import calibration
from ml.training import run_folder
from ml.training.deployment import SHOWN, load_deployable, with_shown
from ml.training.export import TOLERANCE, ExportError, export_as, predict_litert
from ml.training.photo_calibration import (
    FOLDS,
    Photos,
    Shown,
    choose_shown,
    cross_validate,
    people_in,
    photos_of,
)
from ml.training.pooling import Pooling
from ml.training.release import sha256_of, summarise, write_card
from ml.version_files import ANSWERS, KERAS_NETWORK, NETWORK

FACES_COMPARED = 256


def release_for_photos(
    card: Card,
    read: Callable[[str], bytes],
    photos: Path,
    dataset: Dataset,
    folder: Path,
    *,
    name: str,
    command: str,
    evaluation_command: str,
) -> Card:
    """Write a version with the weights of another one and an output chosen on labelled photos.

    Args:
        card: of the version whose weights it takes.
        read: returns the content of a file of that version by name.
        photos: an archive or a folder with photos of people by emotion.
        dataset: the one that the version learned from, with its test split.
        folder: to write the files into; may be that of the version.
        name: of the new version.
        command: that writes it, for the card.
        evaluation_command: the command that reproduces the card's evaluation.

    Raises:
        DatasetError: there are no such photos, too few people in them, or it is another dataset.
        ModelFileError: the version has not both outputs, or a file of it is missing or damaged.
        ExportError: the exported file predicts something else.
    """
    if missing := {"crowd", "folder"} - set(card.facts["outputs"]):
        raise ModelFileError(
            f"{card.name}: expected the outputs crowd and folder, has no {', '.join(missing)}."
        )
    if dataset.fingerprint() != card.facts["dataset"]["fingerprint"]:
        raise DatasetError(
            f"{dataset.name}: expected the dataset that {card.name} learned from, with its votes."
        )
    original = Predictor(read(NETWORK), card, threads=2)
    keras_network, answers = read(KERAS_NETWORK), stored_answers(read)
    on_photos = evaluate_photos(photos, original, split=None)
    selection = photos_of(on_photos, label_prior(card))
    shown = choose_shown(selection)
    folder.mkdir(parents=True, exist_ok=True)
    network = with_shown(load_deployable(keras_network), shown.pooling)
    network.save(folder / KERAS_NETWORK)
    images = dataset.split("validation").images
    export_as(network, folder / NETWORK, precision(card), images)
    compare_with_pooling(folder / NETWORK, shown.pooling, images[:FACES_COMPARED])
    facts = {
        **card.facts,
        "name": name,
        "sha256": sha256_of(folder / NETWORK),
        "bytes": (folder / NETWORK).stat().st_size,
        "keras_sha256": sha256_of(folder / KERAS_NETWORK),
        "outputs": sorted({*card.facts["outputs"], SHOWN}),
        "shown": SHOWN,
        "unsure_below": shown.unsure_below,
        "set_mass": shown.mass,
        "photos": describe_selection(on_photos, selection, shown) | {"command": command},
        "released_from": card.name,
    }
    facts["calibration"] = {
        **card.facts["calibration"],
        SHOWN: calibration_facts(facts["photos"], selection, shown.pooling),
    }
    card = write_card(folder, facts)
    evaluation = evaluate(dataset, "test", predictor_for(folder / NETWORK, card))
    facts |= summarise(folder, [evaluation], evaluation_command)
    card = write_card(folder, facts)
    new = gate_answers(evaluation).to_json()
    others = [payload for payload in answers if payload["digest"] != new["digest"]]
    run_folder.write_json(folder / ANSWERS, [new, *others])
    draw_evaluation(evaluation, facts["evaluation"], folder)
    return card


def label_prior(card: Card) -> tuple[float, ...]:
    """Return how often each emotion is among the labels that a version learned from."""
    splits = card.facts["dataset"]["counts"]
    counts = [
        max(1, sum(splits[split].get(str(emotion), 0) for split in ("train", "validation")))
        for emotion in EMOTIONS
    ]
    return tuple(count / sum(counts) for count in counts)


def precision(card: Card) -> str:
    """Return the precision of a version's file."""
    return next(name for name, facts in card.facts["forms"].items() if facts["ships"])


def stored_answers(read: Callable[[str], bytes]) -> list[dict[str, Any]]:
    """Return what the version answered about test faces; often nothing is stored of some."""
    try:
        answers: list[dict[str, Any]] = json.loads(read(ANSWERS))
    except ModelFileError:
        return []
    return answers


def compare_with_pooling(path: Path, pooling: Pooling, faces: Any) -> None:
    """Compare the output of an exported file with what is computed from its other outputs.

    Raises:
        ExportError: when a probability differs by more than the tolerance.
    """
    received = predict_litert(path, faces)
    expected = pooling.pool(received["crowd"], received["folder"])
    difference = float(np.abs(received[SHOWN] - expected).max())
    if difference > TOLERANCE:
        raise ExportError(f"{path}: pools its outputs with a difference of {difference:.2g}.")


def describe_selection(evaluation: Evaluation, photos: Photos, shown: Shown) -> dict[str, Any]:
    """Return what was chosen on photos, and how well such choices do on photos of other people."""
    held_out = cross_validate(photos)
    found = evaluation.folder.found
    probabilities = np.full((len(found), len(EMOTIONS)), 1 / len(EMOTIONS))
    sizes = np.zeros(len(found), np.int64)
    probabilities[found], sizes[found] = held_out.probabilities, held_out.sizes
    pooling = shown.pooling
    return {
        **photo_report(evaluation, people_in(evaluation.faces.paths), probabilities, sizes),
        "folds": FOLDS,
        "detector": detector_name(),
        "pooling": {
            "crowd_weight": pooling.crowd_weight,
            "prior_share": pooling.prior_share,
            "temperature": pooling.temperature,
            "prior": list(pooling.prior),
        },
    }


def calibration_facts(
    on_photos: dict[str, Any], photos: Photos, pooling: Pooling
) -> dict[str, Any]:
    """Return temperature and calibration error on photos, before on all and after on held out."""
    plain = Pooling(pooling.crowd_weight, pooling.prior_share, 1.0, pooling.prior)
    pooled = plain.pool(photos.crowd, photos.folder)
    return {
        "temperature": pooling.temperature,
        "ece_before": calibration.expected_calibration_error(pooled, photos.labels),
        "ece_after": on_photos["ece"],
        "ece_band": on_photos["ece_band"],
    }
