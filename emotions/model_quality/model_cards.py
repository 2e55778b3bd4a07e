"""The context of a version's public page, made from its model card alone."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from emotions.models import Feeling
from ml.emotions import EMOTIONS
from ml.registry.history import ServedVersion

FEELINGS = [Feeling(emotion.value) for emotion in EMOTIONS]
MIN_CONFUSION_RATE = 0.15  # of the faces of an emotion; rarer confusions are not listed
MIN_TEST_PHOTOS = 100  # of an emotion; with fewer its figures are called rough


def model_card_context(served: ServedVersion, *, others: Sequence[ServedVersion]) -> dict[str, Any]:
    """Return the context of a version's page.

    Args:
        others: every version that was ever active, this one among them.
    """
    card = served.version.card
    evaluation = card.get("evaluation", {})
    matrix = evaluation.get("confusion_matrix", [])
    return {
        "version": served.version,
        "times": served.periods,
        "card": card,
        **evaluation_context(evaluation.get("shown")),
        "unsure_below_percent": round(100 * card["unsure_below"]),
        "emotions": FEELINGS,
        "matrix": [
            {"emotion": one, "cells": counts, "total": sum(counts)}
            for one, counts in zip(FEELINGS, matrix, strict=False)
        ],
        "weaknesses": list(weaknesses(matrix)),
        "data": dataset_rows(card.get("dataset", {})),
        "others": [
            {"served": other, "accuracy_percent": accuracy_percent(other)} for other in others
        ],
    }


def evaluation_context(shown: dict[str, Any] | None) -> dict[str, Any]:
    """Return the metrics of the output that people see; empty where it was never evaluated."""
    if not shown:
        return {"images": 0, "per_class": []}
    return {
        "images": shown["images"],
        "asked_a_crowd": shown["truth"] == "votes",
        "accuracy_percent": round(100 * shown["accuracy"], 1),
        "answered_percent": round(100 * shown["answered"]),
        "accuracy_answered_percent": round(100 * shown["accuracy_answered"], 1),
        "per_class": [
            {
                "emotion": Feeling(name),
                **{
                    f"{metric}_percent": round(100 * row[metric])
                    for metric in ("precision", "recall", "f1")
                },
                "support": row["support"],
            }
            for name, row in shown["per_class"].items()
        ],
    }


def accuracy_percent(served: ServedVersion) -> float | None:
    """Return a version's accuracy on test photos; None where it was never evaluated."""
    shown = served.version.card.get("evaluation", {}).get("shown")
    return round(100 * shown["accuracy"], 1) if shown else None


def weaknesses(matrix: Sequence[Sequence[int]]) -> Iterator[str]:
    """Yield frequent confusions, and emotions with few test photos.

    Args:
        matrix: the confusion matrix of test photos, rows are labels and columns predictions, in
            the order of `EMOTIONS`.
    """
    for label, counts in zip(FEELINGS, matrix, strict=False):
        total = sum(counts)
        for predicted, count in zip(FEELINGS, counts, strict=True):
            if predicted != label and count >= MIN_CONFUSION_RATE * total > 0:
                yield _("Of 100 faces labelled “%(label)s” it names %(count)d “%(answer)s”.") % {
                    "label": label.label,
                    "answer": predicted.label,
                    "count": round(100 * count / total),
                }
        if total < MIN_TEST_PHOTOS:
            yield _("Only %(count)d test photos show “%(label)s”: its figures are rough.") % {
                "label": label.label,
                "count": total,
            }


def dataset_rows(dataset: dict[str, Any]) -> list[dict[str, Any]]:
    """Return how many photos of each emotion are in each split of the version's dataset."""
    counts = dataset.get("counts", {})
    names = {"train": _("To learn from"), "validation": _("To choose by"), "test": _("To try on")}
    return [
        {
            "name": name,
            "cells": [counts[split].get(str(emotion), 0) for emotion in EMOTIONS],
            "total": sum(counts[split].values()),
        }
        for split, name in names.items()
        if split in counts
    ]
