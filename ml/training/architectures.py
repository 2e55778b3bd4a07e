"""Network architectures by name, in pure Keras 3.

Every network takes n × 48 × 48 × 1 grey values from 0 to 255, which it rescales itself, and returns
seven probabilities in the order of `ml.emotions.EMOTIONS` at each of its outputs: `folder` predicts
the dataset's label, and `crowd`, of networks trained with votes, the emotion that most people see.
"""

from collections.abc import Callable, Collection, Iterable

import keras
from keras import layers

from ml.data.faces import FACE_SIDE
from ml.emotions import EMOTIONS

INPUT_SHAPE = (FACE_SIDE, FACE_SIDE, 1)


def convolution(features: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    """Apply a 3 × 3 convolution and batch normalisation."""
    features = layers.Conv2D(filters, 3, padding="same", use_bias=False)(features)
    return layers.BatchNormalization()(features)


def sequential(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Return the features of the baseline: convolutions, pooling, dropout, a dense layer.

    It follows the VGG networks (Simonyan and Zisserman 2015), with batch normalisation (Ioffe and
    Szegedy 2015). With its outputs it has 1.8 million parameters.
    """
    trunk = keras.Sequential(name="sequential")
    for filters, dropout in ((32, 0.1), (64, 0.15), (128, 0.2), (256, 0.25)):
        for _ in range(2):
            trunk.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
            trunk.add(layers.BatchNormalization())
            trunk.add(layers.Activation("relu"))
        trunk.add(layers.MaxPooling2D())
        trunk.add(layers.Dropout(dropout))
    trunk.add(layers.Flatten())
    trunk.add(layers.Dense(256, use_bias=False))
    trunk.add(layers.BatchNormalization())
    trunk.add(layers.Activation("relu"))
    trunk.add(layers.Dropout(0.5))
    return trunk(pixels)


def residual(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Return the features of a small residual network; with its outputs 1.4 million parameters."""
    return residual_stages(pixels, ((64, 1), (128, 1), (192, 1)))


def residual_deep(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Return the features of a deeper residual network; with its outputs 2.8 million parameters."""
    return residual_stages(pixels, ((64, 1), (128, 2), (224, 2)))


def residual_stages(
    pixels: keras.KerasTensor, stages: Iterable[tuple[int, int]]
) -> keras.KerasTensor:
    """Return the features of a residual network (He et al. 2016).

    Each stage is a pooling, a wider convolution and residual blocks; global average pooling follows
    the last one.

    Args:
        stages: number of filters and of residual blocks of each stage.
    """
    features = layers.Activation("relu")(convolution(pixels, 32))
    for filters, blocks in stages:
        features = layers.MaxPooling2D()(features)
        features = layers.Activation("relu")(convolution(features, filters))
        for _ in range(blocks):
            change = layers.Activation("relu")(convolution(features, filters))
            change = layers.Add()([features, convolution(change, filters)])
            features = layers.Activation("relu")(change)
    return layers.Dropout(0.3)(layers.GlobalAveragePooling2D()(features))


ARCHITECTURES: dict[str, Callable[[keras.KerasTensor], keras.KerasTensor]] = {
    "sequential": sequential,
    "residual": residual,
    "residual_deep": residual_deep,
}


def build(
    architecture: str,
    output_names: Collection[str] = ("folder",),
    *,
    augmentation: keras.layers.Layer | None = None,
) -> keras.Model:
    """Return an untrained network whose output is a dict of n × 7 probabilities by output name.

    Args:
        architecture: a name among `ARCHITECTURES`.
        augmentation: a layer that changes the faces in training.

    Raises:
        ValueError: when there is no such architecture.
    """
    if architecture not in ARCHITECTURES:
        raise ValueError(
            f"architecture: expected one of {', '.join(ARCHITECTURES)}, received {architecture}."
        )
    faces = layers.Input(INPUT_SHAPE)
    pixels = augmentation(faces) if augmentation else faces
    features = ARCHITECTURES[architecture](layers.Rescaling(1 / 127.5, offset=-1)(pixels))
    outputs = {}
    for name in sorted(output_names):
        logits = layers.Dense(len(EMOTIONS), name=f"{name}_logits")(features)
        outputs[name] = layers.Softmax(dtype="float32", name=name)(logits)
    return keras.Model(faces, outputs, name=architecture)
