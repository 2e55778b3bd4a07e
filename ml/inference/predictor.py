"""What the faces express: upright pixels become faces with seven probabilities, by one network."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from common.imaging.geometry import Box
from common.imaging.images import Pixels, crop_face
from ml.emotions import EMOTIONS, Emotion
from ml.inference.face_detection import find_faces
from ml.version_files import CARD, NETWORK

BUNDLED = Path(__file__).parents[1] / "bundled"
"""The folder of the network that ships with the repository, with its card."""


class ModelFileError(RuntimeError):
    """A network file or its card is missing, damaged or not what the other one says."""


@dataclass(frozen=True, slots=True)
class Card:
    """What is known about a network; two cards are equal when all but `facts` is.

    Attributes:
        name: the version's name.
        sha256: digest of the network file, which vouches for it.
        input_size: side of the grey square that the network sees, in pixels.
        face_margin: what to add around the face box on each side, as a share of the box.
        shown: name of the output that people see.
        unsure_below: a face whose best probability is lower is unsure.
        facts: everything that is written on the card.
    """

    name: str
    sha256: str
    input_size: int
    face_margin: float
    shown: str
    unsure_below: float
    facts: Mapping[str, Any] = field(compare=False, repr=False)

    @classmethod
    def read(cls, path: Path) -> Card:
        """Read a card from a JSON file.

        Raises:
            ModelFileError: when the file cannot be read or is no card of ours.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ModelFileError(f"{path}: not a readable model card ({error!r}).") from error
        return cls.parse(content, str(path))

    @classmethod
    def parse(cls, content: bytes, place: str) -> Card:
        """Return the card that is written as JSON; `place` is where it was found, for errors.

        Raises:
            ModelFileError: when it is no JSON object, lacks a fact or lists other emotions than
                ours.
        """
        try:
            facts = json.loads(content)
            if facts["emotions"] != list(EMOTIONS):
                raise ModelFileError(
                    f"{place}: expected the emotions {', '.join(EMOTIONS)} in this order, "
                    f"received {facts['emotions']}."
                )
            return cls.of(facts)
        except (TypeError, ValueError, KeyError) as error:
            raise ModelFileError(f"{place}: not a readable model card ({error!r}).") from error

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Card:
        """Return the card with these facts."""
        return cls(
            name=str(facts["name"]),
            sha256=str(facts["sha256"]),
            input_size=int(facts["input_size"]),
            face_margin=float(facts["face_margin"]),
            shown=str(facts["shown"]),
            unsure_below=float(facts["unsure_below"]),
            facts=facts,
        )


@dataclass(frozen=True, slots=True)
class Face:
    """One face in a picture and what it expresses.

    Attributes:
        box: where it is, in pixels of the upright picture.
        probabilities: seven shares that sum to 1, in the order of `EMOTIONS`.
        unsure: whether the network cannot tell well enough.
        milliseconds: how long the network took for it, a share of that for all faces.
    """

    box: Box
    probabilities: tuple[float, ...]
    unsure: bool
    milliseconds: float = field(default=0.0, compare=False)

    @property
    def emotion(self) -> Emotion:
        """The most probable emotion."""
        return EMOTIONS[self.probabilities.index(self.confidence)]

    @property
    def confidence(self) -> float:
        """The probability of the most probable emotion, 0 to 1."""
        return max(self.probabilities)


