"""From a trained Keras network to the LiteRT file that web processes read, parity checked."""

from pathlib import Path

import keras
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from ml import networks
from ml.training import probabilities

TOLERANCE = 1e-4  # of a probability
CHECKED = 64  # faces


class ExportError(RuntimeError):
    """The exported file does not do what the trained network does."""


def deployable(trained: keras.Model, architecture: str, temperature: float) -> keras.Model:
    """Return the same network in float32 with its temperature inside.

    One that was trained in mixed precision would need operators that LiteRT lacks.
    """
    network = networks.build(architecture, temperature=temperature)
    network.set_weights(trained.get_weights())
    return network


def export(network: keras.Model, path: Path, faces: NDArray[np.uint8]) -> None:
    """Write `network` as a LiteRT file that answers one face a call.

    Args:
        faces: n × 48 × 48 grey values to compare both on.

    Raises:
        ExportError: when the file needs more than builtin operators or answers otherwise.
    """
    aside = path.with_name(f"aside-{path.name}")
    try:
        network.export(
            str(aside),
            format="litert",
            input_signature=[keras.InputSpec(shape=(1, *networks.INPUT_SHAPE), dtype="float32")],
            verbose=False,
        )
        check(aside, network, faces[:CHECKED])
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def check(path: Path, network: keras.Model, faces: NDArray[np.uint8]) -> None:
    """Compare a file with its network on the light runtime.

    Raises:
        ExportError: when they differ by more than the tolerance, or the runtime refuses the file.
    """
    try:
        interpreter = Interpreter(model_path=str(path))
        interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise ExportError(f"{path}: needs more than builtin operators ({error}).") from error
    (source,), (target, *others) = interpreter.get_input_details(), interpreter.get_output_details()
    if source["shape"].tolist() != [1, *networks.INPUT_SHAPE] or others:
        raise ExportError(f"{path}: expected one face in and one output, found {source['shape']}.")
    answers = []
    for face in faces:
        interpreter.set_tensor(source["index"], face[None, ..., None].astype(np.float32))
        interpreter.invoke()
        answers.append(interpreter.get_tensor(target["index"])[0])
    difference = float(np.abs(np.stack(answers) - probabilities(network, faces)).max())
    if difference > TOLERANCE:
        raise ExportError(f"{path}: differs from the network by {difference:.2g}.")
