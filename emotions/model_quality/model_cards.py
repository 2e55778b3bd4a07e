"""What the page of a version of the network tells, all of it from the registry."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from emotions.models import Feeling
from ml.emotions import EMOTIONS
from ml.registry.history import Told

FEELINGS = [Feeling(emotion.value) for emotion in EMOTIONS]
OFTEN = 0.15  # of the faces of an emotion, from which on a mistake is told
FEW = 100  # photos of an emotion, below which its figures are rough


def card_of(told: Told, *, others: Sequence[Told]) -> dict[str, Any]:
    """Return the context of a version's page.

    Args:
        others: every version that ever answered.
    """
    card = told.version.card
    evaluation = card.get("evaluation", {})
    matrix = evaluation.get("confusion_matrix", [])
    return {
        "version": told.version,
        "times": told.times,
        "card": card,
        **figures_of(evaluation.get("shown")),
        "unsure_below_percent": round(100 * card["unsure_below"]),
        "emotions": FEELINGS,
        "matrix": [
            {"emotion": one, "cells": counts, "total": sum(counts)}
            for one, counts in zip(FEELINGS, matrix, strict=False)
        ],
        "weaknesses": list(weaknesses(matrix)),
        "data": data_of(card.get("dataset", {})),
        "others": [
            {"told": other, "accuracy_percent": accuracy_percent(other)} for other in others
        ],
    }


def figures_of(shown: dict[str, Any] | None) -> dict[str, Any]:
    """Return what was measured of the output that people see; nothing where nothing was."""
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


def accuracy_percent(told: Told) -> float | None:
    """Return how often a version named the right emotion, in per cent; None where unknown."""
    shown = told.version.card.get("evaluation", {}).get("shown")
    return round(100 * shown["accuracy"], 1) if shown else None


def weaknesses(matrix: Sequence[Sequence[int]]) -> Iterator[str]:
    """Yield what goes wrong often, and what was measured on few photos.

    Args:
        matrix: counts of test photos, rows labels, columns answers, in the order of `EMOTIONS`.
    """
    for label, counts in zip(FEELINGS, matrix, strict=False):
        total = sum(counts)
        for answer, count in zip(FEELINGS, counts, strict=True):
            if answer != label and count >= OFTEN * total > 0:
                yield _("Of 100 faces labelled “%(label)s” it names %(count)d “%(answer)s”.") % {
                    "label": label.label,
                    "answer": answer.label,
                    "count": round(100 * count / total),
                }
        if total < FEW:
            yield _("Only %(count)d test photos show “%(label)s”: its figures are rough.") % {
                "label": label.label,
                "count": total,
            }


def data_of(dataset: dict[str, Any]) -> list[dict[str, Any]]:
    """Return how many photos of each emotion a version learnt from and was tried on."""
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
