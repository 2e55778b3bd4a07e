"""A network that is built and learns in a moment, for tests of everything around the network."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import tensorflow as tf
from keras import layers

from ml.training.architectures import ARCHITECTURES, convolution
from ml.training.config import TrainingConfig


def tiny(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Return some features; every kind of layer of the real networks is in it."""
    features = layers.MaxPooling2D(4)(pixels)
    features = layers.Activation("relu")(convolution(features, 16))
    change = layers.Activation("relu")(convolution(features, 16))
    features = layers.Add()([features, change])
    return layers.Dropout(0.1)(layers.Flatten()(layers.MaxPooling2D(2)(features)))


TINY = "tiny"
ARCHITECTURES[TINY] = tiny

SHORT = TrainingConfig(
    architecture=TINY,
    epochs=2,
    batch_size=8,
    optimizer="sgd",
    schedule="cosine",
    learning_rate=0.02,
    mixup=0.2,
    weight_decay=0.005,
)
"""A training run of a few batches that uses most of what a run can."""


@contextmanager
def running_eagerly() -> Iterator[None]:
    """Run networks without tracing graphs, which takes longer than learning a few batches does."""
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)
