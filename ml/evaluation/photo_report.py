"""What a card says about people's photos, where the choices were made on other people."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.data.datasets import Dataset
from ml.emotions import EMOTIONS
from ml.evaluation.evaluation import MISSED, Evaluation
from ml.metrics.answer_sets import RIGHT, ranks
from ml.metrics.calibration import expected_calibration_error, perfect_calibration_band
from ml.metrics.intervals import ResampledGroups

MIN_SUPPORT = 25  # photos of an emotion, for its recall to count in the average


def photo_report(
    evaluation: Evaluation,
    people: NDArray[np.str_],
    probabilities: NDArray[np.floating],
    sizes: NDArray[np.int64],
) -> dict[str, Any]:
    """Return the metrics of what is shown on photos, with 95 % intervals over people.

    A face that was not found is a wrong answer, and not answered.

    Args:
        evaluation: of n photos.
        people: n names of who is in them.
        probabilities: n × 7 that are shown; any where no face was found.
        sizes: n sizes of what is said: 1 where it is sure.
    """
    found, labels = evaluation.folder.found, evaluation.faces.labels
    resampled = ResampledGroups(people)
    predictions = np.where(found, probabilities.argmax(axis=1), MISSED)
    correct, everything = predictions == labels, np.ones(len(labels), bool)
    sure, unsure = found & (sizes == 1), found & (sizes > 1)
    held = ranks(probabilities, labels) < sizes
    labelled = [labels == index for index in range(len(EMOTIONS))]
    frequent = [index for index, mask in enumerate(labelled) if mask.sum() >= MIN_SUPPORT]

    def measured(hits: NDArray[np.bool_], of: NDArray[np.bool_]) -> dict[str, Any]:
        share = float(hits[of].mean()) if of.any() else None
        return {"share": share, "interval": resampled.interval(hits, of), "images": int(of.sum())}

    return {
        "name": evaluation.faces.name,
        "labels_sha256": labels_sha256(evaluation.faces),
        "images": len(labels),
        "people": len(np.unique(people)),
        "faces": {"found": int(found.sum()), "missed": int((~found).sum())},
        "accuracy": measured(correct, everything),
        "recall": {
            "share": float(np.mean([correct[labelled[index]].mean() for index in frequent]))
            if frequent
            else None,
            "interval": resampled.interval(correct, *(labelled[index] for index in frequent))
            if frequent
            else None,
            "emotions": [str(EMOTIONS[index]) for index in frequent],
        },
        "ece": expected_calibration_error(probabilities[found], labels[found]),
        "ece_band": [*perfect_calibration_band(probabilities[found])],
        "answerable": answerable(np.where(found, probabilities.max(axis=1), 0), correct),
        "answered": float(sure.mean()),
        "right_answers": measured(correct, sure),
        "sets": {
            **measured(held, unsure),
            "mean_size": float(sizes[unsure].mean()) if unsure.any() else None,
        },
        "outputs": {
            name: float((np.where(found, output.argmax(axis=1), MISSED) == labels).mean())
            for name, output in evaluation.probabilities.items()
        },
        "per_class": {
            str(emotion): {
                "recall": measured(correct, mask),
                "precision": measured(correct, predictions == index),
            }
            for index, (emotion, mask) in enumerate(zip(EMOTIONS, labelled, strict=True))
        },
    }


def answerable(confidences: NDArray[np.floating], correct: NDArray[np.bool_]) -> float:
    """Return the largest share of photos, the most confident ones, that are right nine in ten."""
    ranked = correct[np.argsort(-confidences)]
    shares = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    enough = np.flatnonzero(shares >= RIGHT)
    return float((enough[-1] + 1) / len(ranked)) if len(enough) else 0.0


def labels_sha256(photos: Dataset) -> str:
    """Return a digest of names and labels, which is the same whatever detects the faces."""
    rows = sorted(zip(photos.paths.tolist(), photos.labels.tolist(), strict=True))
    return hashlib.sha256(repr(rows).encode()).hexdigest()
