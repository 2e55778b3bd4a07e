"""How well a network reads faces, as one JSON-ready report."""

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from common.imaging.images import ImageError, read_image
from ml.data.crowd_votes import NO_MAJORITY, majority, votes_on
from ml.data.datasets import Dataset
from ml.data.preparation import read_faces
from ml.data.sources import DatasetError, Source, pick_split
from ml.emotions import EMOTIONS
from ml.evaluation.descriptions import describe
from ml.inference.card import Card, ModelFileError
from ml.inference.predictor import Predictor
from ml.metrics.calibration import (
    expected_calibration_error,
    negative_log_likelihood,
    perfect_calibration_band,
)
from ml.metrics.gate import Answers
from ml.metrics.intervals import intervals

LABELS = list(range(len(EMOTIONS)))
MISSED = len(EMOTIONS)  # stands for the answer about a face that was not found


@dataclass(frozen=True, slots=True)
class Reading:
    """What one output answers about n faces whose truth is known.

    Attributes:
        rows: which of the evaluated faces these are.
        shares: n × 7 probabilities.
        truth: n indices into `EMOTIONS`.
        found: whether the face was found; where not, the answer is wrong whatever its shares.
    """

    rows: NDArray[np.int64]
    shares: NDArray[np.float32]
    truth: NDArray[np.int64]
    found: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.truth)

    def where(self, chosen: NDArray[np.bool_]) -> "Reading":
        """Return what it answers about some of the faces."""
        return Reading(
            self.rows[chosen], self.shares[chosen], self.truth[chosen], self.found[chosen]
        )

    @property
    def answers(self) -> NDArray[np.int64]:
        """The most probable emotion of each face, `MISSED` where it was not found."""
        return np.where(self.found, self.shares.argmax(axis=1), MISSED)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which answers are right."""
        return np.asarray(self.answers == self.truth)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a network answers about the faces of one split.

    Attributes:
        card: of the network.
        split: name of the split.
        faces: its n faces; one that was not found is black.
        answers: n × 7 probabilities of each output, by name.
        found: which faces were found in their photos; None where they did not have to be.
        twins: which faces have an identical picture among those to learn from; None if unknown.
    """

    card: Card
    split: str
    faces: Dataset
    answers: dict[str, NDArray[np.float32]]
    found: NDArray[np.bool_] | None = None
    twins: NDArray[np.bool_] | None = None

    @property
    def folder(self) -> Reading:
        """The output `folder` beside the labels."""
        return self._beside_labels("folder")

    @property
    def crowd(self) -> Reading | None:
        """The output `crowd` beside the majority of the votes, where there are both."""
        if self.faces.votes is None or "crowd" not in self.answers:
            return None
        truth = majority(self.faces.votes)
        reading = replace(self._beside_labels("crowd"), truth=truth).where(truth != NO_MAJORITY)
        return reading if len(reading) else None

    @property
    def shown(self) -> tuple[Reading, str]:
        """The output that people see, and what it stands beside: `votes` or `labels`."""
        crowd = self.crowd if self.card.shown == "crowd" else None
        return (crowd, "votes") if crowd else (self._beside_labels(self.card.shown), "labels")

    def _beside_labels(self, output: str) -> Reading:
        found = np.ones(len(self.faces), bool) if self.found is None else self.found
        rows = np.arange(len(self.faces))
        return Reading(rows, self.answers[output], self.faces.labels, found)


def evaluate(
    dataset: Dataset, split: str, predictor: Predictor, *, votes: Path | None = None
) -> Evaluation:
    """Let the LiteRT network answer about one split of a dataset.

    Args:
        dataset: the faces of that split, and of others to look for twins in.
        split: its name; it holds at least one face.
        predictor: the network.
        votes: a file with crowd votes to use instead of the dataset's own.

    Raises:
        DatasetError: when that is no file of votes on these faces.
        ModelFileError: when the network has no output `folder`.
    """
    return answered(dataset.split(split), split, predictor, votes, twins=twins(dataset, split))


def evaluate_source(
    path: Path, predictor: Predictor, *, split: str | None, votes: Path | None = None
) -> Evaluation:
    """Let the LiteRT network answer about an archive, a folder, a table or a prepared file.

    Raises:
        DatasetError: when there is no such source, split or file of votes.
        ModelFileError: when the network has no output `folder`.
    """
    if path.suffix == ".npz":
        dataset = Dataset.load(path)
        split = pick_split(Counter(dataset.splits.tolist()), split, str(path))
    else:
        source = Source(path)
        split = source.pick_split(split)
        dataset, _, _ = read_faces(source, {"train", split} & source.splits().keys())
        if split not in dataset.splits:
            raise DatasetError(f"{path}: expected pictures in {split}, could read none of them.")
    return evaluate(dataset, split, predictor, votes=votes)


def evaluate_photos(
    path: Path, predictor: Predictor, *, split: str | None, votes: Path | None = None
) -> Evaluation:
    """Go the whole way, face detection included, on an archive or folder of photos.

    The largest face of a photo counts.

    Raises:
        DatasetError: when there is no such source, split or file of votes.
        ModelFileError: when the network has no output `folder`.
    """
    source = Source(path)
    split = source.pick_split(split)
    entries = [entry for entry in source.entries if entry.split == split]
    images = np.zeros((len(entries), *[predictor.card.input_size] * 2), np.uint8)
    found = np.zeros(len(entries), bool)
    for index, (_, data) in enumerate(source.read(split)):
        try:
            boxes, crops = predictor.detect(read_image(data))
        except ImageError:
            continue
        if boxes:
            images[index], found[index] = crops[0], True
    faces = Dataset(
        source.name,
        images,
        np.array([EMOTIONS.index(entry.emotion) for entry in entries]),
        np.array([entry.split for entry in entries]),
        np.array([entry.path for entry in entries]),
    )
    return answered(faces, split, predictor, votes, found=found)


