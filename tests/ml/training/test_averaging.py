"""Averaged weights are what is saved, with statistics of their own."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from ml.training import fitting
from ml.training.averaging import reestimate_batch_norm
from ml.training.batches import Batches
from tests.ml import faces
from tests.ml.tiny import SHORT

pytestmark = pytest.mark.xdist_group("training")


def test_the_statistics_are_those_of_training_faces_and_nothing_else_changes() -> None:
    data = faces.dataset(train=10, validation=0, test=0)
    image = keras.Input((48, 48, 1))
    norm = keras.layers.BatchNormalization(center=False, scale=False)
    network = keras.Model(image, keras.Sequential([norm])(image))
    batches = Batches(data, ("folder",), batch_size=10, seed=1)
    reestimate_batch_norm(network, batches)
    shown = [batches[index][0].astype(np.float64) for index in range(len(batches))]
    assert float(norm.moving_mean[0]) == pytest.approx(np.mean(shown), rel=1e-4)
    variance = np.mean([batch.var() for batch in shown])
    assert float(norm.moving_variance[0]) == pytest.approx(variance, rel=1e-3)
    assert norm.momentum == 0.99


@pytest.mark.usefixtures("eager")
def test_an_average_moves_less_than_the_weights(tmp_path: Path) -> None:
    data = faces.dataset(train=10, validation=4, test=0)
    keras.utils.set_random_seed(SHORT.seed)
    initial = fitting.compiled_network(SHORT, data.split("train")).trainable_variables
    distances = []
    for average in (0.0, 0.99):
        folder = tmp_path / str(average)
        config = replace(SHORT, epochs=1, average=average)
        fitting.train(data, config, folder, log=lambda line: None)
        saved = keras.models.load_model(folder / "best.keras").trainable_variables
        distances.append(
            sum(
                float(np.sum((np.asarray(after) - np.asarray(before)) ** 2))
                for before, after in zip(initial, saved, strict=True)
            )
        )
    weights, averaged = distances
    assert 0 < averaged < weights / 2
