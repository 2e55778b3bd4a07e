"""Facial expression recognition: upright pixels in, faces with seven probabilities out."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from common.imaging.geometry import Box
from common.imaging.images import Pixels, crop_face
from ml.emotions import EMOTIONS, Emotion
from ml.inference.alignment import roll_of
from ml.inference.card import BUNDLED, Card, ModelFileError
from ml.inference.face_detection import detect_faces
from ml.version_files import CARD, NETWORK


@dataclass(frozen=True, slots=True)
class Face:
    """One face in a picture and what it expresses.

    Attributes:
        box: the face box, in pixels of the upright picture.
        probabilities: seven probabilities that sum to 1, in the order of `EMOTIONS`.
        unsure: whether the confidence is below the card's threshold.
        roll: by how many degrees the head leans clockwise, -180 to 180.
        milliseconds: inference time of this face: that of the whole picture, divided evenly.
    """

    box: Box
    probabilities: tuple[float, ...]
    unsure: bool
    roll: float = field(default=0.0, compare=False)
    milliseconds: float = field(default=0.0, compare=False)

    @property
    def emotion(self) -> Emotion:
        """The most probable emotion."""
        return EMOTIONS[self.probabilities.index(self.confidence)]

    @property
    def confidence(self) -> float:
        """Probability of the most probable emotion, 0 to 1."""
        return max(self.probabilities)


class Predictor:
    """Runs one network; safe to share between threads and across a fork.

    Attributes:
        card: the card of the network.
    """

    def __init__(self, content: bytes, card: Card, *, threads: int = 1) -> None:
        """Create a predictor from the content of a network file and the card that describes it.

        Args:
            threads: CPU threads that share the work on one face; predictions do not depend on it.

        Raises:
            ModelFileError: the content does not have the sha256 on the card.
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

    def self_test(self) -> None:
        """Run the network once, on a blank face.

        Raises:
            ModelFileError: the network cannot be run.
        """
        side = self.card.input_size
        try:
            self.classify(np.zeros((1, side, side), np.uint8))
        except (RuntimeError, ValueError) as error:
            raise ModelFileError(f"{self.card.name}: does not answer ({error}).") from error

    def predict(self, pixels: Pixels) -> list[Face]:
        """Detect and classify the faces in an upright RGB picture, the largest first."""
        return self.predict_boxes(pixels, detect_faces(pixels))

    def predict_boxes(self, pixels: Pixels, boxes: list[Box]) -> list[Face]:
        """Classify the faces in the given boxes of an upright RGB picture."""
        rolls = [roll_of(pixels, box) for box in boxes]
        crops = self._crop(pixels, boxes, rolls)
        started = time.perf_counter()
        predictions = self.classify(crops).tolist()
        milliseconds = 1000 * (time.perf_counter() - started) / max(1, len(boxes))
        return [
            Face(
                box,
                tuple(probabilities),
                max(probabilities) < self.card.unsure_below,
                roll,
                milliseconds,
            )
            for box, roll, probabilities in zip(boxes, rolls, predictions, strict=True)
        ]

    def detect(self, pixels: Pixels) -> tuple[list[Box], NDArray[np.uint8]]:
        """Detect the faces in an upright RGB picture, the largest first.

        Returns:
            n boxes, and n × size × size grey crops as the network expects them.
        """
        boxes = detect_faces(pixels)
        return boxes, self.crop(pixels, boxes)

    def crop(self, pixels: Pixels, boxes: list[Box]) -> NDArray[np.uint8]:
        """Cut out n × size × size grey faces as the network expects them, turned upright."""
        return self._crop(pixels, boxes, [roll_of(pixels, box) for box in boxes])

    def _crop(self, pixels: Pixels, boxes: list[Box], rolls: Sequence[float]) -> NDArray[np.uint8]:
        size = self.card.input_size
        crops = np.zeros((len(boxes), size, size), np.uint8)
        if boxes:
            grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
            for index, (box, roll) in enumerate(zip(boxes, rolls, strict=True)):
                crops[index] = crop_face(grey, box, size, self.card.face_margin, roll)
        return crops

    @property
    def outputs(self) -> list[str]:
        """Names of the network's outputs."""
        return list(self._network().outputs)

    def classify(self, faces: NDArray[np.uint8], output: str | None = None) -> NDArray[np.float32]:
        """Return n × 7 probabilities, in the order of `EMOTIONS`, for n × size × size grey faces.

        Args:
            output: name of the output to read; by default the one that is shown to people.

        Raises:
            ModelFileError: the network has no such output.
        """
        name = output or self.card.shown
        if name not in self.outputs:
            raise ModelFileError(
                f"{self.card.name}: expected an output among {', '.join(sorted(self.outputs))}, "
                f"received {name}."
            )
        return self.predict_outputs(faces)[name]

    def predict_outputs(self, faces: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Return n × 7 probabilities of every output, by name, from one run of the network."""
        network = self._network()
        predictions = np.array([network(face) for face in faces], np.float32)
        predictions = predictions.reshape(len(faces), len(network.outputs), len(EMOTIONS))
        return {name: predictions[:, index] for index, name in enumerate(network.outputs)}

    def _network(self) -> _Network:
        """Return the interpreter of this process and thread: interpreters cannot be shared."""
        owner = os.getpid()
        if getattr(self._local, "owner", None) != owner:
            self._local.network = _Network(self._content, self.card, self._threads)
            self._local.owner = owner
        network: _Network = self._local.network
        return network


@lru_cache(maxsize=4)
def predictor_for(model_path: Path, card: Card) -> Predictor:
    """Return the cached predictor of a network file.

    Raises:
        ModelFileError: the file cannot be read or is not the one on the card.
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
        ModelFileError: its file or card is missing or damaged.
    """
    return predictor_for(BUNDLED / NETWORK, Card.load(BUNDLED / CARD))


class _Network:
    """A LiteRT interpreter with its outputs by name."""

    def __init__(self, content: bytes, card: Card, threads: int) -> None:
        self._interpreter = Interpreter(model_content=content, num_threads=threads)
        self._interpreter.allocate_tensors()
        runner = self._interpreter.get_signature_runner()
        (source,) = runner.get_input_details().values()
        self._source: int = source["index"]
        self.outputs: dict[str, int] = {
            name: output["index"] for name, output in runner.get_output_details().items()
        }
        if len(self.outputs) == 1:  # The conversion to LiteRT may lose the name of a single output.
            self.outputs = dict.fromkeys([card.shown], *self.outputs.values())
        if card.shown not in self.outputs:
            raise ModelFileError(
                f"{card.name}: expected an output named {card.shown}, received "
                f"{sorted(self.outputs)}."
            )

    def __call__(self, face: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Return the seven probabilities of each output for one size × size grey face."""
        self._interpreter.set_tensor(self._source, face[None, :, :, None].astype(np.float32))
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index)[0] for index in self.outputs.values()]
