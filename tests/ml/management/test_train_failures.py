"""Whatever ends a training is one line, and leaves its run as it was or ready to be resumed."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest.mock import patch

import keras
import pytest
from django.core.management import CommandError, call_command

from ml.inference.card import ModelFileError
from ml.inference.predictor import bundled_predictor
from ml.management.commands.train_emotion import Command
from ml.training.callbacks import FiniteLoss, PeriodicCheckpoint, Reseed, RunState
from ml.training.deployment import load_trained
from ml.training.failures import import_keras
from ml.training.run_folder import RunError
from tests.ml import faces
from tests.ml.tiny import SHORT

pytestmark = [pytest.mark.xdist_group("training"), pytest.mark.django_db]
ROOT = Path(__file__).parents[3]
IMPORT = """
from ml.training.failures import import_keras
from ml.training.run_folder import RunError
try:
    import_keras()
except RunError as error:
    print(error)
"""


@pytest.fixture
def run(finished_run: Path, tmp_path: Path) -> Path:
    return shutil.copytree(finished_run / "run", tmp_path / "run")


def train(data: Path, out: Path, **options: Any) -> None:
    call_command("train_emotion", data=[data], out=out, **(asdict(SHORT) | options))


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def refused(error: pytest.ExceptionInfo[CommandError]) -> None:
    assert "\n" not in str(error.value)
    assert isinstance(error.value, CommandError)


def repack(change: Callable[[str, bytes], bytes]) -> Callable[[Path], None]:
    """Return what changes the members of a `.keras` file."""

    def apply(path: Path) -> None:
        with zipfile.ZipFile(path) as packed:
            members = {name: packed.read(name) for name in packed.namelist()}
        with zipfile.ZipFile(path, "w") as packed:
            for name, data in members.items():
                packed.writestr(name, change(name, data))

    return apply


def other_keras(name: str, data: bytes) -> bytes:
    return data.replace(b'"Dense"', b'"Dense99"') if name == "config.json" else data


def empty(path: Path) -> None:
    path.write_bytes(b"")


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("name", "damage", "words"),
    [
        ("settings.json", empty, r"settings\.json: expected readable JSON"),
        ("settings.json", halve, r"settings\.json: expected readable JSON"),
        ("settings.json", Path.unlink, "expected a run to resume, found none"),
        ("settings.json", lambda path: path.write_text("[]"), "expected a JSON object"),
        ("settings.json", lambda path: path.write_text("{}"), "learned from another dataset"),
        ("state.json", empty, r"state\.json: expected readable JSON"),
        ("state.json", lambda path: path.write_text("{}"), r"state\.json: expected an epoch"),
        ("state.json", lambda path: path.write_bytes(b"\xff"), r"state\.json: expected readable"),
        ("log.csv", Path.unlink, r"log\.csv: expected the log of 2 epochs"),
        ("log.csv", empty, r"log\.csv: expected a heading and 2 epochs, found 0 lines"),
        ("epoch-002.keras", Path.unlink, r"expected the checkpoint epoch-002\.keras"),
        ("best.keras", Path.unlink, r"best\.keras: expected a network that Keras .* can read"),
        ("best.keras", empty, r"best\.keras: expected a network that Keras .* can read"),
        ("best.keras", halve, r"best\.keras: expected a network that Keras .* can read"),
        ("best.keras", repack(other_keras), r"best\.keras: expected a network that Keras"),
    ],
)
def test_a_run_with_a_missing_or_damaged_file_is_refused_and_left_as_it_is(
    finished_run: Path, run: Path, name: str, damage: Callable[[Path], object], words: str
) -> None:
    damage(run / name)
    before = content(run)
    with pytest.raises(CommandError, match=words) as error:
        train(finished_run / "faces.npz", run, resume=True)
    refused(error)
    assert content(run) == before


def test_another_dataset_is_no_reason_to_touch_a_run(run: Path, tmp_path: Path) -> None:
    faces.dataset(train=2, validation=2, test=2).save(tmp_path / "other.npz")
    before = content(run)
    with pytest.raises(CommandError, match="learned from another dataset") as error:
        train(tmp_path / "other.npz", run, resume=True)
    refused(error)
    assert content(run) == before


@pytest.mark.parametrize(
    ("out", "words"),
    [("file", "--out: expected a folder, .*file is a file"), ("file/run", "--out: .*Not a dir")],
)
def test_a_run_needs_a_folder_to_write_to(
    finished_run: Path, tmp_path: Path, out: str, words: str
) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(CommandError, match=words) as error:
        train(finished_run / "faces.npz", tmp_path / out)
    refused(error)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (OSError(28, "No space left on device"), "No space left on device.*--resume goes on"),
        (MemoryError(), "Out of memory: .*smaller --batch-size; .*--resume goes on"),
        (RuntimeError("graph\nlong story"), "RuntimeError: graph; .*--resume goes on"),
        (KeyboardInterrupt(), "Interrupted; .*--resume goes on"),
    ],
)
def test_what_fails_in_the_second_epoch_leaves_the_first(
    finished_run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failure: BaseException,
    words: str,
) -> None:
    def fail(_: Reseed, epoch: int, logs: object = None) -> None:
        if epoch == 1:
            raise failure

    run = tmp_path / "run"
    with monkeypatch.context() as patched:
        patched.setattr(Reseed, "on_epoch_end", fail, raising=False)
        with pytest.raises(CommandError, match=words) as error:
            train(finished_run / "faces.npz", run)
    refused(error)
    assert {"best.keras", "epoch-001.keras", "log.csv", "state.json"} <= content(run).keys()
    assert keras.models.load_model(run / "epoch-001.keras").built


def test_a_failure_before_a_run_begins_says_that_nothing_was_written(
    finished_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ml.management.commands.train_emotion.open_datasets", interrupt)
    with pytest.raises(CommandError, match=r"^Interrupted; nothing was written\.$"):
        train(finished_run / "faces.npz", tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_ends_the_run_before_it_is_saved(loss: float) -> None:
    with pytest.raises(RunError, match=r"Epoch 3: expected a finite val_loss, it is .*lower"):
        FiniteLoss().on_epoch_end(2, {"loss": 1.0, "val_loss": loss})
    FiniteLoss().on_epoch_end(2, {"loss": 1.0, "val_loss": 2.0})


@pytest.mark.parametrize(
    "callbacks", [{}, {"ModelCheckpoint": {}}, {"ModelCheckpoint": {"wait": 1}}]
)
def test_a_state_that_lacks_what_a_callback_remembers_is_refused(
    tmp_path: Path, callbacks: dict[str, Any]
) -> None:
    tracked = {"ModelCheckpoint": (keras.callbacks.Callback(), ["best"])}
    with pytest.raises(RunError, match=r"state\.json: expected best of ModelCheckpoint, found"):
        RunState(tmp_path, tracked, {"epoch": 1, "callbacks": callbacks}, every=1)
    RunState(tmp_path, tracked, {"epoch": 0}, every=1)


def test_a_full_disk_leaves_the_checkpoint_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    best = PeriodicCheckpoint(tmp_path / "best.keras", every=1)
    network.stop_training = False
    best.set_model(network)
    best.set_params({"epochs": 3})
    best.on_epoch_end(0, {})
    before = content(tmp_path)

    def fill(path: str, **_: object) -> None:
        Path(path).write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(network, "save", fill)
    with pytest.raises(OSError, match="No space left"):
        best.on_epoch_end(1, {})
    assert content(tmp_path) == before
    assert list(before) == ["best.keras"]


def test_a_network_of_another_keras_is_refused_in_one_line(run: Path) -> None:
    path = run / "network.keras"
    for damage in (repack(other_keras), halve, empty):
        damage(path)
        with pytest.raises(ModelFileError, match="Expected a network that Keras") as error:
            load_trained(path.read_bytes())
        assert "\n" not in str(error.value)


def test_one_emotion_alone_cannot_be_learned(tmp_path: Path) -> None:
    data = faces.dataset(train=3, validation=2, test=2)
    data.where(data.labels == 3).save(tmp_path / "happy.npz")
    with pytest.raises(CommandError, match=r"two emotions or more .* found 3 of happy alone"):
        train(tmp_path / "happy.npz", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_an_emotion_without_pictures_is_named_before_and_after(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = faces.dataset(train=4, validation=6, test=6)
    data.where(data.labels != 1).save(tmp_path / "faces.npz")
    card = bundled_predictor().card
    with (
        patch("ml.training.fitting.train"),
        patch("ml.training.release.release", return_value=card),
        patch.object(Command, "register"),
    ):
        train(tmp_path / "faces.npz", tmp_path / "run")
    errors = capsys.readouterr().err
    assert errors.count("No pictures to train on, so no network can learn: disgust.") == 2


@pytest.mark.parametrize(
    ("backend", "config", "words"),
    [
        ("nonsense", "{}", "expected one of tensorflow, jax, torch .* received nonsense"),
        ("torch", "{}", "KERAS_BACKEND: expected a backend that is installed, received torch"),
        ("numpy", "{}", "the backend numpy cannot train"),
        ("tensorflow", '{"image_data_format": "sideways"}', "or keras.json: expected"),
    ],
)
def test_a_backend_that_cannot_train_is_refused_in_one_line(
    tmp_path: Path, backend: str, config: str, words: str
) -> None:
    (tmp_path / "keras.json").write_text(config)
    done = subprocess.run(
        [sys.executable, "-c", IMPORT],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": backend, "KERAS_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert re.search(words, done.stdout), done.stdout


def test_the_order_of_channels_in_keras_json_does_not_matter() -> None:
    keras.config.set_image_data_format("channels_first")
    try:
        import_keras()
        assert keras.config.image_data_format() == "channels_last"
    finally:
        keras.config.set_image_data_format("channels_last")
