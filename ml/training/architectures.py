"""Network architectures by name, in pure Keras 3, with everything that they need inside.

Every network takes n × 48 × 48 × 1 grey values from 0 to 255 and answers with seven probabilities
in the order of `ml.emotions.EMOTIONS` at each of its outputs: `folder`, what the dataset's folder
would say, and `crowd`, what most people would say, for a network trained with votes.
"""

import tempfile
from collections.abc import Callable, Collection, Mapping

import keras
from keras import layers

from ml.data.faces import FACE_SIDE
from ml.emotions import EMOTIONS

INPUT_SHAPE = (FACE_SIDE, FACE_SIDE, 1)


def convolution(features: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    """Return features after a 3 × 3 convolution and batch normalisation."""
    features = layers.Conv2D(filters, 3, padding="same", use_bias=False)(features)
    return layers.BatchNormalization()(features)


def sequential(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Return the features of the baseline: convolutions, pooling, dropout, a dense layer.

    It grows from the VGG networks (Simonyan and Zisserman 2015) with batch normalisation (Ioffe
    and Szegedy 2015); 1.8 million parameters.
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
    """Return the features of a small residual network; 1.4 million parameters.

    After each halving of the picture a wider convolution and a residual block (He et al. 2016);
    then global average pooling.
    """
    features = layers.Activation("relu")(convolution(pixels, 32))
    for filters in (64, 128, 192):
        features = layers.MaxPooling2D()(features)
        features = layers.Activation("relu")(convolution(features, filters))
        change = layers.Activation("relu")(convolution(features, filters))
        change = layers.Add()([features, convolution(change, filters)])
        features = layers.Activation("relu")(change)
    return layers.Dropout(0.3)(layers.GlobalAveragePooling2D()(features))


ARCHITECTURES: dict[str, Callable[[keras.KerasTensor], keras.KerasTensor]] = {
    "sequential": sequential,
    "residual": residual,
}


def build(
    architecture: str,
    outputs: Collection[str] = ("folder",),
    *,
    augmentation: keras.layers.Layer | None = None,
) -> keras.Model:
    """Return an untrained network that answers with a dict of n × 7 probabilities by output.

    Args:
        architecture: a name among `ARCHITECTURES`.
        outputs: their names.
        augmentation: what changes the faces while the network trains.

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
    answers = {}
    for name in sorted(outputs):
        logits = layers.Dense(len(EMOTIONS), name=f"{name}_logits")(features)
        answers[name] = layers.Softmax(dtype="float32", name=name)(logits)
    return keras.Model(faces, answers, name=architecture)


def deployed_network(content: bytes) -> keras.Model:
    """Return a deployable network that was saved.

    Args:
        content: of a `.keras` file that is vouched for; layers with code of their own are refused.
    """
    with tempfile.NamedTemporaryFile(suffix=".keras") as file:
        file.write(content)
        file.flush()
        return keras.models.load_model(file.name, compile=False, safe_mode=True)


def trained_network(content: bytes) -> keras.Model:
    """Return the network inside a deployable one as it was trained, in float32.

    Args:
        content: of a `.keras` file that is vouched for.
    """
    deployed = deployed_network(content)
    return deployed.get_layer(deployed.name)


def deployable(
    architecture: str, trained: keras.Model, temperatures: Mapping[str, float]
) -> keras.Model:
    """Return a trained network as people get it: in float32, calibrated, without augmentation.

    Its answer is the mean over the face and its mirror image, made less (temperature above 1) or
    more sure of itself. A network that was trained in mixed precision as it is would need
    operators that LiteRT lacks.

    Args:
        architecture: which one was trained.
        temperatures: of each output (Guo et al. 2017).
    """
    network = build(architecture, temperatures)
    network.set_weights(trained.get_weights())
    faces = layers.Input(INPUT_SHAPE)
    both = keras.ops.concatenate([faces, keras.ops.flip(faces, axis=2)])
    answers = {}
    for name, shares in network(both).items():
        mean = keras.ops.mean(keras.ops.reshape(shares, (2, -1, len(EMOTIONS))), axis=0)
        logits = keras.ops.log(keras.ops.maximum(mean, 1e-7)) / temperatures[name]
        answers[name] = layers.Softmax(name=name)(logits)
    return keras.Model(faces, answers, name=architecture)
