"""The context of a version's public page, made from its model card alone."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from emotions.models import Feeling
from ml.emotions import EMOTIONS
from ml.inference.face_detection import detector_name
from ml.registry.history import ServedVersion

FEELINGS = [Feeling(emotion.value) for emotion in EMOTIONS]
MIN_CONFUSION_RATE = 0.15  # of the faces of an emotion; rarer confusions are not listed
MAX_PERCENT = 99.9  # no finite set of photos shows that it is always right
DETECTORS = {"blazeface": "BlazeFace", "yunet": "YuNet", "cascades": "OpenCV"}
MIN_RECALL = 0.5  # on photos; emotions found less often are listed
MIN_TEST_FACES = 100  # of an emotion; with fewer its figures are called rough


def model_card_context(served: ServedVersion, *, others: Sequence[ServedVersion]) -> dict[str, Any]:
    """Return the context of a version's page.

    Args:
        others: every version that was ever active, this one among them.
    """
    card = served.version.card
    evaluation, photos = card.get("evaluation", {}), card.get("photos", {})
    matrix = evaluation.get("confusion_matrix", [])
    return {
        "version": served.version,
        "times": served.periods,
        "card": card,
        "photos": photos_context(photos),
        **evaluation_context(evaluation),
        "unsure_below_percent": percent(card["unsure_below"]),
        "emotions": FEELINGS,
        "matrix": [
            {"emotion": one, "cells": counts, "total": sum(counts)}
            for one, counts in zip(FEELINGS, matrix, strict=False)
        ],
        "weaknesses": [
            *weaknesses_on_photos(photos.get("per_class", {})),
            *weaknesses_on_faces(matrix),
        ],
        "data": dataset_rows(card.get("dataset", {})),
        "others": [
            {"served": other, "accuracy_percent": accuracy_percent(other)} for other in others
        ],
    }


def percent(share: float | None, digits: int = 0) -> float | None:
    """Return a share in per cent, which never rounds to 100."""
    if share is None:
        return None
    rounded = min(round(100 * share, digits), MAX_PERCENT if digits else int(MAX_PERCENT))
    return rounded if digits else int(rounded)


def measured_percent(measured: dict[str, Any], digits: int = 0) -> dict[str, Any]:
    """Return a share that a card tells with its interval and number of photos, in per cent."""
    low, high = measured["interval"] or (None, None)
    return {
        "percent": percent(measured["share"], digits),
        "low": percent(low, digits),
        "high": percent(high, digits),
        "images": measured.get("images"),
    }


def photos_context(photos: dict[str, Any]) -> dict[str, Any] | None:
    """Return the metrics on people's photos; None where they were never measured."""
    if not photos:
        return None
    return {
        "images": photos["images"],
        "people": photos["people"],
        "missed": photos["faces"]["missed"],
        "detector": DETECTORS[photos["detector"]],
        "has_detector": photos["detector"] == detector_name(),
        "accuracy": measured_percent(photos["accuracy"], 1),
        "answered_percent": percent(photos["answered"]),
        "right_answers": measured_percent(photos["right_answers"]),
        "sets": measured_percent(photos["sets"]),
        "per_class": [
            {
                "emotion": Feeling(name),
                "recall": measured_percent(row["recall"]),
                "precision": measured_percent(row["precision"]),
            }
            for name, row in photos["per_class"].items()
        ],
    }


def evaluation_context(evaluation: dict[str, Any]) -> dict[str, Any]:
    """Return the metrics on the test split; empty where there was no evaluation."""
    shown = evaluation.get("shown")
    if not shown:
        return {"images": 0, "per_class": []}
    twins = evaluation.get("without_twins")
    return {
        "images": shown["images"],
        "asked_a_crowd": shown["truth"] == "votes",
        "accuracy_percent": percent(shown["accuracy"], 1),
        "labels": {
            "images": evaluation["images"],
            "accuracy_percent": percent(evaluation["accuracy"], 1),
        },
        "twins": twins
        and {
            "images": twins["images"],
            "accuracy_percent": percent(twins["accuracy"], 1),
        },
        "answered_percent": percent(shown["answered"]),
        "accuracy_answered_percent": percent(shown["accuracy_answered"], 1),
        "per_class": [
            {
                "emotion": Feeling(name),
                **{
                    f"{metric}_percent": percent(row[metric])
                    for metric in ("precision", "recall", "f1")
                },
                "support": row["support"],
            }
            for name, row in shown["per_class"].items()
        ],
    }


def accuracy_percent(served: ServedVersion) -> float | None:
    """Return a version's accuracy on people's photos; None where it was never measured on any."""
    photos = served.version.card.get("photos")
    return percent(photos["accuracy"]["share"], 1) if photos else None


def weaknesses_on_photos(per_class: dict[str, Any]) -> Iterator[str]:
    """Yield the emotions that are found in fewer than half of the photos labelled with them."""
    for name, row in per_class.items():
        share, count = row["recall"]["share"], row["recall"]["images"]
        if share is not None and share < MIN_RECALL:
            yield _("On photos, it recognised %(found)d of %(count)d labelled “%(label)s”.") % {
                "found": round(share * count),
                "count": count,
                "label": Feeling(name).label,
            }


def weaknesses_on_faces(matrix: Sequence[Sequence[int]]) -> Iterator[str]:
    """Yield frequent confusions, and emotions with few test faces.

    Args:
        matrix: the confusion matrix of test faces, rows are labels and columns predictions, in
            the order of `EMOTIONS`.
    """
    for label, counts in zip(FEELINGS, matrix, strict=False):
        total = sum(counts)
        for predicted, count in zip(FEELINGS, counts, strict=True):
            if predicted != label and count >= MIN_CONFUSION_RATE * total > 0:
                yield _(
                    "Of 100 small grey faces labelled “%(label)s”, it calls %(count)d “%(answer)s”."
                ) % {
                    "label": label.label,
                    "answer": predicted.label,
                    "count": round(100 * count / total),
                }
        if total < MIN_TEST_FACES:
            yield _(
                "Only %(count)d small grey test faces are labelled “%(label)s”, so their "
                "figures are rough."
            ) % {"label": label.label, "count": total}


def dataset_rows(dataset: dict[str, Any]) -> list[dict[str, Any]]:
    """Return how many faces of each emotion are in each split of the version's dataset."""
    counts = dataset.get("counts", {})
    names = {"train": _("Training"), "validation": _("Validation"), "test": _("Test")}
    return [
        {
            "name": name,
            "cells": [counts[split].get(str(emotion), 0) for emotion in EMOTIONS],
            "total": sum(counts[split].values()),
        }
        for split, name in names.items()
        if split in counts
    ]
