"""A trained network becomes a LiteRT file that answers the same, with an honest card."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from ml import release, training
from ml.datasets import Dataset
from ml.evaluation import evaluate_dataset
from ml.export import ExportError, check, deployable, export
from ml.networks import build
from ml.predictor import Card, Predictor
from ml.training import Settings
from tests.ml import faces

pytestmark = pytest.mark.xdist_group("training")


@pytest.fixture(scope="module")
def data() -> Dataset:
    return faces.dataset(train=2, validation=6, test=6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, data: Dataset) -> Path:
    """A released, untrained network."""
    folder = tmp_path_factory.mktemp("version")
    release.release(
        build("sequential"),
        dataset=data,
        settings=Settings(),
        epochs_run=0,
        folder=folder,
        name="tiny",
        command="python manage.py train_emotion",
        evaluation_command="python manage.py evaluate_emotion",
    )
    return folder


def test_the_file_answers_like_the_network(tmp_path: Path, data: Dataset) -> None:
    network = deployable(build("sequential"), "sequential", 1.7)
    path = tmp_path / "network.tflite"
    export(network, path, data.images)
    card = Card("x", hashlib.sha256(path.read_bytes()).hexdigest(), 48, 0, "folder", 0, {})
    answers = Predictor(path, card).classify(data.images)
    assert np.abs(answers - training.probabilities(network, data.images)).max() < 1e-4
    assert [entry.name for entry in tmp_path.iterdir()] == ["network.tflite"]


def test_a_file_of_another_network_is_refused(tmp_path: Path, data: Dataset) -> None:
    path = tmp_path / "network.tflite"
    export(deployable(build("sequential"), "sequential", 1.0), path, data.images)
    with pytest.raises(ExportError, match="differs from the network by"):
        check(path, deployable(build("sequential"), "sequential", 0.1), data.images)


def test_a_file_that_is_no_network_is_refused(tmp_path: Path, data: Dataset) -> None:
    path = tmp_path / "network.tflite"
    path.write_bytes(b"not a network")
    with pytest.raises(ExportError, match="needs more than builtin operators"):
        check(path, build("sequential"), data.images)


def test_the_card_tells_what_was_measured(folder: Path, data: Dataset) -> None:
    card = Card.read(folder / "card.json")
    predictor = Predictor(folder / "emotion.tflite", card)
    assert card.facts["evaluation"] == {
        **evaluate_dataset(data, "test", predictor),
        "command": "python manage.py evaluate_emotion",
    }
    assert card.facts["evaluation"]["images"] == 42
    assert card.facts["dataset"]["fingerprint"] == data.fingerprint()
    assert card.facts["bytes"] == (folder / "emotion.tflite").stat().st_size
    validation = predictor.classify(data.split("validation").images)
    answered = (validation.max(axis=1) >= card.unsure_below).mean()
    assert answered == pytest.approx(0.8, abs=0.05)


def test_a_bundle_is_the_version_to_the_byte(folder: Path, tmp_path: Path) -> None:
    release.bundle(folder, tmp_path)
    for name in ("emotion.tflite", "card.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
