"""From a trained Keras network to the LiteRT file that web processes read."""

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
from ml.training.fitting import probabilities

TOLERANCE = 1e-4  # of a probability, in float32
CHECKED = 64  # faces
MAY_COST = 0.002  # of the accuracy, so that a smaller form ships

FORMS: dict[str, dict[str, Any]] = {
    "float32": {},
    "float16": {
        "optimizations": [tf.lite.Optimize.DEFAULT],
        "target_spec": {"supported_types": [tf.float16]},
    },
    "int8": {"optimizations": [tf.lite.Optimize.DEFAULT]},
}
"""What its weights are stored as; `int8` computes its activations' range face by face."""


class ExportError(RuntimeError):
    """The exported file does not do what the trained network does."""


def export(network: keras.Model, path: Path, form: str) -> None:
    """Write `network` as a LiteRT file that answers one face a call with builtin operators."""
    options = dict(FORMS[form])
    target = {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS], **options.pop("target_spec", {})}
    network.export(
        str(path),
        format="litert",
        input_signature=[keras.InputSpec(shape=(1, *architectures.INPUT_SHAPE), dtype="float32")],
        verbose=False,
        target_spec=target,
        **options,
    )


def answers(path: Path, faces: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """Return n × 7 probabilities of every output, computed as web processes do.

    Raises:
        ExportError: when the light runtime refuses the file.
    """
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    predictor = Predictor(content, Card(path.name, sha256, FACE_SIDE, 0, "folder", 0, {}))
    try:
        return predictor.predict_outputs(faces)
    except (ModelFileError, RuntimeError, ValueError) as error:
        raise ExportError(f"{path}: needs more than builtin operators ({error}).") from error


def check(path: Path, network: keras.Model, faces: NDArray[np.uint8]) -> None:
    """Compare a float32 file with its network.

    Raises:
        ExportError: when an answer differs by more than the tolerance, or the runtime refuses the
            file.
    """
    told, expected = answers(path, faces[:CHECKED]), probabilities(network, faces[:CHECKED])
    if told.keys() != expected.keys():
        raise ExportError(f"{path}: expected the outputs {[*expected]}, received {[*told]}.")
    difference = max(float(np.abs(told[name] - expected[name]).max()) for name in expected)
    if difference > TOLERANCE:
        raise ExportError(f"{path}: differs from the network by {difference:.2g}.")


def export_as(network: keras.Model, path: Path, form: str, faces: NDArray[np.uint8]) -> None:
    """Write one form, once the float32 file is known to answer as the network does.

    Args:
        faces: n × 48 × 48 grey values to compare on.

    Raises:
        ExportError: when the float32 file needs more than builtin operators or answers otherwise.
    """
    aside = path.with_name(f"{path.stem}-{form}{path.suffix}")
    try:
        export(network, aside, "float32")
        check(aside, network, faces)
        export(network, aside, form)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def export_smallest(
    network: keras.Model,
    path: Path,
    faces: NDArray[np.uint8],
    labels: Mapping[str, NDArray[np.int64]],
) -> dict[str, dict[str, Any]]:
    """Write the smallest form that costs no output more than 0.2 points of its accuracy.

    Args:
        faces: n × 48 × 48 grey values to measure on.
        labels: n true indices for each output; -1 where unknown.

    Returns:
        For each form its size in bytes, the accuracy of each output, and whether it ships.

    Raises:
        ExportError: when the float32 file needs more than builtin operators or answers otherwise.
    """
    files = {form: path.with_name(f"{path.stem}-{form}{path.suffix}") for form in FORMS}
    try:
        report: dict[str, dict[str, Any]] = {}
        for form, file in files.items():
            export(network, file, form)
            if form == "float32":
                check(file, network, faces)
            told = answers(file, faces)
            report[form] = {
                "bytes": file.stat().st_size,
                "accuracy": {name: accuracy(told[name], labels[name]) for name in labels},
            }
        full = report["float32"]["accuracy"]
        fitting = [
            form
            for form, facts in report.items()
            if all(facts["accuracy"][name] >= full[name] - MAY_COST for name in labels)
        ]
        chosen = min(fitting, key=lambda form: report[form]["bytes"])
        for form, facts in report.items():
            facts["ships"] = form == chosen
        files[chosen].replace(path)
        return report
    finally:
        for file in files.values():
            file.unlink(missing_ok=True)


def accuracy(shares: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Return the share of right answers where the label is known."""
    known = labels >= 0
    return float((shares[known].argmax(axis=1) == labels[known]).mean())
