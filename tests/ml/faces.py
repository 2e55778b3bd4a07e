"""Small generated datasets: drawn grey squares that a network can tell apart."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ml.data.datasets import Dataset
from ml.data.faces import FACE_SIDE
from ml.emotions import EMOTIONS


def drawn_face(label: int, number: int) -> NDArray[np.uint8]:
    """Return a noisy square with a bright bar whose place tells the label; each number differs."""
    random = np.random.default_rng([label, number])
    face = random.integers(0, 60, (FACE_SIDE, FACE_SIDE))
    face[4 + 6 * label : 9 + 6 * label, 6:42] += 180
    return face.astype(np.uint8)


def png(face: NDArray[np.uint8], kind: str = "PNG") -> bytes:
    """Return a picture as the bytes of a file, PNG or what `kind` names."""
    buffer = io.BytesIO()
    Image.fromarray(face).save(buffer, kind)
    return buffer.getvalue()


def tree(
    *, train: int = 10, test: int = 3, root: str = "images", other: str = "validation"
) -> dict[str, bytes]:
    """Return the files of a dataset by path, `train` and `test` pictures an emotion."""
    files = {}
    for label, emotion in enumerate(EMOTIONS):
        for number in range(train):
            files[f"{root}/train/{emotion}/{number}.png"] = png(drawn_face(label, number))
        for number in range(test):
            files[f"{root}/{other}/{emotion}/{number}.png"] = png(drawn_face(label, 1000 + number))
    return files


def archive(path: Path, files: dict[str, bytes]) -> Path:
    """Write files into a zip archive."""
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return path


def folder(path: Path, files: dict[str, bytes]) -> Path:
    """Write files into a folder."""
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


CODES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
USAGES = {"train": "Training", "validation": "PublicTest", "test": "PrivateTest"}


def table(files: dict[str, bytes]) -> bytes:
    """Return the pictures of a tree as FER2013's original table."""
    lines = ["emotion,pixels,Usage"]
    for name, data in files.items():
        split, emotion = name.split("/")[-3:-1]
        pixels = np.asarray(Image.open(io.BytesIO(data))).ravel().tolist()
        lines.append(f"{CODES.index(emotion)},{' '.join(map(str, pixels))},{USAGES[split]}")
    return "\n".join(lines).encode()


def dataset(*, train: int = 20, validation: int = 5, test: int = 5) -> Dataset:
    """Return a prepared dataset, so many pictures an emotion and split."""
    wanted = {"train": train, "validation": validation, "test": test}
    rows = [
        (label, split, index)
        for label in range(len(EMOTIONS))
        for split, count in wanted.items()
        for index in range(count)
    ]
    offsets = {"train": 0, "validation": 10_000, "test": 20_000}
    return Dataset(
        name="drawn",
        images=np.stack(
            [drawn_face(label, offsets[split] + index) for label, split, index in rows]
        ),
        labels=np.array([label for label, _, _ in rows]),
        splits=np.array([split for _, split, _ in rows]),
        paths=np.array([f"{split}/{EMOTIONS[label]}/{index}" for label, split, index in rows]),
    )


def with_votes(data: Dataset) -> Dataset:
    """Return faces with votes that agree with their labels."""
    votes = np.zeros((len(data), 10), np.uint8)
    votes[np.arange(len(data)), data.labels] = 8
    return replace(data, votes=votes)
