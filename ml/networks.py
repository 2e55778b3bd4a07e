"""Network architectures by name, in pure Keras 3, with everything that they need inside.

Every network takes n × 48 × 48 × 1 grey values from 0 to 255 and answers with seven probabilities
in the order of `ml.emotions.EMOTIONS`, in the output `folder`.
"""

from collections.abc import Callable

import keras
from keras import layers

from ml.emotions import EMOTIONS

INPUT_SHAPE = (48, 48, 1)


def convolutions(filters: int, dropout: float) -> list[keras.layers.Layer]:
    """Return two normalised convolutions with ReLU, a halving of the picture, and dropout."""
    block: list[keras.layers.Layer] = []
    for _ in range(2):
        block += [
            layers.Conv2D(filters, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
        ]
    return [*block, layers.MaxPooling2D(), layers.Dropout(dropout)]


def sequential(temperature: float) -> keras.Model:
    """Return the baseline: convolutions, pooling, dropout, two fully connected layers, softmax.

    It grows from the VGG networks (Simonyan and Zisserman 2015) with batch normalisation (Ioffe
    and Szegedy 2015); 1.8 million parameters.
    """
    return keras.Sequential(
        [
            layers.Input(INPUT_SHAPE),
            layers.Rescaling(1 / 127.5, offset=-1),
            *convolutions(32, 0.1),
            *convolutions(64, 0.15),
            *convolutions(128, 0.2),
            *convolutions(256, 0.25),
            layers.Flatten(),
            layers.Dense(256, use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Dropout(0.5),
            layers.Dense(len(EMOTIONS)),
            layers.Rescaling(1 / temperature, dtype="float32"),
            layers.Activation("softmax", dtype="float32", name="folder"),
        ],
        name="sequential",
    )


ARCHITECTURES: dict[str, Callable[[float], keras.Model]] = {"sequential": sequential}


def build(architecture: str, *, temperature: float = 1.0) -> keras.Model:
    """Return an untrained network.

    Args:
        architecture: a name among `ARCHITECTURES`.
        temperature: what the logits are divided by before the softmax (Guo et al. 2017); above 1
            makes the network less sure of itself and changes no answer.

    Raises:
        ValueError: when there is no such architecture.
    """
    if architecture not in ARCHITECTURES:
        raise ValueError(
            f"architecture: expected one of {', '.join(ARCHITECTURES)}, received {architecture}."
        )
    return ARCHITECTURES[architecture](temperature)
