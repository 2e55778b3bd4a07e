"""Evaluating a network: its predictions for faces whose emotion is known."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.imaging.images import ImageError, read_image
from ml.data.crowd_votes import NO_MAJORITY, majority, votes_on
from ml.data.datasets import Dataset
from ml.data.errors import DatasetError
from ml.data.left_out import LeftOut
from ml.data.preparation import DROP_REASONS, read_faces, with_votes
from ml.data.sources import Source, pick_split
from ml.data.spellings import NO_LABELS
from ml.emotions import EMOTIONS, Emotion
from ml.inference.card import Card, ModelFileError
from ml.inference.predictor import Predictor
from ml.metrics.gate import Answers

MISSED = len(EMOTIONS)
"""The prediction for a face that was not found, which is wrong whatever the truth."""


@dataclass(frozen=True, slots=True)
class OutputEvaluation:
    """The predictions of one output for n faces whose emotion is known.

    Attributes:
        rows: n indices into the evaluated faces.
        probabilities: n × 7.
        truth: n indices into `EMOTIONS`.
        found: which faces were found in their photos.
    """

    rows: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    truth: NDArray[np.int64]
    found: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.truth)

    def where(self, mask: NDArray[np.bool_]) -> "OutputEvaluation":
        """Return the predictions for the faces that a boolean mask selects."""
        return OutputEvaluation(
            self.rows[mask], self.probabilities[mask], self.truth[mask], self.found[mask]
        )

    @property
    def predictions(self) -> NDArray[np.int64]:
        """The most probable emotion of each face, `MISSED` if it was not found."""
        return np.where(self.found, self.probabilities.argmax(axis=1), MISSED)

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Which predictions are correct."""
        return np.asarray(self.predictions == self.truth)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A network's predictions for the faces of one split.

    Attributes:
        card: of the network.
        split: name of the split.
        faces: its n faces; one that was not found is black.
        probabilities: n × 7, by output.
        found: which faces were found in their photos; None if they were cropped already.
        duplicates: which faces are identical to one that the network may have been trained on;
            None if unknown.
        left_out: pictures of the source that could not be read, or are of no use. With whole photos
            those that cannot be read count as faces that were not found, too.
        joined: name of the table of votes inside the source that was used, or None.
    """

    card: Card
    split: str
    faces: Dataset
    probabilities: dict[str, NDArray[np.float32]]
    found: NDArray[np.bool_] | None = None
    duplicates: NDArray[np.bool_] | None = None
    left_out: LeftOut = field(default_factory=lambda: LeftOut({}))
    joined: str | None = None

    @property
    def folder(self) -> OutputEvaluation:
        """The output `folder` against the labels."""
        return self._against_labels("folder")

    @property
    def crowd(self) -> OutputEvaluation | None:
        """The output `crowd` against the majority of the votes, if there are both."""
        return self._against_votes("crowd") if "crowd" in self.probabilities else None

    @property
    def shown(self) -> tuple[OutputEvaluation, str]:
        """The output that people see, and what it is measured against: `votes` or `labels`."""
        output = self.card.shown
        evaluated = self._against_votes(output) if output != "folder" else None
        return (evaluated, "votes") if evaluated else (self._against_labels(output), "labels")

    def _against_votes(self, output: str) -> OutputEvaluation | None:
        if self.faces.votes is None:
            return None
        truth = majority(self.faces.votes)
        evaluated = replace(self._against_labels(output), truth=truth).where(truth != NO_MAJORITY)
        return evaluated if len(evaluated) else None

    def _against_labels(self, output: str) -> OutputEvaluation:
        found = np.ones(len(self.faces), bool) if self.found is None else self.found
        rows = np.arange(len(self.faces))
        return OutputEvaluation(rows, self.probabilities[output], self.faces.labels, found)


def evaluate(
    dataset: Dataset, split: str, predictor: Predictor, *, votes: Path | None = None
) -> Evaluation:
    """Evaluate the LiteRT network on one split of a dataset.

    Args:
        dataset: the faces of that split, and of others to look for duplicates in.
        split: its name; it holds at least one face.
        votes: a file with crowd votes to use instead of the dataset's own.

    Raises:
        DatasetError: when `votes` holds no votes on these faces.
        ModelFileError: when the network has no output `folder`.
    """
    return predict(
        dataset.split(split),
        split,
        predictor,
        votes,
        duplicates=training_duplicates(dataset, split),
    )


def evaluate_source(
    path: Path,
    predictor: Predictor,
    *,
    split: str | None,
    votes: Path | None = None,
    labels: Mapping[str, Emotion] = NO_LABELS,
) -> Evaluation:
    """Evaluate the LiteRT network on an archive, a folder, a table or a prepared file.

    Raises:
        DatasetError: when there is no such source, split or file of votes.
        ModelFileError: when the network has no output `folder`.
    """
    if path.suffix == ".npz":
        dataset = Dataset.load(path)
        split = pick_split(Counter(dataset.splits.tolist()), split, str(path))
        return evaluate(dataset, split, predictor, votes=votes)
    source = Source(path, labels)
    split = source.pick_split(split)
    dataset, left_out, _ = read_faces(source, {"train", split} & source.splits().keys())
    if split not in dataset.splits:
        raise DatasetError(
            f"{path}: expected pictures in {split}, could read none of them. "
            f"{'; '.join(left_out.lines())}."
        )
    faces, joined = with_votes(dataset.split(split), source, votes, left_out)
    evaluated = predict(
        faces, split, predictor, None, duplicates=training_duplicates(dataset, split)
    )
    return replace(evaluated, left_out=left_out, joined=joined)


def evaluate_photos(
    path: Path,
    predictor: Predictor,
    *,
    split: str | None,
    votes: Path | None = None,
    labels: Mapping[str, Emotion] = NO_LABELS,
) -> Evaluation:
    """Evaluate face detection and the LiteRT network together on an archive or folder of photos.

    The largest face of each photo counts.

    Raises:
        DatasetError: when there is no such source, split or file of votes.
        ModelFileError: when the network has no output `folder`.
    """
    source = Source(path, labels)
    split = source.pick_split(split)
    entries = [entry for entry in source.entries if entry.split == split]
    images = np.zeros((len(entries), *[predictor.card.input_size] * 2), np.uint8)
    found = np.zeros(len(entries), bool)
    left_out = LeftOut(source.dropped)
    for index, (entry, data) in enumerate(source.read(split)):
        try:
            boxes, crops = predictor.detect(read_image(data))
        except ImageError as error:
            left_out.add(f"{DROP_REASONS[error.code]}; counted as missed", entry.path)
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
    faces, joined = with_votes(faces, source, votes, left_out)
    evaluated = predict(faces, split, predictor, None, found=found)
    return replace(evaluated, left_out=left_out, joined=joined)


def evaluate_photos_of_every_split(
    path: Path,
    predictor: Predictor,
    *,
    votes: Path | None = None,
    labels: Mapping[str, Emotion] = NO_LABELS,
) -> Iterator[Evaluation]:
    """Evaluate each split of an archive or folder of photos, as `evaluate_photos` does.

    Raises:
        DatasetError: when there is no such source or file of votes.
        ModelFileError: when the network has no output `folder`.
    """
    for split in Source(path, labels).splits():
        yield evaluate_photos(path, predictor, split=split, votes=votes, labels=labels)


def predict(
    faces: Dataset,
    split: str,
    predictor: Predictor,
    votes: Path | None,
    *,
    found: NDArray[np.bool_] | None = None,
    duplicates: NDArray[np.bool_] | None = None,
) -> Evaluation:
    """Let the network predict, and join crowd votes from a file if there is one."""
    if "folder" not in predictor.outputs:
        raise ModelFileError(
            f"{predictor.card.name}: expected an output named folder, received "
            f"{', '.join(sorted(predictor.outputs))}."
        )
    if votes:
        faces = replace(faces, votes=votes_on(faces.paths, votes))
    probabilities = predictor.predict_outputs(faces.images)
    return Evaluation(predictor.card, split, faces, probabilities, found, duplicates)


def training_duplicates(dataset: Dataset, split: str) -> NDArray[np.bool_] | None:
    """Return which faces of a split are identical to one that a network may have learned from.

    A network is trained on `train` and selected on `validation`, which a prepared file has drawn
    from the same folder. None if the dataset has neither beside the split.
    """
    seen = np.isin(dataset.splits, ["train", "validation"]) & (dataset.splits != split)
    if split == "train" or not seen.any():
        return None
    known = {pixels_sha256(image) for image in dataset.images[seen]}
    return np.array([pixels_sha256(image) in known for image in dataset.split(split).images])


def pixels_sha256(image: NDArray[np.uint8]) -> bytes:
    return hashlib.sha256(image.tobytes()).digest()


def gate_answers(evaluation: Evaluation) -> Answers:
    """Return the predictions of an evaluation in the form that the gate compares."""
    test = evaluation.faces
    truth = {"folder": test.labels, "shown": test.labels}
    if test.votes is not None:
        truth["crowd"] = truth["shown"] = majority(test.votes)
    predictions = {
        name: probabilities.argmax(axis=1)
        for name, probabilities in evaluation.probabilities.items()
        if name in truth
    }
    people = None
    if test.has_contributions:
        people = np.unique(test.contributor_names(), return_inverse=True)[1]
    return Answers(
        f"{test.name}, {evaluation.split} split",
        test.fingerprint(),
        {name: truth[name].astype(np.int8) for name in predictions},
        {name: predicted.astype(np.int8) for name, predicted in predictions.items()},
        people,
    )
