"""Networks have the shape that was asked for."""

import keras
import numpy as np
import pytest

from ml.training.architectures import ARCHITECTURES, build
from ml.training.deployment import predict
from tests.ml import faces

pytestmark = pytest.mark.xdist_group("training")


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
    shares = predict(build(architecture, ("folder", "crowd")), faces.dataset(train=1).images)
    assert shares.keys() == {"folder", "crowd"}
    for output in shares.values():
        assert output.shape[1] == 7
        assert np.allclose(output.sum(axis=1), 1, atol=1e-5)


def test_the_deep_network_has_the_weights_that_the_lab_book_tells() -> None:
    assert build("residual_deep", ("folder", "crowd")).count_params() == pytest.approx(
        2.83e6, rel=0.01
    )


def test_an_unknown_architecture_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        ValueError, match=r"expected one of sequential, residual.*, received resnet"
    ):
        build("resnet")
