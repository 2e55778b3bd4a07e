"""Deployable networks: a trained one with calibration and mirroring built in."""

import tempfile
from collections.abc import Mapping

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from ml.emotions import EMOTIONS
from ml.training.architectures import INPUT_SHAPE, build

BATCH_SIZE = 64


def deployable(
    architecture: str, trained: keras.Model, temperatures: Mapping[str, float]
) -> keras.Model:
    """Return a trained network as it is deployed: in float32, calibrated, without augmentation.

    It averages the probabilities of a face and its mirror image and divides their logarithms by the
    temperature. The network is rebuilt in float32, because one trained in mixed precision would
    need operators that LiteRT lacks.

    Args:
        architecture: of the trained network.
        temperatures: by output (Guo et al. 2017); above 1 they lower the confidence.
    """
    network = build(architecture, temperatures)
    network.set_weights(trained.get_weights())
    faces = layers.Input(INPUT_SHAPE)
    both = keras.ops.concatenate([faces, keras.ops.flip(faces, axis=2)])
    outputs = {}
    for name, probabilities in network(both).items():
        pairs = keras.ops.reshape(probabilities, (2, -1, len(EMOTIONS)))
        mean = keras.ops.mean(pairs, axis=0)
        logits = keras.ops.log(keras.ops.maximum(mean, 1e-7)) / temperatures[name]
        outputs[name] = layers.Softmax(name=name)(logits)
    return keras.Model(faces, outputs, name=architecture)


def load_deployable(content: bytes) -> keras.Model:
    """Load a deployable network from the content of a `.keras` file.

    The content has to be verified; layers with code of their own are refused all the same.
    """
    with tempfile.NamedTemporaryFile(suffix=".keras") as file:
        file.write(content)
        file.flush()
        return keras.models.load_model(file.name, compile=False, safe_mode=True)


def load_trained(content: bytes) -> keras.Model:
    """Load the trained network inside a deployable one, in float32.

    Args:
        content: see `load_deployable`.
    """
    network = load_deployable(content)
    return network.get_layer(network.name)


def predict(network: keras.Model, images: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """Return n × 7 probabilities of every output for n × 48 × 48 grey values."""
    batches = [
        network(images[start : start + BATCH_SIZE, ..., None].astype(np.float32))
        for start in range(0, len(images), BATCH_SIZE)
    ]
    return {
        name: np.concatenate([keras.ops.convert_to_numpy(batch[name]) for batch in batches])
        for name in network.output_names
    }
