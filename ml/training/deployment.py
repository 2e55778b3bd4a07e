"""Deployable networks: a trained one with calibration and mirroring built in."""

import tempfile
from collections.abc import Mapping

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from ml.emotions import EMOTIONS
from ml.inference.card import ModelFileError
from ml.training.architectures import INPUT_SHAPE, build
from ml.training.failures import first_line
from ml.training.pooling import SMALLEST_PROBABILITY, Pooling

BATCH_SIZE = 64
SHOWN = "shown"
"""The output that is pooled from both that were trained."""


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
        outputs[name] = layers.Softmax(name=name)(log(mean) / temperatures[name])
    return keras.Model(faces, outputs, name=architecture)


def log(probabilities: keras.KerasTensor) -> keras.KerasTensor:
    return keras.ops.log(keras.ops.maximum(probabilities, SMALLEST_PROBABILITY))


def with_shown(network: keras.Model, pooling: Pooling) -> keras.Model:
    """Return a deployable network with an output that pools `crowd` and `folder`.

    An output `shown` that it has already is replaced.
    """
    outputs = dict(zip(network.output_names, network.outputs, strict=True))
    outputs[SHOWN] = pooling_network(pooling)([outputs["crowd"], outputs["folder"]])
    return keras.Model(network.inputs[0], outputs, name=network.name)


def pooling_network(pooling: Pooling) -> keras.Model:
    """Return a network that computes `Pooling.pool` from the probabilities of both outputs."""
    crowd, folder = (layers.Input((len(EMOTIONS),)) for _ in range(2))
    weight, scale = pooling.crowd_weight, 1 / pooling.temperature
    mean = weight * log(crowd) + (1 - weight) * log(folder)
    logits = layers.Rescaling(scale, offset=(scale * pooling.offsets).tolist())(mean)
    return keras.Model([crowd, folder], layers.Softmax()(logits), name=SHOWN)


def load_deployable(content: bytes) -> keras.Model:
    """Load a deployable network from the content of a `.keras` file.

    The content has to be verified; layers with code of their own are refused all the same.

    Raises:
        ModelFileError: when it is damaged, or another version of Keras wrote it.
    """
    with tempfile.NamedTemporaryFile(suffix=".keras") as file:
        file.write(content)
        file.flush()
        try:
            return keras.models.load_model(file.name, compile=False, safe_mode=True)
        except Exception as error:  # Keras raises almost anything for files that do not fit.
            raise ModelFileError(
                f"Expected a network that Keras {keras.__version__} can read ({first_line(error)})."
            ) from error


def load_trained(content: bytes) -> keras.Model:
    """Load the trained network inside a deployable one, in float32.

    Args:
        content: see `load_deployable`.

    Raises:
        ModelFileError: see `load_deployable`; also when there is no trained network inside.
    """
    network = load_deployable(content)
    try:
        return network.get_layer(network.name)
    except ValueError as error:
        raise ModelFileError(
            f"Expected a network that train_emotion wrote ({first_line(error)})."
        ) from error


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
