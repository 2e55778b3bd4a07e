"""Compare the bundled network with other runs and the `fer` package on the same pictures.

Usage: python -m benchmarks.compare_models ARCHIVE VOTES PHOTOS [--run FOLDER ...]

ARCHIVE and VOTES are those of `prepare_dataset`; PHOTOS is an archive or folder of labelled photos
in which faces have to be detected. Prints the table of docs/model-card.md. The `fer` package is
installed into a temporary environment; if that fails, its row is left out.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from common.imaging.geometry import Box
from common.imaging.images import read_image
from ml.data.crowd_votes import NO_MAJORITY, majority, votes_on
from ml.data.datasets import Dataset
from ml.data.preparation import read_faces
from ml.data.sources import Source
from ml.emotions import EMOTIONS
from ml.evaluation.evaluation import MISSED
from ml.evaluation.report import LABELS
from ml.inference.card import BUNDLED, Card
from ml.inference.predictor import predictor_for
from ml.version_files import CARD, NETWORK

FER_PACKAGES = (
    "fer==25.10.3",
    # Its dependencies, since its own requirements do not pin versions that work together.
    "moviepy==1.0.3",
    "opencv-contrib-python==4.13.0.92",
    "setuptools==80.9.0",
    "tensorflow==2.21.0",
)
TABLE_HEAD = (
    "| | folder | macro-F1 | crowd | photos | ms a face | ms a photo | MB |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
)

Predictions = NDArray[np.int64]
"""Indices into `EMOTIONS`, or `MISSED` where no face was detected."""


@dataclass(frozen=True)
class Pictures:
    """The faces of the test split with crowd votes, and labelled photos."""

    faces: Dataset
    photos: list[bytes]
    photo_labels: Predictions


@dataclass(frozen=True)
class Result:
    """The predictions and the cost of one model.

    Attributes:
        by_label: Predictions for faces, by the output trained on labels.
        as_crowd: Predictions for faces, by the output trained on crowd votes if there is one.
        in_photos: Predictions for photos, including face detection.
    """

    name: str
    by_label: Predictions
    as_crowd: Predictions
    in_photos: Predictions
    face_ms: float
    photo_ms: float
    megabytes: float


def load_pictures(archive: Path, votes: Path, photos: Path) -> Pictures:
    """Load the faces of the test split, and the photos."""
    source, photo_source = Source(archive), Source(photos)
    split = source.pick_split(None)
    faces = read_faces(source, {split})[0].split(split)
    entries = list(photo_source.read(photo_source.pick_split(None)))
    return Pictures(
        replace(faces, votes=votes_on(faces.paths, votes)),
        [content for _, content in entries],
        np.array([EMOTIONS.index(entry.emotion) for entry, _ in entries]),
    )


def evaluate_network(folder: Path, pictures: Pictures) -> Result:
    """Evaluate one of our networks."""
    card = Card.load(folder / CARD)
    predictor = predictor_for(folder / NETWORK, card)
    outputs = predictor.predict_outputs(pictures.faces.images)
    by_label = outputs["folder"].argmax(axis=1)
    as_crowd = outputs["crowd"].argmax(axis=1) if "crowd" in outputs else by_label
    whole = Box(0, 0, card.input_size, card.input_size)

    def classify(pixels: NDArray[np.uint8]) -> None:
        predictor.predict_boxes(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), [whole])

    _, face_ms = timed(classify, pictures.faces.images)
    detected, photo_ms = timed(predictor.predict, [read_image(photo) for photo in pictures.photos])
    in_photos = [EMOTIONS.index(faces[0].emotion) if faces else MISSED for faces in detected]
    return Result(
        card.name,
        by_label,
        as_crowd,
        np.array(in_photos),
        face_ms,
        photo_ms,
        card.facts["bytes"] / 1e6,
    )


def timed(
    predict: Callable[[Any], Any], inputs: NDArray[np.uint8] | list[Any]
) -> tuple[list[Any], float]:
    """Return the prediction for each input, and the median milliseconds per input."""
    predictions, seconds = [], []
    for item in inputs:
        began = time.perf_counter()
        predictions.append(predict(item))
        seconds.append(time.perf_counter() - began)
    return predictions, 1000 * statistics.median(seconds)


def evaluate_fer(pictures: Pictures, folder: Path) -> Result:
    """Evaluate the `fer` package with its defaults.

    Raises:
        subprocess.CalledProcessError: If it cannot be installed or fails.
    """
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *FER_PACKAGES], check=True)
    files = {
        "faces": [cv2.imencode(".png", face)[1].tobytes() for face in pictures.faces.images],
        "photos": pictures.photos,
    }
    predictions, milliseconds = {}, {}
    for kind, contents in files.items():
        (folder / kind).mkdir()
        for number, content in enumerate(contents):
            (folder / kind / f"{number:06}").write_bytes(content)
        process = subprocess.run(
            [python, Path(__file__).with_name("fer_predictions.py"), folder / kind, kind],
            stdout=subprocess.PIPE,
            check=True,
        )
        output = json.loads(process.stdout.splitlines()[-1])
        indices = [
            EMOTIONS.index(emotion) if emotion else MISSED for emotion in output["predictions"]
        ]
        predictions[kind], milliseconds[kind] = np.array(indices), output["milliseconds"]
    (network,) = (folder / "env").rglob("fer/data/emotion_model_quantized.tflite")
    return Result(
        FER_PACKAGES[0].replace("==", " "),
        predictions["faces"],
        predictions["faces"],
        predictions["photos"],
        milliseconds["faces"],
        milliseconds["photos"],
        network.stat().st_size / 1e6,
    )


def row(result: Result, pictures: Pictures) -> str:
    """Return the row of the table for one result."""
    truth, crowd = pictures.faces.labels, majority(pictures.faces.votes)
    agreed = crowd != NO_MAJORITY
    macro_f1 = f1_score(truth, result.by_label, labels=LABELS, average="macro", zero_division=0)
    cells = [
        f"`{result.name}`",
        f"{(result.by_label == truth).mean():.1%}",
        f"{macro_f1:.3f}",
        f"{(result.as_crowd == crowd)[agreed].mean():.1%}",
        f"{(result.in_photos == pictures.photo_labels).mean():.1%}",
        f"{result.face_ms:.1f}",
        f"{result.photo_ms:.0f}",
        f"{result.megabytes:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def rows(options: argparse.Namespace) -> Iterator[str]:
    """Yield the lines of the table."""
    pictures = load_pictures(options.archive, options.votes, options.photos)
    yield from TABLE_HEAD
    for folder in (BUNDLED, *options.run):
        yield row(evaluate_network(folder, pictures), pictures)
    with tempfile.TemporaryDirectory() as folder_name:
        try:
            yield row(evaluate_fer(pictures, Path(folder_name)), pictures)
        except subprocess.CalledProcessError as error:
            print(f"The fer package could not be evaluated: {error}", file=sys.stderr)


def main() -> None:
    """Print the table; all models run on the same single core."""
    parser = argparse.ArgumentParser(description="Compare networks on the same pictures.")
    parser.add_argument("archive", type=Path, help="FER2013's archive")
    parser.add_argument("votes", type=Path, help="crowd votes (CSV)")
    parser.add_argument("photos", type=Path, help="archive or folder of labelled photos")
    parser.add_argument(
        "--run", type=Path, action="append", default=[], help="folder of another network"
    )
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
    for line in rows(parser.parse_args()):
        print(line, flush=True)


if __name__ == "__main__":
    main()
