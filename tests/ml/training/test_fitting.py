"""Training learns, keeps what it did, and goes on where it was interrupted."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import keras
import numpy as np
import pytest

from ml.data.datasets import Dataset
from ml.data.errors import DatasetError
from ml.training import fitting, run_folder
from ml.training.architectures import build
from ml.training.augmentation import Augmentation
from ml.training.callbacks import Reseed
from ml.training.config import TrainingConfig
from ml.training.deployment import predict
from ml.training.run_folder import RunError
from tests.ml import faces
from tests.ml.tiny import TINY

pytestmark = pytest.mark.xdist_group("training")
eager = pytest.mark.usefixtures("eager")
ROOT = Path(__file__).parents[3]
QUICK = TrainingConfig(architecture=TINY, epochs=2, batch_size=16)
COSINE = replace(QUICK, schedule="cosine", optimizer="sgd", learning_rate=0.02, mixup=0.2)


def silent(_: str) -> None:
    """Take no notice."""


def train(
    data: Dataset, config: TrainingConfig, folder: Path, *, resume: bool = False
) -> keras.Model:
    return fitting.train(data, config, folder, resume=resume, log=silent)


def log(folder: Path) -> list[dict[str, str]]:
    with (folder / "log.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_run_learns_and_leaves_what_it_did(tmp_path: Path) -> None:
    data = faces.dataset(train=40, validation=6, test=0)
    run = tmp_path / "run"
    lines: list[str] = []
    config = replace(QUICK, epochs=4)
    network = fitting.train(data, config, run, log=lines.append)
    rows = log(run)
    assert len(rows) == 4
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    assert json.loads((run / "settings.json").read_text())["dataset"] == data.fingerprint()
    validation = data.split("validation")
    answers = predict(network, validation.images)["folder"].argmax(axis=1)
    best = max(float(row["val_accuracy"]) for row in rows)
    assert (answers == validation.labels).mean() == pytest.approx(best, abs=0.05)
    assert [path.name for path in run.glob("epoch-*.keras")] == ["epoch-004.keras"]
    assert any(path.stat().st_size for path in run.glob("tensorboard/*/events.*"))
    assert [line.split(":")[0] for line in lines] == [f"epoch {n}/4" for n in (1, 2, 3, 4)]
    assert lines[0].endswith("left")


def test_votes_bring_an_output_that_learns_from_them(tmp_path: Path) -> None:
    data = faces.dataset(train=40, validation=6, test=0)
    votes = np.zeros((len(data), 10), np.uint8)
    votes[np.arange(len(data)), (data.labels + 1) % 7] = 10  # The crowd sees it otherwise.
    network = train(replace(data, votes=votes), replace(QUICK, epochs=5), tmp_path)
    assert network.output_names == ["crowd", "folder"]
    row = log(tmp_path)[-1]
    assert float(row["crowd_accuracy"]) > 0.5
    assert float(row["folder_accuracy"]) > 0.5


@eager
@pytest.mark.parametrize(
    "pace",
    [QUICK, COSINE, replace(COSINE, average=0.9)],
    ids=["plateau", "cosine", "averaged"],
)
def test_a_resumed_run_learns_exactly_what_an_uninterrupted_one_does(
    tmp_path: Path, pace: TrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = faces.dataset(train=10, validation=4, test=0)
    config = replace(pace, epochs=3)
    whole, parted = tmp_path / "whole", tmp_path / "parted"
    train(data, config, whole)

    def interrupt(callback: keras.callbacks.Callback, batch: int, logs: object = None) -> None:
        if len(log(parted)) == 1 and batch == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Reseed, "on_train_batch_end", interrupt)
        with pytest.raises(KeyboardInterrupt):
            train(data, config, parted)
    assert len(log(parted)) == 1
    train(data, config, parted, resume=True)
    assert log(parted) == log(whole)


@eager
def test_a_run_killed_before_its_first_epoch_ended_starts_anew(tmp_path: Path) -> None:
    data = faces.dataset(train=10, validation=4, test=0)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    train(data, QUICK, whole)
    killed.mkdir()
    (killed / "settings.json").write_bytes((whole / "settings.json").read_bytes())
    train(data, QUICK, killed, resume=True)
    assert log(killed) == log(whole)


@eager
def test_a_run_from_before_a_setting_existed_is_resumed_with_its_default(tmp_path: Path) -> None:
    data = faces.dataset(train=3, validation=2, test=0)
    train(data, QUICK, tmp_path)
    settings = json.loads((tmp_path / "settings.json").read_text())
    del settings["degrade"]
    (tmp_path / "settings.json").write_text(json.dumps(settings))
    with pytest.raises(RunError, match=r"ran with degrade 0.0, cannot resume with 0.4"):
        train(data, replace(QUICK, degrade=0.4), tmp_path, resume=True)
    train(data, QUICK, tmp_path, resume=True)


@eager
def test_degraded_faces_can_be_learned_from(tmp_path: Path) -> None:
    data = faces.dataset(train=6, validation=2, test=0)
    train(data, replace(QUICK, epochs=1, degrade=0.5), tmp_path)
    layers = keras.models.load_model(tmp_path / "best.keras").layers
    assert [layer.degrade for layer in layers if isinstance(layer, Augmentation)] == [0.5]


@eager
def test_a_row_that_was_logged_before_the_state_was_written_comes_once(tmp_path: Path) -> None:
    data = faces.dataset(train=10, validation=4, test=0)
    train(data, QUICK, tmp_path)
    first = log(tmp_path)
    with (tmp_path / "log.csv").open("a") as file:
        file.write("2,0,0,0,0,0\n")
    train(data, replace(QUICK, epochs=3), tmp_path, resume=True)
    rows = log(tmp_path)
    assert rows[:2] == first
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]
    assert run_folder.epochs_run(tmp_path) == 3


@eager
def test_a_finished_run_can_be_resumed_to_be_released_again(tmp_path: Path) -> None:
    data = faces.dataset(train=3, validation=2, test=0)
    first = train(data, QUICK, tmp_path)
    rows = log(tmp_path)
    again = train(data, QUICK, tmp_path, resume=True)
    assert log(tmp_path) == rows
    assert all(
        np.array_equal(*pair) for pair in zip(first.get_weights(), again.get_weights(), strict=True)
    )


@eager
def test_a_resumed_run_remembers_how_long_it_has_not_improved(tmp_path: Path) -> None:
    data = faces.dataset(train=4, validation=2, test=0)
    train(data, QUICK, tmp_path)
    state = json.loads((tmp_path / "state.json").read_text())
    best = -1.0  # no loss will ever be better, so the run must end when its patience does
    state["callbacks"]["EarlyStopping"] |= {"best": best, "wait": 11}
    (tmp_path / "state.json").write_text(json.dumps(state))
    train(data, replace(QUICK, epochs=9), tmp_path, resume=True)
    assert run_folder.epochs_run(tmp_path) == 3


def test_a_cosine_schedule_warms_up_and_ends_at_nothing() -> None:
    config = replace(COSINE, epochs=20)
    rate = fitting.optimizer(config, steps=10)._learning_rate
    rates = [float(rate(step)) for step in range(201)]
    assert rates[0] == 0
    assert max(rates) == pytest.approx(0.02)
    assert rates.index(max(rates)) == 10
    assert rates[-1] == pytest.approx(0, abs=1e-6)


def test_a_run_is_neither_overwritten_nor_resumed_as_another(tmp_path: Path) -> None:
    data = faces.dataset(train=3, validation=2, test=0)
    with pytest.raises(RunError, match="expected a run to resume, found none"):
        train(data, QUICK, tmp_path, resume=True)
    facts = {**asdict(COSINE), "seed": 7, "dataset": data.fingerprint(), "start_from": None}
    (tmp_path / "settings.json").write_text(json.dumps(facts))
    with pytest.raises(RunError, match="holds a run already"):
        train(data, COSINE, tmp_path)
    with pytest.raises(RunError, match="ran with seed 7, cannot resume with 1"):
        train(data, COSINE, tmp_path, resume=True)
    with pytest.raises(RunError, match="ran with epochs 2, cannot resume with 9"):
        train(data, replace(COSINE, seed=7, epochs=9), tmp_path, resume=True)


def test_a_dataset_without_validation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="lacks a train or a validation split"):
        train(faces.dataset(validation=0), QUICK, tmp_path / "run")
    assert not (tmp_path / "run").exists()


@eager
def test_fine_tuning_starts_with_the_weights_of_the_other_network(tmp_path: Path) -> None:
    data = faces.dataset(train=3, validation=2, test=0)
    other = build(TINY)
    still = replace(COSINE, learning_rate=1e-7, epochs=1)  # so that nothing is learned
    tuned = fitting.train(data, still, tmp_path, start_from=other, log=silent)
    for before, after in zip(other.trainable_weights, tuned.trainable_weights, strict=True):
        assert np.allclose(np.asarray(before), np.asarray(after), atol=1e-3)
    facts = json.loads((tmp_path / "settings.json").read_text())
    assert facts["start_from"] == fitting.weights_sha256(other)
    with pytest.raises(RunError, match="ran with start_from"):
        train(data, still, tmp_path, resume=True)


@pytest.mark.slow
@pytest.mark.parametrize("devices", [1, 2])
def test_the_same_code_trains_on_jax_and_shares_batches_between_devices(
    tmp_path: Path, devices: int
) -> None:
    code = (
        "from pathlib import Path; import keras\n"
        "from ml.training import fitting; from tests.ml import faces\n"
        "from tests.ml.training.test_fitting import COSINE\n"
        "data = faces.dataset(train=6, validation=2, test=0)\n"
        f"fitting.train(data, COSINE, Path({str(tmp_path)!r}), log=print)\n"
        "shared = keras.distribution.distribution()\n"
        "print(keras.backend.backend(), len(keras.distribution.list_devices()), "
        "type(shared).__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={
            **os.environ,
            "KERAS_BACKEND": "jax",
            "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shared = "DataParallel" if devices > 1 else "NoneType"
    assert done.stdout.splitlines()[-1] == f"jax {devices} {shared}"
    assert len(log(tmp_path)) == 2
    assert "learning_rate" not in (tmp_path / "state.json").read_text()
