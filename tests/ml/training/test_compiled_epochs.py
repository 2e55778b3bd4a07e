"""Epochs in one compiled call on JAX learn what Keras's own loop learns."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.xdist_group("training"), pytest.mark.slow]
ROOT = Path(__file__).parents[3]

CODE = """
import sys
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np

from ml.training import fitting
from ml.training.callbacks import Reseed
from ml.training.compiled_epochs import compile_epochs
from tests.ml import faces
from tests.ml.training.test_fitting import COSINE

folder = Path(sys.argv[1])
jax.config.update("jax_compilation_cache_dir", str(folder / "cache"))
fitting.dtype_policy = lambda: "float32"  # to compare closely
data = faces.dataset(train=10, validation=3, test=0)
votes = np.zeros((len(data), 10), np.uint8)
votes[::2, 3], votes[1::2, 4] = 8, 7
data = replace(data, votes=votes)
config = replace(COSINE, epochs=3, degrade=0.5, class_weight_cap=2.0, checkpoint_every=2)


def train(name, **options):
    trained = fitting.train(data, config, folder / name, log=lambda _: None, **options)
    return [np.asarray(weights) for weights in trained.get_weights()]


plain = train("plain")
compiled = train("compiled", compile_epochs=compile_epochs)
print("apart", max(float(np.abs(a - b).max()) for a, b in zip(plain, compiled)))


def interrupt(callback, epoch, logs=None):
    if epoch == 2:
        raise KeyboardInterrupt


Reseed.on_epoch_end = interrupt
try:
    train("parted", compile_epochs=compile_epochs)
except KeyboardInterrupt:
    del Reseed.on_epoch_end
resumed = train("parted", resume=True, compile_epochs=compile_epochs)
print("resumed", all(np.array_equal(a, b) for a, b in zip(compiled, resumed)))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three runs of the same settings: plain, compiled, and compiled but interrupted."""
    folder = tmp_path_factory.mktemp("runs")
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(folder)],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (folder / "output").write_text(done.stdout)
    return folder


def output(folder: Path) -> dict[str, str]:
    lines = (folder / "output").read_text().splitlines()
    return dict(line.split(" ", 1) for line in lines)


def rows(folder: Path, run: str) -> list[dict[str, str]]:
    with (folder / run / "log.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_metrics_and_weights_are_those_of_the_plain_loop(folder: Path) -> None:
    plain, compiled = rows(folder, "plain"), rows(folder, "compiled")
    assert len(plain) == len(compiled) == 3
    for ours, theirs in zip(compiled, plain, strict=True):
        assert ours.keys() == theirs.keys()
        for name in theirs:
            assert float(ours[name]) == pytest.approx(float(theirs[name]), abs=1e-3), name
    assert float(output(folder)["apart"]) < 1e-3


def test_an_interrupted_run_resumes_from_its_last_checkpoint(folder: Path) -> None:
    assert output(folder)["resumed"] == "True"
    assert rows(folder, "parted") == rows(folder, "compiled")
    assert [path.name for path in (folder / "parted").glob("epoch-*.keras")] == ["epoch-003.keras"]
