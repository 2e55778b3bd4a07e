"""A finished run becomes a version: files that belong together and an honest card."""

import hashlib
import json
from pathlib import Path
from unittest.mock import ANY

import keras
import numpy as np
import pytest

from ml.data.datasets import Dataset
from ml.evaluation.evaluation import evaluate
from ml.evaluation.report import report
from ml.inference.card import Card
from ml.inference.predictor import predictor_for
from ml.metrics.gate import Answers
from ml.training import release
from ml.training.deployment import load_trained
from tests.ml.tiny import TINY

pytestmark = pytest.mark.xdist_group("training")


@pytest.fixture(scope="module")
def data(finished_run: Path) -> Dataset:
    return Dataset.load(finished_run / "faces.npz")


@pytest.fixture(scope="module")
def folder(finished_run: Path) -> Path:
    """A released run."""
    return finished_run / "run"


def test_the_card_tells_what_was_measured(folder: Path, data: Dataset) -> None:
    card = Card.load(folder / "card.json")
    facts = card.facts
    predictor = predictor_for(folder / "emotion.tflite", card)
    evaluation = report(evaluate(data, "test", predictor)) | {"keras": ANY}
    assert {key: facts["evaluation"][key] for key in evaluation} == evaluation
    assert facts["evaluation"]["keras"]["largest_difference"] < 0.05
    assert facts["evaluation"]["images"] == 42
    assert facts["dataset"]["fingerprint"] == data.fingerprint()
    assert facts["bytes"] == (folder / "emotion.tflite").stat().st_size
    assert facts["training"]["epochs_run"] == 2
    assert card.shown == "crowd"
    assert [form for form, form_facts in facts["forms"].items() if form_facts["ships"]]
    validation = predictor.classify(data.split("validation").images)
    answered = (validation.max(axis=1) >= card.unsure_below).mean()
    assert answered == pytest.approx(0.8, abs=0.05)


def test_calibration_is_told_before_and_after_with_the_band_of_a_perfect_one(
    folder: Path, data: Dataset
) -> None:
    facts = Card.load(folder / "card.json").facts["calibration"]
    assert facts.keys() == {"folder", "crowd"}
    for calibration in facts.values():
        low, high = calibration["ece_band"]
        assert 0 <= low < high <= 1
        assert 0.3 <= calibration["temperature"] <= 3


def test_calibrating_makes_an_overconfident_network_believable() -> None:
    random = np.random.default_rng(5)
    sure = random.dirichlet([0.5] * 7, 4000)
    labels = np.array([random.choice(7, p=probabilities) for probabilities in sure])
    labels[:50] = -1  # unknown, and left out
    over = sure**2 / (sure**2).sum(axis=1, keepdims=True)
    calibration = release.calibrate(over.astype(np.float32), labels)
    assert calibration["temperature"] == pytest.approx(2, abs=0.15)
    assert calibration["ece_after"] < calibration["ece_before"] / 2
    assert calibration["ece_after"] <= calibration["ece_band"][1]


def test_the_network_of_a_version_is_the_one_that_was_trained(folder: Path) -> None:
    loaded = load_trained((folder / "network.keras").read_bytes())
    assert loaded.name == TINY
    trained = keras.models.load_model(folder / "best.keras")
    for weights in zip(loaded.get_weights(), trained.get_weights(), strict=True):
        assert np.array_equal(*weights)


def test_the_answers_about_the_test_split_are_kept_for_the_gate(
    folder: Path, data: Dataset
) -> None:
    (stored,) = json.loads((folder / "answers.json").read_text())
    answers = Answers.from_json(stored)
    card = Card.load(folder / "card.json")
    accuracy = (answers.truth["folder"] == answers.given["folder"]).mean()
    assert accuracy == pytest.approx(card.facts["evaluation"]["accuracy"])
    assert answers.digest == data.split("test").fingerprint()
    assert answers.given.keys() == {"folder", "crowd"}


def test_a_bundle_is_the_version_to_the_byte(folder: Path, tmp_path: Path) -> None:
    release.bundle(folder, tmp_path)
    for name in ("emotion.tflite", "network.keras", "card.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    card = Card.load(tmp_path / "card.json")
    content = (tmp_path / "network.keras").read_bytes()
    assert card.facts["keras_sha256"] == hashlib.sha256(content).hexdigest()
