"""Networks are deployed calibrated, in float32, averaged over a face and its mirror image."""

from pathlib import Path

import keras
import numpy as np
import pytest

from ml.training.architectures import build
from ml.training.deployment import SHOWN, deployable, predict, with_shown
from ml.training.pooling import Pooling
from tests.ml import faces
from tests.ml.tiny import TINY

pytestmark = pytest.mark.xdist_group("training")
BOTH = ("folder", "crowd")


def test_people_get_the_mean_over_a_face_and_its_mirror_image() -> None:
    images = faces.dataset(train=1, validation=0, test=0).images
    trained = build("residual", BOTH)
    network = deployable("residual", trained, {"folder": 1.0, "crowd": 1.0})
    plain, mirrored = predict(trained, images), predict(trained, images[:, :, ::-1])
    for output, shares in predict(network, images).items():
        assert np.allclose(shares, (plain[output] + mirrored[output]) / 2, atol=1e-5)
    again = predict(network, images[:, :, ::-1])
    assert np.allclose(again["folder"], predict(network, images)["folder"], atol=1e-5)


def test_a_temperature_changes_how_sure_an_output_is_and_not_what_it_answers() -> None:
    images = faces.dataset(train=2, validation=0, test=0).images
    trained = build("residual", BOTH)
    cold = predict(deployable("residual", trained, {"folder": 0.2, "crowd": 1.0}), images)
    warm = predict(deployable("residual", trained, {"folder": 1.0, "crowd": 1.0}), images)
    assert (cold["folder"].argmax(axis=1) == warm["folder"].argmax(axis=1)).all()
    assert (cold["folder"].max(axis=1) > warm["folder"].max(axis=1)).all()
    assert np.allclose(cold["crowd"], warm["crowd"], atol=1e-6)


def test_a_network_that_learned_in_mixed_precision_is_deployed_in_float32(tmp_path: Path) -> None:
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        trained = build("residual")
    finally:
        keras.mixed_precision.set_global_policy("float32")
    network = deployable("residual", trained, {"folder": 1.0})
    kinds = {layer.dtype_policy.name for layer in network.get_layer("residual").layers}
    assert kinds == {"float32"}
    network.save(tmp_path / "network.keras")
    images = faces.dataset(train=1, validation=0, test=0).images
    loaded = keras.models.load_model(tmp_path / "network.keras")
    assert np.array_equal(predict(loaded, images)["folder"], predict(network, images)["folder"])


def test_an_output_that_pools_both_is_added_and_replaced(tmp_path: Path) -> None:
    images = faces.dataset(train=1, validation=0, test=0).images
    network = deployable(TINY, build(TINY, BOTH), {"folder": 0.2, "crowd": 0.3})
    for number, pooling in enumerate(
        [Pooling(0.7, 0.6, 1.3, (1 / 14,) * 6 + (8 / 14,)), Pooling(0.2, 1.0, 0.8, (1 / 7,) * 7)]
    ):
        with_shown(network, pooling).save(tmp_path / f"{number}.keras")
        network = keras.models.load_model(tmp_path / f"{number}.keras")
        outputs = predict(network, images)
        assert sorted(outputs) == ["crowd", "folder", SHOWN]
        expected = pooling.pool(outputs["crowd"], outputs["folder"])
        assert np.allclose(outputs[SHOWN], expected, atol=1e-5)