class Predictor:
    """Reads faces with one network; safe to share between threads and over a fork.

    Attributes:
        card: what is known about the network.
    """

    def __init__(self, content: bytes, card: Card, *, threads: int = 1) -> None:
        """Take in the content of a network file that matches its card.

        Args:
            threads: how many of the processor read one face together; the answers are the same.

        Raises:
            ModelFileError: when it is not the one on the card.
        """
        received = hashlib.sha256(content).hexdigest()
        if received != card.sha256:
            raise ModelFileError(
                f"{card.name}: expected a network with the sha256 {card.sha256} of its card, "
                f"received {received}."
            )
        self._content = content
        self._threads = threads
        self.card = card
        self._local = threading.local()

    def try_out(self) -> None:
        """Read one blank face.

        Raises:
            ModelFileError: when that does not work.
        """
        side = self.card.input_size
        try:
            self.classify(np.zeros((1, side, side), np.uint8))
        except (RuntimeError, ValueError) as error:
            raise ModelFileError(f"{self.card.name}: does not answer ({error}).") from error

    def predict(self, pixels: Pixels) -> list[Face]:
        """Find and read every face in an upright RGB picture, the largest first; often none."""
        return self.read(pixels, find_faces(pixels))

    def read(self, pixels: Pixels, boxes: list[Box]) -> list[Face]:
        """Read faces of an upright RGB picture whose places are known."""
        crops = self.cut(pixels, boxes)
        started = time.perf_counter()
        told = self.classify(crops).tolist()
        milliseconds = 1000 * (time.perf_counter() - started) / max(1, len(boxes))
        return [
            Face(box, tuple(shares), max(shares) < self.card.unsure_below, milliseconds)
            for box, shares in zip(boxes, told, strict=True)
        ]

    def find(self, pixels: Pixels) -> tuple[list[Box], NDArray[np.uint8]]:
        """Find every face in an upright RGB picture, the largest first; often none.

        Returns:
            the boxes, and n × size × size grey faces as the network wants to see them.
        """
        boxes = find_faces(pixels)
        return boxes, self.cut(pixels, boxes)

    def cut(self, pixels: Pixels, boxes: list[Box]) -> NDArray[np.uint8]:
        """Return n × size × size grey faces as the network wants to see them."""
        size = self.card.input_size
        crops = np.zeros((len(boxes), size, size), np.uint8)
        if boxes:
            grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
            for index, box in enumerate(boxes):
                crops[index] = crop_face(grey, box, size, self.card.face_margin)
        return crops

    @property
    def outputs(self) -> list[str]:
        """The names of the network's outputs."""
        return list(self._network().outputs)

    def classify(self, faces: NDArray[np.uint8], output: str | None = None) -> NDArray[np.float32]:
        """Return n × 7 probabilities, in the order of `EMOTIONS`, for n × size × size grey faces.

        Args:
            output: name of the one to read; where None the one that people see.

        Raises:
            ModelFileError: when the network has no such output.
        """
        name = output or self.card.shown
        if name not in self.outputs:
            raise ModelFileError(
                f"{self.card.name}: expected an output among {', '.join(sorted(self.outputs))}, "
                f"received {name}."
            )
        return self.answers(faces)[name]

    def answers(self, faces: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Return n × 7 probabilities at every output, by name, for the cost of one."""
        network = self._network()
        told = np.array([network(face) for face in faces], np.float32)
        told = told.reshape(len(faces), len(network.outputs), len(EMOTIONS))
        return {name: told[:, place] for place, name in enumerate(network.outputs)}

    def _network(self) -> _Network:
        """Return the network of this process and thread, which no other may touch."""
        owner = os.getpid()
        if getattr(self._local, "owner", None) != owner:
            self._local.network = _Network(self._content, self.card, self._threads)
            self._local.owner = owner
        network: _Network = self._local.network
        return network


@lru_cache(maxsize=4)
def predictor_for(model_path: Path, card: Card) -> Predictor:
    """Return the predictor of this version, the same object each time.

    Raises:
        ModelFileError: when the file cannot be read or is not the one on the card.
    """
    try:
        content = model_path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{model_path}: cannot be read ({error!r}).") from error
    return Predictor(content, card)


@cache
def bundled_predictor() -> Predictor:
    """Return the predictor of the network that ships with the repository.

    Raises:
        ModelFileError: when its file or card is missing or damaged.
    """
    return predictor_for(BUNDLED / NETWORK, Card.read(BUNDLED / CARD))


class _Network:
    """A LiteRT interpreter, its input and its outputs by name."""

    def __init__(self, content: bytes, card: Card, threads: int) -> None:
        self._interpreter = Interpreter(model_content=content, num_threads=threads)
        self._interpreter.allocate_tensors()
        runner = self._interpreter.get_signature_runner()
        (source,) = runner.get_input_details().values()
        self._source: int = source["index"]
        self.outputs: dict[str, int] = {
            name: output["index"] for name, output in runner.get_output_details().items()
        }
        if len(self.outputs) == 1:  # Its name is sometimes lost in the conversion.
            self.outputs = dict.fromkeys([card.shown], *self.outputs.values())
        if card.shown not in self.outputs:
            raise ModelFileError(
                f"{card.name}: expected an output named {card.shown}, received "
                f"{sorted(self.outputs)}."
            )

    def __call__(self, face: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Return seven probabilities at each output for one size × size grey face."""
        self._interpreter.set_tensor(self._source, face[None, :, :, None].astype(np.float32))
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index)[0] for index in self.outputs.values()]
