"""Networks have the shape that was asked for, and people get them calibrated in float32."""

from pathlib import Path

import keras
import numpy as np
import pytest

from ml.training.architectures import ARCHITECTURES, build, deployable
from ml.training.fitting import probabilities
from tests.ml import faces

pytestmark = pytest.mark.xdist_group("training")
BOTH = ("folder", "crowd")


def test_the_baseline_has_the_layers_that_were_asked_for() -> None:
    network = build("sequential")
    layers = [*network.get_layer("sequential").layers, *network.layers]
    kinds = [type(layer).__name__ for layer in layers]
    for kind in ("Conv2D", "MaxPooling2D", "Dropout", "Flatten", "Softmax"):
        assert kind in kinds
    assert kinds.count("Dense") == 2
    assert {layer.padding for layer in layers if isinstance(layer, keras.layers.Conv2D)} == {"same"}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_output_is_seven_shares_of_one(architecture: str) -> None:
    shares = probabilities(build(architecture, BOTH), faces.dataset(train=1).images)
    assert shares.keys() == {"folder", "crowd"}
    for output in shares.values():
        assert output.shape[1] == 7
        assert np.allclose(output.sum(axis=1), 1, atol=1e-5)


def test_an_unknown_architecture_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        ValueError, match=r"expected one of sequential, residual.*, received resnet"
    ):
        build("resnet")


def test_people_get_the_mean_over_a_face_and_its_mirror_image() -> None:
    images = faces.dataset(train=1, validation=0, test=0).images
    trained = build("residual", BOTH)
    network = deployable("residual", trained, {"folder": 1.0, "crowd": 1.0})
    plain, mirrored = probabilities(trained, images), probabilities(trained, images[:, :, ::-1])
    for output, shares in probabilities(network, images).items():
        assert np.allclose(shares, (plain[output] + mirrored[output]) / 2, atol=1e-5)
    again = probabilities(network, images[:, :, ::-1])
    assert np.allclose(again["folder"], probabilities(network, images)["folder"], atol=1e-5)


def test_a_temperature_changes_how_sure_an_output_is_and_not_what_it_answers() -> None:
    images = faces.dataset(train=2, validation=0, test=0).images
    trained = build("residual", BOTH)
    cold = probabilities(deployable("residual", trained, {"folder": 0.2, "crowd": 1.0}), images)
    warm = probabilities(deployable("residual", trained, {"folder": 1.0, "crowd": 1.0}), images)
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
    assert np.array_equal(
        probabilities(loaded, images)["folder"], probabilities(network, images)["folder"]
    )
