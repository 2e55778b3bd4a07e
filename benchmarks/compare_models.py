"""Compare the bundled network with other runs and other packages' networks on the same pictures.

Usage: python -m benchmarks.compare_models ARCHIVE VOTES PHOTOS
    [--run FOLDER ...] [--answers FOLDER]

ARCHIVE and VOTES are those of `prepare_dataset`; PHOTOS is an archive or folder of labelled photos
in which faces have to be detected, as they are and in the views of `benchmarks.degradations`.
Other packages go the whole way with their own detectors, and read the faces that ours finds, so
that their networks can be told from their detectors. Prints the tables of docs/model-card.md.
`make peers` installs the other packages; one that is not there or fails is left out. With --answers
their answers are kept, so that a command that was interrupted goes on.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, recall_score

from benchmarks.degradations import VIEWS, write_views
from benchmarks.peers.kept_answers import kept_answers
from benchmarks.peers.processes import Answers, Peer, PeerError, peers
from common.imaging.geometry import Box
from common.imaging.images import Pixels, crop_face, read_image
from common.option_parsers import OneLineParser
from ml.data.crowd_votes import NO_MAJORITY, majority, votes_on
from ml.data.datasets import Dataset
from ml.data.preparation import read_faces
from ml.data.sources import Source
from ml.emotions import EMOTIONS
from ml.evaluation.evaluation import MISSED
from ml.evaluation.report import LABELS
from ml.inference.card import BUNDLED, Card
from ml.inference.face_detection import detect_faces, fallback_notice
from ml.inference.predictor import predictor_for
from ml.version_files import CARD, NETWORK

CROP_SIDE = 112
"""Pixels; no network that is compared reads larger faces."""
Labels = NDArray[np.int64]
"""Indices into `EMOTIONS`."""


@dataclass(frozen=True)
class Pictures:
    """The faces of the test split with crowd votes, and every view of labelled photos.

    Attributes:
        found: by view, in which photos our detector finds a face.
        crops: by view, the largest face of each of those photos, in colour.
    """

    faces: Dataset
    views: Source
    found: dict[str, NDArray[np.bool_]]
    crops: dict[str, list[Pixels]]

    @property
    def crowd(self) -> NDArray[np.integer[Any]]:
        """What most people see in the faces, or `NO_MAJORITY`."""
        assert self.faces.votes is not None  # noqa: S101 - for mypy; they are joined on loading
        return majority(self.faces.votes)

    def labels(self, view: str) -> Labels:
        """Return what the photos of a view are labelled with."""
        return np.array(
            [EMOTIONS.index(entry.emotion) for entry in self.views.entries if entry.split == view]
        )


@dataclass(frozen=True)
class Result:
    """The answers and the size of one network.

    Attributes:
        faces: answers to faces, by the output trained on labels.
        crowd: predictions for faces, by the output trained on crowd votes if there is one.
        photos: answers to photos by view, face detection included.
        boxes: answers to the faces that our detector finds in them.
    """

    name: str
    megabytes: float
    faces: Answers
    crowd: Labels
    photos: dict[str, Answers]
    boxes: dict[str, Answers]


def load_pictures(archive: Path, votes: Path, photos: Path, folder: Path) -> Pictures:
    """Load the faces of the test split, and write the views of the photos into a folder."""
    if notice := fallback_notice():
        print(notice, file=sys.stderr)
    source = Source(archive)
    split = source.pick_split(None)
    faces, left_out, _ = read_faces(source, {split})
    for line in left_out.lines():
        print(line, file=sys.stderr)
    if unreadable := write_views(Source(photos), folder):
        print(f"Photos that cannot be read: {unreadable}", file=sys.stderr)
    voted = replace(faces, votes=votes_on(faces.paths, votes, source.row_keys))
    return with_crops(voted, Source(folder))


def with_crops(faces: Dataset, views: Source) -> Pictures:
    """Find and cut out the largest face of every photo."""
    found, crops = {}, {}
    for view in VIEWS:
        cut = [largest_crop(pixels) for pixels in photos_of(views, view)]
        found[view] = np.array([crop is not None for crop in cut])
        crops[view] = [crop for crop in cut if crop is not None]
    return Pictures(faces, views, found, crops)


def photos_of(views: Source, view: str) -> Iterator[Pixels]:
    """Yield the photos of a view."""
    return (read_image(content) for _, content in views.read(view))


def largest_crop(pixels: Pixels) -> Pixels | None:
    """Return the largest face that our detector finds, in colour."""
    boxes = detect_faces(pixels)
    return crop_face(pixels, boxes[0], CROP_SIDE) if boxes else None


def evaluate_network(folder: Path, pictures: Pictures) -> Result:
    """Evaluate one of our networks."""
    card = Card.load(folder / CARD)
    predictor = predictor_for(folder / NETWORK, card)
    outputs = predictor.predict_outputs(pictures.faces.images)
    whole = Box(0, 0, card.input_size, card.input_size)

    def emotion_in(pixels: Pixels) -> str | None:
        faces = predictor.predict(pixels)
        return faces[0].emotion if faces else None

    _, milliseconds = timed(lambda face: predictor.predict_boxes(face, [whole]), colour(pictures))
    by_label = outputs["folder"].argmax(axis=1)
    photos = {
        view: Answers.of(*timed(emotion_in, photos_of(pictures.views, view))) for view in VIEWS
    }
    return Result(
        card.name,
        card.facts["bytes"] / 1e6,
        Answers(by_label, float(np.median(milliseconds))),
        outputs["crowd"].argmax(axis=1) if "crowd" in outputs else by_label,
        photos,
        boxes=photos,
    )


def timed(
    predict: Callable[[Pixels], Any], pictures: Iterator[Pixels]
) -> tuple[list[Any], list[float]]:
    """Return the prediction for each picture and its milliseconds of processor time."""
    predictions, milliseconds = [], []
    for picture in pictures:
        began = time.process_time()
        predictions.append(predict(picture))
        milliseconds.append(1000 * (time.process_time() - began))
    return predictions, milliseconds


def colour(pictures: Pictures) -> Iterator[Pixels]:
    """Yield the faces as other packages expect pictures, in RGB."""
    for face in pictures.faces.images:
        yield np.asarray(cv2.cvtColor(face, cv2.COLOR_GRAY2RGB), np.uint8)


def evaluate_peer(peer: Peer, pictures: Pictures, answers: Path) -> Result:
    """Evaluate the network of another package.

    Args:
        answers: folder that its answers are kept in.

    Raises:
        PeerError: when it is not installed or fails.
    """
    faces = kept_answers(peer, partial(colour, pictures), "faces", answers)
    photos, boxes = {}, {}
    for view in VIEWS:
        of_view = partial(photos_of, pictures.views, view)
        photos[view] = kept_answers(peer, of_view, "photos", answers)
        of_crops = kept_answers(peer, partial(iter, pictures.crops[view]), "faces", answers)
        predictions = np.full(len(pictures.found[view]), MISSED)
        predictions[pictures.found[view]] = of_crops.predictions
        boxes[view] = replace(of_crops, predictions=predictions)
    return Result(peer.name, peer.megabytes, faces, faces.predictions, photos, boxes)


def evaluate_all(runs: list[Path], pictures: Pictures, answers: Path) -> Iterator[Result]:
    """Yield the results of our networks, the bundled one first, and of other packages."""
    for folder in (BUNDLED, *runs):
        yield evaluate_network(folder, pictures)
    for peer in peers():
        try:
            yield evaluate_peer(peer, pictures, answers)
        except PeerError as error:
            print(error, file=sys.stderr)


def tables(results: list[Result], pictures: Pictures) -> Iterator[str]:
    """Yield the lines of all tables."""
    yield from ("## Faces", "")
    yield from table(
        ["folder", "macro-F1", "crowd", "ours is ahead", "ms a face", "ms a photo", "MB"],
        {result.name: faces_row(result, results[0], pictures) for result in results},
    )
    for title, whole_way in (("each with its own detector", True), ("with our detector", False)):
        answers = {r.name: r.photos if whole_way else r.boxes for r in results}
        yield from ("", f"## Photos, {title}: right, in brackets faces that were not found", "")
        yield from table(
            [*VIEWS], {n: accuracy_row(by_view, pictures) for n, by_view in answers.items()}
        )
        yield from ("", f"## Macro-F1 on photos, {title}", "")
        yield from table(
            [*VIEWS], {n: macro_f1_row(by_view, pictures) for n, by_view in answers.items()}
        )
        ours, *others = answers
        yield from ("", f"## Points by which {ours} is ahead, {title}", "")
        yield from table(
            [*VIEWS],
            {other: differences_row(answers[ours], answers[other], pictures) for other in others},
        )
    plain = pictures.labels("plain")
    for title, truth, predictions in (
        ("faces", pictures.faces.labels, {r.name: r.faces.predictions for r in results}),
        (
            "plain photos, each with its own detector",
            plain,
            {r.name: r.photos["plain"].predictions for r in results},
        ),
        (
            "plain photos, with our detector",
            plain,
            {r.name: r.boxes["plain"].predictions for r in results},
        ),
    ):
        yield from ("", f"## Recall on {title}", "")
        counts = np.bincount(truth, minlength=len(EMOTIONS))
        heads = [f"{emotion} ({count})" for emotion, count in zip(EMOTIONS, counts, strict=True)]
        yield from table(
            [*heads, "mean"],
            {name: recall_row(truth, found) for name, found in predictions.items()},
        )


def table(heads: list[str], rows: dict[str, list[str]]) -> Iterator[str]:
    """Yield the lines of a table in Markdown."""
    yield f"| | {' | '.join(heads)} |"
    yield f"| --- |{' --- |' * len(heads)}"
    for name, cells in rows.items():
        yield f"| `{name}` | {' | '.join(cells)} |"


def faces_row(result: Result, ours: Result, pictures: Pictures) -> list[str]:
    truth, crowd = pictures.faces.labels, pictures.crowd
    ahead = paired_difference(truth, ours.faces.predictions, result.faces.predictions)
    return [
        f"{(result.faces.predictions == truth).mean():.1%}",
        f"{macro_f1(truth, result.faces.predictions):.3f}",
        f"{(result.crowd == crowd)[crowd != NO_MAJORITY].mean():.1%}",
        "" if result is ours else ahead,
        f"{result.faces.milliseconds:.1f}",
        f"{result.photos['plain'].milliseconds:.0f}",
        f"{result.megabytes:.1f}",
    ]


def accuracy_row(answers: dict[str, Answers], pictures: Pictures) -> list[str]:
    predictions = {view: answers[view].predictions for view in VIEWS}
    return [
        f"{(predicted == pictures.labels(view)).mean():.1%} ({(predicted == MISSED).sum()})"
        for view, predicted in predictions.items()
    ]


def macro_f1_row(answers: dict[str, Answers], pictures: Pictures) -> list[str]:
    return [f"{macro_f1(pictures.labels(view), answers[view].predictions):.3f}" for view in VIEWS]


def differences_row(
    ours: dict[str, Answers], others: dict[str, Answers], pictures: Pictures
) -> list[str]:
    return [
        paired_difference(pictures.labels(view), ours[view].predictions, others[view].predictions)
        for view in VIEWS
    ]


def recall_row(truth: Labels, predictions: Labels) -> list[str]:
    recalls = recall_score(truth, predictions, labels=LABELS, average=None, zero_division=0)
    return [f"{recall:.2f}" for recall in (*recalls, recalls.mean())]


def paired_difference(truth: Labels, ours: Labels, others: Labels) -> str:
    """Return by how many points ours is right more often on the same pictures, ± standard error."""
    differences = (ours == truth).astype(float) - (others == truth)
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return f"{100 * differences.mean():+.1f} ± {100 * error:.1f}"


def macro_f1(truth: Labels, predictions: Labels) -> float:
    return float(f1_score(truth, predictions, labels=LABELS, average="macro", zero_division=0))


def main() -> None:
    """Print the tables; every network runs on one thread."""
    parser = OneLineParser(description="Compare networks on the same pictures.")
    parser.add_argument("archive", type=Path, help="FER2013's archive")
    parser.add_argument("votes", type=Path, help="crowd votes (CSV)")
    parser.add_argument("photos", type=Path, help="archive or folder of labelled photos")
    parser.add_argument(
        "--run", type=Path, action="append", default=[], help="folder of another network"
    )
    parser.add_argument("--answers", type=Path, help="folder that keeps other packages' answers")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        views, answers = Path(folder, "views"), options.answers or Path(folder, "answers")
        pictures = load_pictures(options.archive, options.votes, options.photos, views)
        for line in tables(list(evaluate_all(options.run, pictures, answers)), pictures):
            print(line)


if __name__ == "__main__":
    main()
