"""A network learns from teachers, which see each face before it is degraded."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers, ops

from ml.data.datasets import Dataset
from ml.training import fitting
from ml.training.architectures import build
from ml.training.augmentation import Augmentation
from ml.training.callbacks import Reseed
from ml.training.config import TrainingConfig
from ml.training.deployment import predict
from ml.training.distillation import TEACHERS_SHARE, taught
from ml.training.run_folder import RunError
from tests.ml import faces
from tests.ml.tiny import TINY

pytestmark = [pytest.mark.xdist_group("training"), pytest.mark.usefixtures("eager")]
CONFIG = TrainingConfig(
    architecture=TINY,
    epochs=3,
    batch_size=16,
    optimizer="sgd",
    schedule="cosine",
    learning_rate=0.05,
    degrade=0.5,
    average=0.5,
)


class Darkened(Augmentation):
    """Leaves the teachers the face, and the student black."""

    def call(
        self, faces: keras.KerasTensor, training: bool = False
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        return faces, ops.zeros_like(faces)


@pytest.fixture
def data() -> Dataset:
    return faces.with_votes(faces.dataset(train=6, validation=3, test=0))


def train(
    data: Dataset,
    folder: Path,
    teachers: Sequence[keras.Model],
    *,
    config: TrainingConfig = CONFIG,
    resume: bool = False,
) -> keras.Model:
    return fitting.train(data, config, folder, teachers=teachers, resume=resume, log=lambda _: None)


def decided(emotion: int) -> keras.Model:
    """Return a network that always answers the same."""
    network = build(TINY, ("crowd", "folder"))
    for layer in network.layers:
        if isinstance(layer, layers.Dense):
            kernel, bias = layer.get_weights()
            layer.set_weights([kernel * 0, 9 * np.eye(len(bias))[emotion]])
    return network


def test_the_loss_is_the_distance_from_the_mean_answer_to_clear_faces(data: Dataset) -> None:
    student, *teachers = (build(TINY, ("crowd", "folder")) for _ in range(3))
    network = taught(student, teachers, Darkened(with_clear=True))
    pixels = data.images[:8, ..., None].astype(np.float32)
    answers = network(pixels, training=True)
    expected = 0.0
    for output in network.output_names:
        mean = np.mean([teacher(pixels)[output] for teacher in teachers], axis=0)
        expected -= (mean * np.log(np.asarray(answers[output]))).sum(axis=1).mean()
    assert float(sum(network.losses)) == pytest.approx(TEACHERS_SHARE * expected, rel=1e-4)
    # Black faces are all the same to the student.
    answers = network(pixels)
    assert np.allclose(answers["crowd"], np.asarray(answers["crowd"])[:1], atol=1e-6)


def test_a_student_leans_to_its_teachers_and_they_learn_nothing(
    data: Dataset, tmp_path: Path
) -> None:
    teacher = decided(5)
    before = fitting.weights_sha256(teacher)
    network = train(data, tmp_path, [teacher])
    assert network.name == TINY
    assert network.count_params() == teacher.count_params()
    answers = predict(network, data.images)
    assert set(answers) == {"crowd", "folder"}
    for probabilities in answers.values():
        assert probabilities.mean(axis=0).argmax() == 5
    assert fitting.weights_sha256(teacher) == before
    checkpoint = keras.models.load_model(tmp_path / "best.keras")
    (kept,) = checkpoint.get_layer("teachers").networks
    assert fitting.weights_sha256(kept) == before


def test_a_resumed_student_learns_exactly_what_an_uninterrupted_one_does(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, parted, teachers = tmp_path / "whole", tmp_path / "parted", [decided(2), decided(3)]
    train(data, whole, teachers)

    def interrupt(callback: Reseed, batch: int, logs: object = None) -> None:
        if (parted / "state.json").exists() and batch == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Reseed, "on_train_batch_end", interrupt)
        with pytest.raises(KeyboardInterrupt):
            train(data, parted, teachers)
    with pytest.raises(RunError, match="ran with teachers"):
        train(data, parted, teachers[:1], resume=True)
    train(data, parted, teachers, resume=True)
    assert (parted / "log.csv").read_text() == (whole / "log.csv").read_text()
    settings = json.loads((parted / "settings.json").read_text())
    assert settings["teachers"] == [fitting.weights_sha256(teacher) for teacher in teachers]


def test_a_run_from_before_there_were_teachers_is_resumed_without(
    data: Dataset, tmp_path: Path
) -> None:
    config = replace(CONFIG, epochs=1)
    train(data, tmp_path, [], config=config)
    settings = json.loads((tmp_path / "settings.json").read_text())
    del settings["teachers"]
    (tmp_path / "settings.json").write_text(json.dumps(settings))
    train(data, tmp_path, [], config=config, resume=True)
