"""Trained Keras networks of versions, to fine-tune."""

import hashlib
from pathlib import Path

import keras

from ml.predictor import BUNDLED, Card, ModelFileError


def trained_network(version: str) -> keras.Model:
    """Return the network of a version as it was trained, in float32.

    Args:
        version: name of the shipped network, or the folder of a run.

    Raises:
        ModelFileError: when there is no such version, or its network is not the one on its card.
    """
    shipped = Card.read(BUNDLED / "card.json")
    folder = BUNDLED if version == shipped.name else Path(version)
    if not folder.is_dir():
        raise ModelFileError(
            f"--start-from: expected {shipped.name} or the folder of a run, received {version}."
        )
    card, path = Card.read(folder / "card.json"), folder / "network.keras"
    try:
        received = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be read ({error!r}).") from error
    expected = card.facts.get("keras_sha256")
    if received != expected:
        raise ModelFileError(f"{path}: expected the sha256 {expected}, received {received}.")
    return keras.models.load_model(path).get_layer(card.facts["architecture"])
