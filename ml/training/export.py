"""Exporting a Keras network to the LiteRT file that web processes load."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ml.data.faces import FACE_SIDE
from ml.inference.card import Card, ModelFileError
from ml.inference.predictor import Predictor
from ml.training import architectures
from ml.training.deployment import predict

TOLERANCE = 1e-4  # of a probability in float32
FACES_COMPARED = 64
MAX_ACCURACY_LOSS = 0.002  # for a smaller file

PRECISIONS: dict[str, dict[str, Any]] = {
    "float32": {},
    "float16": {
        "optimizations": [tf.lite.Optimize.DEFAULT],
        "target_spec": {"supported_types": [tf.float16]},
    },
    "int8": {"optimizations": [tf.lite.Optimize.DEFAULT]},
}
"""What weights are stored as, with the converter's options; `int8` quantizes activations
dynamically, face by face."""


class ExportError(RuntimeError):
    """The exported file does not predict what the network predicts."""


def export(network: keras.Model, path: Path, precision: str) -> None:
    """Export to a LiteRT file that takes one face a call and needs only builtin operators."""
    options = dict(PRECISIONS[precision])
    target = {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS], **options.pop("target_spec", {})}
    network.export(
        str(path),
        format="litert",
        input_signature=[keras.InputSpec(shape=(1, *architectures.INPUT_SHAPE), dtype="float32")],
        verbose=False,
        target_spec=target,
        **options,
    )


def predict_litert(path: Path, faces: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """Return n × 7 probabilities of every output, computed as in a web process.

    Raises:
        ExportError: when the LiteRT runtime refuses the file.
    """
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    predictor = Predictor(content, Card(path.name, sha256, FACE_SIDE, 0, "folder", 0, {}))
    try:
        return predictor.predict_outputs(faces)
    except (ModelFileError, RuntimeError, ValueError) as error:
        raise ExportError(f"{path}: needs more than builtin operators ({error}).") from error


def compare(path: Path, network: keras.Model, faces: NDArray[np.uint8]) -> None:
    """Compare the predictions of a float32 file with those of its network.

    Raises:
        ExportError: when a probability differs by more than the tolerance, or the LiteRT runtime
            refuses the file.
    """
    faces = faces[:FACES_COMPARED]
    received, expected = predict_litert(path, faces), predict(network, faces)
    if received.keys() != expected.keys():
        raise ExportError(f"{path}: expected the outputs {[*expected]}, received {[*received]}.")
    difference = max(float(np.abs(received[name] - expected[name]).max()) for name in expected)
    if difference > TOLERANCE:
        raise ExportError(f"{path}: differs from the network by {difference:.2g}.")


def export_as(network: keras.Model, path: Path, precision: str, faces: NDArray[np.uint8]) -> None:
    """Export in one precision, after a comparison in float32.

    Args:
        faces: n × 48 × 48 grey values to compare on.

    Raises:
        ExportError: when the float32 file needs more than builtin operators or predicts something
            else.
    """
    temporary = path.with_name(f"{path.stem}-{precision}{path.suffix}")
    try:
        export(network, temporary, "float32")
        compare(temporary, network, faces)
        export(network, temporary, precision)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def export_smallest(
    network: keras.Model,
    path: Path,
    faces: NDArray[np.uint8],
    labels: Mapping[str, NDArray[np.int64]],
) -> dict[str, dict[str, Any]]:
    """Export in the precision with the smallest file that is accurate enough.

    No output may lose more than 0.2 points of its accuracy in float32.

    Args:
        faces: n × 48 × 48 grey values to measure on.
        labels: n true indices for each output; -1 where unknown.

    Returns:
        For each precision its file's size in bytes, the accuracy of each output, and whether it
        ships.

    Raises:
        ExportError: when the float32 file needs more than builtin operators or predicts something
            else.
    """
    files = {
        precision: path.with_name(f"{path.stem}-{precision}{path.suffix}")
        for precision in PRECISIONS
    }
    try:
        report: dict[str, dict[str, Any]] = {}
        for precision, file in files.items():
            export(network, file, precision)
            if precision == "float32":
                compare(file, network, faces)
            probabilities = predict_litert(file, faces)
            report[precision] = {
                "bytes": file.stat().st_size,
                "accuracy": {name: accuracy(probabilities[name], labels[name]) for name in labels},
            }
        smallest = min(accurate_enough(report), key=lambda precision: report[precision]["bytes"])
        for precision, facts in report.items():
            facts["ships"] = precision == smallest
        files[smallest].replace(path)
        return report
    finally:
        for file in files.values():
            file.unlink(missing_ok=True)


def accurate_enough(report: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the precisions whose outputs are all about as accurate as in float32."""
    reference = report["float32"]["accuracy"]
    return [
        precision
        for precision, facts in report.items()
        if all(facts["accuracy"][name] >= reference[name] - MAX_ACCURACY_LOSS for name in reference)
    ]


def accuracy(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Return the accuracy on faces whose label is known."""
    known = labels >= 0
    return float((probabilities[known].argmax(axis=1) == labels[known]).mean())
