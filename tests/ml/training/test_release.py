"""A finished run becomes a version: files that belong together and an honest card."""

import csv
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
from ml.training.architectures import build
from ml.training.config import TrainingConfig
from ml.training.deployment import load_trained, predict
from ml.training.finished_run import FinishedRun
from tests.ml import faces
from tests.ml.management.test_train_emotion import voted

pytestmark = pytest.mark.xdist_group("training")


@pytest.fixture(scope="module")
def data() -> Dataset:
    return voted(faces.dataset(train=2, validation=6, test=6))


@pytest.fixture(scope="module")
def trained() -> keras.Model:
    keras.utils.set_random_seed(3)
    return build("residual", ("folder", "crowd"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, data: Dataset, trained: keras.Model) -> Path:
    """A released, untrained network."""
    folder = tmp_path_factory.mktemp("version")
    (folder / "state.json").write_text(json.dumps({"epoch": 2}))
    with (folder / "log.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["epoch", "crowd_accuracy", "loss", "val_crowd_accuracy", "val_loss"])
        rows.writerows([[0, 0.2, 2.1, 0.1, 2.2], [1, 0.3, 1.9, 0.2, 2.0]])
    run = FinishedRun(
        folder,
        trained,
        TrainingConfig(architecture="residual"),
        data,
        shown="crowd",
        command="python manage.py train_emotion",
    )
    release.release(
        run,
        name="tiny",
        evaluation_command="python manage.py evaluate_emotion",
    )
    return folder


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


def test_the_network_of_a_version_is_the_one_that_was_trained(
    folder: Path, trained: keras.Model, data: Dataset
) -> None:
    loaded = load_trained((folder / "network.keras").read_bytes())
    assert loaded.name == "residual"
    expected = predict(trained, data.images)
    for output, probabilities in predict(loaded, data.images).items():
        assert np.allclose(probabilities, expected[output], atol=1e-6)


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