def answered(
    faces: Dataset,
    split: str,
    predictor: Predictor,
    votes: Path | None,
    *,
    found: NDArray[np.bool_] | None = None,
    twins: NDArray[np.bool_] | None = None,
) -> Evaluation:
    """Return the network's answers about faces, joined with crowd votes if there is a file."""
    if "folder" not in predictor.outputs:
        raise ModelFileError(
            f"{predictor.card.name}: expected an output named folder, received "
            f"{', '.join(sorted(predictor.outputs))}."
        )
    if votes:
        faces = replace(faces, votes=votes_on(faces.paths, votes))
    answers = predictor.predict_outputs(faces.images)
    return Evaluation(predictor.card, split, faces, answers, found, twins)


def twins(dataset: Dataset, split: str) -> NDArray[np.bool_] | None:
    """Return which faces of a split have an identical picture among those to learn from.

    A network learns from `train` and is chosen on `validation`, which a prepared file has drawn
    from the same folder. None where there are no such pictures beside the split.
    """
    learned = np.isin(dataset.splits, ["train", "validation"]) & (dataset.splits != split)
    if split == "train" or not learned.any():
        return None
    known = {digest(image) for image in dataset.images[learned]}
    return np.array([digest(image) in known for image in dataset.split(split).images])


def digest(image: NDArray[np.uint8]) -> bytes:
    """Return what pictures with the same pixels have in common."""
    return hashlib.sha256(image.tobytes()).digest()


def gate_answers(evaluation: Evaluation) -> Answers:
    """Return what a version answers about the faces of an evaluation, for the gate."""
    test = evaluation.faces
    truth = {"folder": test.labels}
    if test.votes is not None:
        truth["crowd"] = majority(test.votes)
    given = {name: shares.argmax(axis=1) for name, shares in evaluation.answers.items()}
    people = (
        np.unique(test.contributor_names(), return_inverse=True)[1]
        if test.has_contributions
        else None
    )
    return Answers(
        f"{test.name}, {evaluation.split} split",
        test.fingerprint(),
        {name: truth[name].astype(np.int8) for name in given if name in truth},
        {name: given[name].astype(np.int8) for name in given if name in truth},
        people,
    )


def report(evaluation: Evaluation) -> dict[str, Any]:
    """Return what `evaluate_emotion` prints; `keras` is left to who has that network."""
    folder, crowd = evaluation.folder, evaluation.crowd
    about = intervals(folder.truth, folder.answers)
    classes = per_class(folder)
    confusion = confusion_matrix(folder.truth, folder.answers, labels=LABELS).tolist()
    known = folder.where(folder.found)
    told: dict[str, Any] = {
        "model": evaluation.card.name,
        "split": evaluation.split,
        **scores(folder),
        **calibration(folder),
        "nll": negative_log_likelihood(known.shares, known.truth) if len(known) else None,
        "intervals": {"accuracy": about.accuracy, "macro_f1": about.macro_f1},
        "per_class": classes,
        "confusion_matrix": confusion,
        "words": describe(classes, confusion),
        "votes": {**scores(crowd), **calibration(crowd)} if crowd else None,
        "shown": shown(evaluation),
        "without_twins": None,
        "faces": None,
        "keras": None,
        "model_bytes": evaluation.card.facts["bytes"],
    }
    if evaluation.twins is not None and not evaluation.twins.all():
        told["without_twins"] = scores(folder.where(~evaluation.twins))
    if evaluation.found is not None:
        told["faces"] = {"found": len(known), "missed": len(folder) - len(known)}
    return told


def scores(reading: Reading) -> dict[str, Any]:
    """Return how many faces there are and how good the answers about them are."""
    f1 = precision_recall_fscore_support(
        reading.truth, reading.answers, labels=LABELS, zero_division=0
    )[2]
    return {
        "images": len(reading),
        "accuracy": float(reading.right.mean()),
        "macro_f1": float(np.mean(f1)),
    }


def calibration(reading: Reading) -> dict[str, Any]:
    """Return how far the probabilities of the found faces can be believed."""
    known = reading.where(reading.found)
    if not len(known):
        return {"ece": None, "ece_band": None}
    return {
        "ece": expected_calibration_error(known.shares, known.truth),
        "ece_band": [*perfect_calibration_band(known.shares)],
    }


def per_class(reading: Reading) -> dict[str, dict[str, Any]]:
    """Return the figures of each emotion."""
    about = intervals(reading.truth, reading.answers)
    precision, recall, f1, support = precision_recall_fscore_support(
        reading.truth, reading.answers, labels=LABELS, zero_division=0
    )
    return {
        str(emotion): {
            "precision": float(precision[index]),
            "recall": float(recall[index]),
            "f1": float(f1[index]),
            "support": int(support[index]),
            "intervals": {"precision": about.precision[index], "recall": about.recall[index]},
        }
        for index, emotion in enumerate(EMOTIONS)
    }


def shown(evaluation: Evaluation) -> dict[str, Any]:
    """Return how good the answers are that people see, and those that are not called unsure."""
    reading, truth = evaluation.shown
    sure = reading.found & (reading.shares.max(axis=1) >= evaluation.card.unsure_below)
    return {
        "output": evaluation.card.shown,
        "truth": truth,
        **scores(reading),
        **calibration(reading),
        "answered": float(sure.mean()),
        "accuracy_answered": float(reading.right[sure].mean()) if sure.any() else None,
        "per_class": per_class(reading),
    }
