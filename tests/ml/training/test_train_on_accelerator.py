"""A lent accelerator trains as many seeds as its time allows and brings back the best."""

import json
import shlex
from dataclasses import asdict, replace
from pathlib import Path

import keras
import pytest
from django.core.management import load_command_class

from ml.data.datasets import Dataset
from ml.training import fitting
from ml.training.config import TrainingConfig
from scripts import train_on_accelerator
from tests.ml import faces

pytestmark = pytest.mark.xdist_group("training")
CONFIG = replace(train_on_accelerator.RECIPE, epochs=2)


class Accelerator:
    """Pretends to train: each run takes so many seconds of a clock that nobody waits for."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.now = seconds, 0.0
        self.trained: list[tuple[str, int, str | None]] = []

    def train(
        self, data: Dataset, config: TrainingConfig, folder: Path, refit: str | None, **_: object
    ) -> None:
        self.trained.append((folder.name, config.seed, refit))
        self.now += self.seconds
        folder.mkdir(parents=True)
        (folder / "settings.json").write_text(json.dumps(asdict(config)))
        (folder / "log.csv").touch()
        best = {"best": {1: 0.5, 2: 0.7, 3: 0.6}[config.seed]}
        state = {"epoch": config.epochs, "callbacks": {} if refit else {"ModelCheckpoint": best}}
        (folder / "state.json").write_text(json.dumps(state))
        network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        network.compile("sgd", "mse")
        for name in ("best.keras", "epoch-002.keras"):
            network.save(folder / name)


def trained(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, minutes: float
) -> list[tuple[str, int, str | None]]:
    accelerator = Accelerator(seconds=100)
    monkeypatch.setattr(fitting, "train", accelerator.train)
    monkeypatch.setattr("time.monotonic", lambda: accelerator.now)
    train_on_accelerator.train_seeds(
        faces.dataset(train=4, validation=1, test=0),
        CONFIG,
        [1, 2, 3],
        work=folder / "runs",
        out=folder / "out",
        deadline=60 * minutes,
    )
    return accelerator.trained


def delivered(folder: Path) -> dict[str, list[str]]:
    return {
        run.name: sorted(file.name for file in run.iterdir()) for run in (folder / "out").iterdir()
    }


def test_the_best_seed_is_refitted_and_both_are_brought_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    best, refit = "residual_deep-seed-2", "residual_deep-seed-2-refit"
    assert trained(tmp_path, monkeypatch, minutes=10) == [
        ("residual_deep-seed-1", 1, None),
        (best, 2, None),
        ("residual_deep-seed-3", 3, None),
        (refit, 2, best),
    ]
    assert delivered(tmp_path) == {
        best: ["best.keras", "log.csv", "settings.json", "state.json"],
        refit: ["epoch-002.keras", "log.csv", "settings.json", "state.json"],
    }
    network = keras.models.load_model(tmp_path / "out" / best / "best.keras")
    assert not network.compiled
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("python")]
    arguments = shlex.split(lines[0])[3:]
    parser = load_command_class("ml", "train_emotion").create_parser("manage.py", "train_emotion")
    options = vars(parser.parse_args(arguments))
    assert options["resume"]
    given = {name: options[name] for name in asdict(CONFIG) if name in options}
    assert TrainingConfig(**given) == replace(CONFIG, seed=2)
    assert lines[1].endswith(f"--out runs/{refit} --refit runs/{best} --resume")


@pytest.mark.parametrize(("minutes", "runs"), [(1, 1), (4, 1), (5, 2), (7, 3)])
def test_nothing_is_begun_that_would_not_end_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, minutes: float, runs: int
) -> None:
    assert len(trained(tmp_path, monkeypatch, minutes=minutes)) == runs
