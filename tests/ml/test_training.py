"""Training learns, keeps what it did, and goes on where it was interrupted."""

import csv
import json
from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np
import pytest

from ml import training
from ml.augmentation import AugmentedFaces, augment
from ml.networks import build
from ml.sources import DatasetError
from ml.training import Settings, TrainingError
from tests.ml import faces

pytestmark = pytest.mark.xdist_group("training")
QUICK = Settings(epochs=2, batch_size=16)


def log(folder: Path) -> list[dict[str, str]]:
    with (folder / "log.csv").open() as file:
        return list(csv.DictReader(file))


def test_the_baseline_has_the_layers_that_were_asked_for() -> None:
    network = build("sequential")
    kinds = [type(layer).__name__ for layer in network.layers]
    for kind in ("Conv2D", "MaxPooling2D", "Dropout", "Flatten"):
        assert kind in kinds
    assert kinds.count("Dense") == 2
    assert {
        layer.padding for layer in network.layers if isinstance(layer, keras.layers.Conv2D)
    } == {"same"}
    assert network.output_shape == (None, 7)
    answers = training.probabilities(network, faces.dataset(train=1, validation=0, test=0).images)
    assert np.allclose(answers.sum(axis=1), 1, atol=1e-5)


def test_an_unknown_architecture_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="expected one of sequential, received resnet"):
        build("resnet")


def test_augmented_faces_stay_grey_values_and_differ() -> None:
    face = faces.drawn_face(3, 1)
    random = np.random.default_rng(1)
    views = [augment(face, random) for _ in range(20)]
    assert all(view.shape == (48, 48) and view.dtype == np.float32 for view in views)
    assert min(view.min() for view in views) >= 0
    assert max(view.max() for view in views) <= 255
    assert len({view.tobytes() for view in views}) == 20


def test_batches_depend_on_seed_and_epoch_alone() -> None:
    data = faces.dataset(train=8, validation=0, test=0)

    def batches(**options: int) -> bytes:
        batches = AugmentedFaces(data.images, data.labels, **{"batch_size": 8, "seed": 1} | options)
        return b"".join(batches[index][0].tobytes() for index in range(len(batches)))

    assert batches() == batches()
    assert batches() != batches(seed=2)
    assert batches() != batches(first_epoch=1)
    moved_on = AugmentedFaces(data.images, data.labels, batch_size=8, seed=1)
    moved_on.on_epoch_end()
    assert moved_on[0][0].tobytes() == batches(first_epoch=1)[: moved_on[0][0].nbytes]


def test_a_run_learns_and_leaves_its_settings_log_and_best_network(tmp_path: Path) -> None:
    data = faces.dataset(train=40, validation=6, test=0)
    run = tmp_path / "run"
    network = training.train(data, Settings(epochs=4, batch_size=16), run)
    rows = log(run)
    assert len(rows) == 4
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    assert json.loads((run / "settings.json").read_text())["dataset"] == data.fingerprint()
    validation = data.split("validation")
    answers = training.probabilities(network, validation.images).argmax(axis=1)
    best = max(float(row["val_accuracy"]) for row in rows)
    assert (answers == validation.labels).mean() == pytest.approx(best, abs=0.05)
    assert [path.name for path in run.glob("epoch-*.keras")] == ["epoch-004.keras"]


def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path) -> None:
    data = faces.dataset(train=10, validation=4, test=0)
    training.train(data, QUICK, tmp_path)
    first = log(tmp_path)
    rate = keras.models.load_model(tmp_path / "epoch-002.keras").optimizer.iterations
    # Killed after the log was written and before the state was: the row comes once all the same.
    with (tmp_path / "log.csv").open("a") as file:
        file.write("2,0,0,0,0,0\n")
    training.train(data, Settings(epochs=3, batch_size=16), tmp_path, resume=True)
    rows = log(tmp_path)
    assert rows[:2] == first
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    resumed = keras.models.load_model(tmp_path / "epoch-003.keras")
    assert int(resumed.optimizer.iterations) == int(rate) * 3 // 2
    assert training.epochs_run(tmp_path) == 3


def test_a_resumed_run_learns_exactly_what_an_uninterrupted_one_does(tmp_path: Path) -> None:
    data = faces.dataset(train=10, validation=4, test=0)
    whole, parted = tmp_path / "whole", tmp_path / "parted"
    training.train(data, Settings(epochs=3, batch_size=16), whole)
    training.train(data, Settings(epochs=1, batch_size=16), parted)
    training.train(data, Settings(epochs=3, batch_size=16), parted, resume=True)
    assert log(parted) == log(whole)


def test_a_finished_run_can_be_resumed_to_be_released_again(tmp_path: Path) -> None:
    data = faces.dataset(train=3, validation=2, test=0)
    first = training.train(data, QUICK, tmp_path)
    rows = log(tmp_path)
    again = training.train(data, QUICK, tmp_path, resume=True)
    assert log(tmp_path) == rows
    assert all(
        np.array_equal(*pair) for pair in zip(first.get_weights(), again.get_weights(), strict=True)
    )


def test_a_resumed_run_remembers_how_long_it_has_not_improved(tmp_path: Path) -> None:
    data = faces.dataset(train=4, validation=2, test=0)
    training.train(data, QUICK, tmp_path)
    state = json.loads((tmp_path / "state.json").read_text())
    best = -1.0  # no loss will ever be better, so the run must end when its patience does
    state["callbacks"]["EarlyStopping"] |= {"best": best, "wait": 11}
    (tmp_path / "state.json").write_text(json.dumps(state))
    training.train(data, Settings(epochs=9, batch_size=16), tmp_path, resume=True)
    assert training.epochs_run(tmp_path) == 3


def test_a_run_is_neither_overwritten_nor_resumed_as_another(tmp_path: Path) -> None:
    data = faces.dataset(train=3, validation=2, test=0)
    with pytest.raises(TrainingError, match="expected a run to resume, found none"):
        training.train(data, QUICK, tmp_path, resume=True)
    (tmp_path / "settings.json").write_text(
        json.dumps({**asdict(QUICK), "seed": 7, "dataset": data.fingerprint()})
    )
    (tmp_path / "state.json").write_text("{}")
    with pytest.raises(TrainingError, match="holds a run already"):
        training.train(data, QUICK, tmp_path)
    with pytest.raises(TrainingError, match="ran with seed 7, cannot resume with 1"):
        training.train(data, QUICK, tmp_path, resume=True)


def test_a_dataset_without_validation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="lacks a train or a validation split"):
        training.train(faces.dataset(validation=0), QUICK, tmp_path / "run")
    assert not (tmp_path / "run").exists()
