"""The report of an evaluation: metrics as one JSON-ready object."""

from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from ml.emotions import EMOTIONS
from ml.evaluation.descriptions import describe
from ml.evaluation.evaluation import Evaluation, OutputEvaluation
from ml.evaluation.photo_report import labels_sha256
from ml.inference.card import Card
from ml.metrics.answer_sets import ranks, set_sizes
from ml.metrics.calibration import (
    expected_calibration_error,
    negative_log_likelihood,
    perfect_calibration_band,
)
from ml.metrics.intervals import bootstrap_intervals, wilson_interval

LABELS = list(range(len(EMOTIONS)))


def report(evaluation: Evaluation) -> dict[str, Any]:
    """Return what `evaluate_emotion` prints; callers that have the Keras network fill in `keras`.

    Unless they say otherwise, metrics are of the output `folder`.
    """
    folder, crowd = evaluation.folder, evaluation.crowd
    bootstrapped = bootstrap_intervals(folder.truth, folder.predictions)
    classes = per_class(folder)
    confusion = confusion_matrix(folder.truth, folder.predictions, labels=LABELS).tolist()
    found = folder.where(folder.found)
    metrics: dict[str, Any] = {
        "model": evaluation.card.name,
        "split": evaluation.split,
        **scores(folder),
        **calibration(folder),
        "nll": negative_log_likelihood(found.probabilities, found.truth) if len(found) else None,
        "intervals": {"accuracy": bootstrapped.accuracy, "macro_f1": bootstrapped.macro_f1},
        "per_class": classes,
        "confusion_matrix": confusion,
        "words": describe(classes, confusion),
        "votes": {**scores(crowd), **calibration(crowd)} if crowd else None,
        "shown": shown_output(evaluation),
        "without_twins": None,
        "faces": None,
        "keras": None,
        "model_bytes": evaluation.card.facts["bytes"],
    }
    if evaluation.duplicates is not None and not evaluation.duplicates.all():
        metrics["without_twins"] = scores(folder.where(~evaluation.duplicates))
    if evaluation.found is not None:
        metrics["faces"] = {"found": len(found), "missed": len(folder) - len(found)}
    return metrics


def scores(output: OutputEvaluation) -> dict[str, Any]:
    """Return the number of faces, the accuracy and the macro-F1."""
    f1 = precision_recall_fscore_support(
        output.truth, output.predictions, labels=LABELS, zero_division=0
    )[2]
    return {
        "images": len(output),
        "accuracy": float(output.correct.mean()),
        "macro_f1": float(np.mean(f1)),
    }


def calibration(output: OutputEvaluation) -> dict[str, Any]:
    """Return the calibration error on the faces that were found."""
    found = output.where(output.found)
    if not len(found):
        return {"ece": None, "ece_band": None}
    return {
        "ece": expected_calibration_error(found.probabilities, found.truth),
        "ece_band": [*perfect_calibration_band(found.probabilities)],
    }


def per_class(output: OutputEvaluation) -> dict[str, dict[str, Any]]:
    """Return precision, recall, F1 and support of each emotion."""
    bootstrapped = bootstrap_intervals(output.truth, output.predictions)
    precision, recall, f1, support = precision_recall_fscore_support(
        output.truth, output.predictions, labels=LABELS, zero_division=0
    )
    return {
        str(emotion): {
            "precision": float(precision[index]),
            "recall": float(recall[index]),
            "f1": float(f1[index]),
            "support": int(support[index]),
            "intervals": {
                "precision": bootstrapped.precision[index],
                "recall": bootstrapped.recall[index],
            },
        }
        for index, emotion in enumerate(EMOTIONS)
    }


def shown_output(evaluation: Evaluation) -> dict[str, Any]:
    """Return the metrics of the output that people see, overall and where it is not unsure."""
    shown, truth = evaluation.shown
    confidences = shown.probabilities.max(axis=1)
    answered = shown.found & (confidences >= evaluation.card.unsure_below)
    return {
        "output": evaluation.card.shown,
        "truth": truth,
        **scores(shown),
        **calibration(shown),
        "answered": float(answered.mean()),
        "accuracy_answered": float(shown.correct[answered].mean()) if answered.any() else None,
        "sets": answer_sets(shown, evaluation.card),
        "chosen_on_these": was_chosen_on(evaluation),
        "per_class": per_class(shown),
    }


def answer_sets(shown: OutputEvaluation, card: Card) -> dict[str, Any]:
    """Return how often the sets that are shown where it is unsure hold the truth."""
    unsure = shown.found & (shown.probabilities.max(axis=1) < card.unsure_below)
    sizes = set_sizes(shown.probabilities, unsure=unsure, mass=card.set_mass)[unsure]
    held = (ranks(shown.probabilities, shown.truth)[unsure] < sizes).sum()
    return {
        "images": len(sizes),
        "coverage": float(held / len(sizes)) if len(sizes) else None,
        "interval": wilson_interval(int(held), len(sizes)),
        "mean_size": float(sizes.mean()) if len(sizes) else None,
    }


def was_chosen_on(evaluation: Evaluation) -> bool:
    """Tell whether what is shown was chosen on these photos, so that it is no measure of it."""
    chosen_on = evaluation.card.facts.get("photos", {}).get("labels_sha256")
    return bool(chosen_on) and chosen_on == labels_sha256(evaluation.faces)
