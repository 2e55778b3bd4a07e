"""How well a network reads faces, as one JSON-ready report."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from ml.calibration import expected_calibration_error, negative_log_likelihood
from ml.datasets import Dataset, decode
from ml.emotions import EMOTIONS
from ml.images import ImageError, read_image
from ml.predictor import Predictor
from ml.sources import DatasetError, Source, pick_split

LABELS = list(range(len(EMOTIONS)))
MISSED = -1  # stands for the answer about a face that was not found


def report(
    probabilities: NDArray[np.floating],
    labels: NDArray[np.integer],
    *,
    predictor: Predictor,
    split: str,
    missed: NDArray[np.bool_] | None = None,
) -> dict[str, Any]:
    """Return the report of `evaluate_emotion` about n answers.

    Args:
        probabilities: n × 7 shares.
        labels: n true indices.
        missed: whether the face was not found; such an answer is wrong whatever its shares.
    """
    missed = np.zeros(len(labels), bool) if missed is None else missed
    found = ~missed
    answers = np.where(missed, MISSED, probabilities.argmax(axis=1))
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, answers, labels=LABELS, zero_division=0
    )
    correct = answers == labels
    sure = found & (probabilities.max(axis=1) >= predictor.card.unsure_below)
    ece = expected_calibration_error(probabilities[found], labels[found])
    return {
        "model": predictor.card.name,
        "images": len(labels),
        "split": split,
        "accuracy": float(correct.mean()),
        "macro_f1": float(np.mean(f1)),
        "ece": ece,
        "nll": negative_log_likelihood(probabilities[found], labels[found]),
        "per_class": {
            str(emotion): {
                "precision": float(precision[index]),
                "recall": float(recall[index]),
                "f1": float(f1[index]),
                "support": int(support[index]),
            }
            for index, emotion in enumerate(EMOTIONS)
        },
        "confusion_matrix": confusion_matrix(labels, answers, labels=LABELS).tolist(),
        "votes": None,
        "shown": {
            "output": predictor.card.shown,
            "accuracy": float(correct.mean()),
            "ece": ece,
            "answered": float(sure.mean()),
            "accuracy_answered": float(correct[sure].mean()) if sure.any() else None,
        },
        "faces": None,
        "model_bytes": predictor.card.facts["bytes"],
    }


def evaluate_dataset(dataset: Dataset, split: str, predictor: Predictor) -> dict[str, Any]:
    """Evaluate the LiteRT network on one split of prepared faces."""
    chosen = dataset.split(split)
    return report(
        predictor.classify(chosen.images), chosen.labels, predictor=predictor, split=split
    )


def evaluate_source(path: Path, predictor: Predictor, *, split: str | None) -> dict[str, Any]:
    """Evaluate the LiteRT network on an archive, a folder or a prepared file.

    Raises:
        DatasetError: when there is no such source or split.
    """
    if path.suffix == ".npz":
        dataset = Dataset.load(path)
        split = pick_split(Counter(dataset.splits.tolist()), split, str(path))
        return evaluate_dataset(dataset, split, predictor)
    source = Source(path)
    split = source.pick_split(split)
    faces = [(decode(data), entry.emotion) for entry, data in source.read(split)]
    readable = [(face, emotion) for face, emotion in faces if face is not None]
    if not readable:
        raise DatasetError(f"{path}: expected pictures, could read none of them.")
    images = np.stack([face for face, _ in readable])
    labels = np.array([EMOTIONS.index(emotion) for _, emotion in readable])
    return report(predictor.classify(images), labels, predictor=predictor, split=split)


def evaluate_photos(path: Path, predictor: Predictor, *, split: str | None) -> dict[str, Any]:
    """Evaluate the whole way, face detection included, on an archive or folder of photos.

    The largest face of a photo counts.

    Raises:
        DatasetError: when there is no such source or split.
    """
    source = Source(path)
    split = source.pick_split(split)
    shares, labels, missed = [], [], []
    for entry, data in source.read(split):
        try:
            faces = predictor.predict(read_image(data))
        except ImageError:
            faces = []
        shares.append(faces[0].probabilities if faces else (1 / len(EMOTIONS),) * len(EMOTIONS))
        labels.append(EMOTIONS.index(entry.emotion))
        missed.append(not faces)
    told = report(
        np.array(shares),
        np.array(labels),
        predictor=predictor,
        split=split,
        missed=np.array(missed),
    )
    return told | {"faces": {"found": len(missed) - sum(missed), "missed": sum(missed)}}
