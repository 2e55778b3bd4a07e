"""Datasets packed as small as they get, for machines that can be sent little."""

import io
import lzma
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.files import atomic_write
from ml.data.datasets import Dataset
from ml.data.errors import DatasetError
from ml.data.faces import FACE_SIDE

PRESET = 9 | lzma.PRESET_EXTREME


def pack(dataset: Dataset, path: Path) -> None:
    """Write a dataset to one file, about two thirds of the size of that of `Dataset.save`.

    Raises:
        DatasetError: when it has contributed faces, which stay where people can take them back.
    """
    if dataset.has_contributions:
        raise DatasetError("Contributed faces stay on this machine: they cannot be packed.")
    differences = replace(dataset, images=to_differences(dataset.images))
    values = {field.name: getattr(differences, field.name) for field in fields(Dataset)}
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **{k: v for k, v in values.items() if v is not None})
    with atomic_write(path) as temporary:
        temporary.write_bytes(lzma.compress(content.getvalue(), preset=PRESET))


def unpack(path: Path) -> Dataset:
    """Read a file that `pack` wrote; the dataset has the same fingerprint as before.

    Raises:
        DatasetError: when it is another kind of file.
    """
    try:
        with np.load(io.BytesIO(lzma.decompress(path.read_bytes())), allow_pickle=False) as file:
            return Dataset(
                name=str(file["name"]),
                images=from_differences(file["images"]),
                labels=file["labels"],
                splits=file["splits"],
                paths=file["paths"],
                votes=file.get("votes"),
            )
    except (OSError, ValueError, KeyError, lzma.LZMAError) as error:
        raise DatasetError(f"{path}: expected a packed dataset ({error}).") from error


def to_differences(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return by how much each pixel differs from its prediction, modulo 256."""
    padded = np.pad(images.astype(np.int16), ((0, 0), (1, 0), (1, 0)))
    predicted = predict(padded[:, 1:, :-1], padded[:, :-1, 1:], padded[:, :-1, :-1])
    return ((images - predicted) & 255).astype(np.uint8)


def from_differences(differences: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the images that `to_differences` was given."""
    # Pixel by pixel, each for all images at once, which have to lie together for that.
    images = np.zeros((FACE_SIDE + 1, FACE_SIDE + 1, len(differences)), np.int16)
    by_pixel = np.ascontiguousarray(differences.transpose(1, 2, 0))
    for row in range(FACE_SIDE):
        for column in range(FACE_SIDE):
            predicted = predict(
                images[row + 1, column], images[row, column + 1], images[row, column]
            )
            images[row + 1, column + 1] = (by_pixel[row, column] + predicted) & 255
    return np.ascontiguousarray(images[1:, 1:].transpose(2, 0, 1).astype(np.uint8))


def predict(
    left: NDArray[np.int16], above: NDArray[np.int16], corner: NDArray[np.int16]
) -> NDArray[np.int16]:
    """Predict pixels from their neighbours, as JPEG-LS does (median edge detector)."""
    return np.clip(left + above - corner, np.minimum(left, above), np.maximum(left, above))
