"""Compare the shipped network with other runs and the `fer` package on the same pictures.

Usage: python -m benchmarks.compare_models ARCHIVE VOTES PHOTOS [--run FOLDER ...]

ARCHIVE and VOTES are those of `prepare_dataset`; PHOTOS is an archive or folder of labelled photos
in which a face has to be found. Prints the table of docs/model-card.md. The `fer` package goes into
an environment that is thrown away; where it cannot be installed there is no row of it.
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

PEER = (
    "fer==25.10.3",
    # What it needs to run besides; its own requirements name no versions that work together.
    "moviepy==1.0.3",
    "opencv-contrib-python==4.13.0.92",
    "setuptools==80.9.0",
    "tensorflow==2.21.0",
)
HEAD = (
    "| | folder | macro-F1 | crowd | photos | ms a face | ms a photo | MB |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
)

Answers = NDArray[np.int64]
"""What is read from pictures: places in `EMOTIONS`, or `MISSED`."""


@dataclass(frozen=True)
class Pictures:
    """What everybody reads: the faces of the test split with votes, and photos with labels."""

    faces: Dataset
    photos: list[bytes]
    expressed: Answers


@dataclass(frozen=True)
class Read:
    """What somebody reads: faces by their label and as a crowd would, and whole photos."""

    name: str
    by_label: Answers
    as_crowd: Answers
    in_photos: Answers
    face_ms: float
    photo_ms: float
    megabytes: float


def pictures(archive: Path, votes: Path, photos: Path) -> Pictures:
    """Return the faces of an archive's test split, and photos."""
    source, other = Source(archive), Source(photos)
    split = source.pick_split(None)
    faces = read_faces(source, {split})[0].split(split)
    entries = list(other.read(other.pick_split(None)))
    return Pictures(
        replace(faces, votes=votes_on(faces.paths, votes)),
        [content for _, content in entries],
        np.array([EMOTIONS.index(entry.emotion) for entry, _ in entries]),
    )


def ours(folder: Path, shown: Pictures) -> Read:
    """Let one of our networks read, face detection included where it is a photo."""
    card = Card.load(folder / CARD)
    predictor = predictor_for(folder / NETWORK, card)
    outputs = predictor.predict_outputs(shown.faces.images)
    by_label = outputs["folder"].argmax(axis=1)
    as_crowd = outputs["crowd"].argmax(axis=1) if "crowd" in outputs else by_label
    whole = Box(0, 0, card.input_size, card.input_size)

    def face(pixels: NDArray[np.uint8]) -> None:
        predictor.predict_boxes(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), [whole])

    _, face_ms = timed(face, shown.faces.images)
    found, photo_ms = timed(predictor.predict, [read_image(photo) for photo in shown.photos])
    in_photos = [EMOTIONS.index(faces[0].emotion) if faces else MISSED for faces in found]
    return Read(
        card.name,
        by_label,
        as_crowd,
        np.array(in_photos),
        face_ms,
        photo_ms,
        card.facts["bytes"] / 1e6,
    )


def timed(
    read: Callable[[Any], Any], several: NDArray[np.uint8] | list[Any]
) -> tuple[list[Any], float]:
    """Return what is read from each picture, and the median milliseconds that one takes."""
    told, seconds = [], []
    for picture in several:
        began = time.perf_counter()
        told.append(read(picture))
        seconds.append(time.perf_counter() - began)
    return told, 1000 * statistics.median(seconds)


def peer(shown: Pictures, folder: Path) -> Read:
    """Let the `fer` package read, as it comes.

    Raises:
        subprocess.CalledProcessError: when it cannot be installed or fails.
    """
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PEER], check=True)
    files = {
        "faces": [cv2.imencode(".png", face)[1].tobytes() for face in shown.faces.images],
        "photos": shown.photos,
    }
    answers, milliseconds = {}, {}
    for kind, contents in files.items():
        (folder / kind).mkdir()
        for number, content in enumerate(contents):
            (folder / kind / f"{number:06}").write_bytes(content)
        told = subprocess.run(
            [python, Path(__file__).with_name("fer_answers.py"), folder / kind, kind],
            stdout=subprocess.PIPE,
            check=True,
        )
        said = json.loads(told.stdout.splitlines()[-1])
        places = [EMOTIONS.index(one) if one else MISSED for one in said["answers"]]
        answers[kind], milliseconds[kind] = np.array(places), said["milliseconds"]
    (network,) = (folder / "env").rglob("fer/data/emotion_model_quantized.tflite")
    return Read(
        PEER[0].replace("==", " "),
        answers["faces"],
        answers["faces"],
        answers["photos"],
        milliseconds["faces"],
        milliseconds["photos"],
        network.stat().st_size / 1e6,
    )


def row(read: Read, shown: Pictures) -> str:
    """Return how good what somebody reads is, as a row of the table."""
    truth, crowd = shown.faces.labels, majority(shown.faces.votes)
    agreed = crowd != NO_MAJORITY
    macro_f1 = f1_score(truth, read.by_label, labels=LABELS, average="macro", zero_division=0)
    cells = [
        f"`{read.name}`",
        f"{(read.by_label == truth).mean():.1%}",
        f"{macro_f1:.3f}",
        f"{(read.as_crowd == crowd)[agreed].mean():.1%}",
        f"{(read.in_photos == shown.expressed).mean():.1%}",
        f"{read.face_ms:.1f}",
        f"{read.photo_ms:.0f}",
        f"{read.megabytes:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def rows(options: argparse.Namespace) -> Iterator[str]:
    """Yield the table."""
    shown = pictures(options.archive, options.votes, options.photos)
    yield from HEAD
    for folder in (BUNDLED, *options.run):
        yield row(ours(folder, shown), shown)
    with tempfile.TemporaryDirectory() as place:
        try:
            yield row(peer(shown, Path(place)), shown)
        except subprocess.CalledProcessError as error:
            print(f"The fer package could not be asked: {error}", file=sys.stderr)


def main() -> None:
    """Print the table; everybody reads on one and the same core."""
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
