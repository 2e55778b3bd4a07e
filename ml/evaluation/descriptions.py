"""What precision and recall mean, in plain words: one paragraph about each emotion."""

from collections.abc import Mapping, Sequence
from typing import Any

from ml.emotions import EMOTIONS

APART = 0.15  # between precision and recall, from which on the difference is what matters
STRONG, WEAK = 0.75, 0.5
OFTEN = 0.05  # of an emotion's faces, from which on a mistake is worth naming
FEW = 100  # faces, on which a share of one half is uncertain by ten points


def describe(
    per_class: Mapping[str, Mapping[str, Any]], confusion: Sequence[Sequence[int]]
) -> dict[str, str]:
    """Return a paragraph about each emotion.

    Args:
        per_class: precision and recall, 0 to 1, and support, in faces, of each emotion.
        confusion: 7 × 7 counts of faces, rows truth, in the order of `EMOTIONS`.
    """
    return {
        str(emotion): paragraph(emotion, per_class[emotion], dict(zip(EMOTIONS, row, strict=True)))
        for emotion, row in zip(EMOTIONS, confusion, strict=True)
    }


def paragraph(emotion: str, figures: Mapping[str, Any], answers: Mapping[str, int]) -> str:
    """Return what the figures about one emotion mean.

    Args:
        emotion: its name.
        figures: its precision, recall and support.
        answers: how many of its faces were called what.
    """
    support = figures["support"]
    if not support:
        return f"unknown: there is no {emotion} face to measure it on."
    told = [verdict(emotion, figures["precision"], figures["recall"])]
    mistaken = max((name for name in answers if name != emotion), key=lambda name: answers[name])
    share = answers[mistaken] / support
    if share >= OFTEN:
        told.append(f"Most often it takes them for {mistaken} ({100 * share:.0f} %).")
    if support < FEW:
        told.append(f"There are only {support} of them, so these figures are rough.")
    return " ".join(told)


def verdict(emotion: str, precision: float, recall: float) -> str:
    """Return the one word for a pair of figures, and what it means."""
    right = f"when it says {emotion} it is {how_often(precision)}"
    if not recall:
        return f"blind: it finds none of the {emotion} faces."
    if precision - recall >= APART:
        return f"picky: {right}, but it finds {only(recall)} of the {emotion} faces."
    if recall - precision >= APART:
        return f"eager: it finds {how_many(recall)} of the {emotion} faces, but {right}."
    if max(precision, recall) < WEAK:
        return f"weak: {right}, and it finds {only(recall)} of the {emotion} faces."
    kind = "strong" if min(precision, recall) >= STRONG else "balanced"
    return f"{kind}: {right}, and it finds {how_many(recall)} of the {emotion} faces."


def how_often(share: float) -> str:
    """Return how often it is right, in words."""
    tenths = round(10 * share)
    words = {0: "hardly ever right", 5: "right half the time", 10: "almost always right"}
    return words.get(tenths, f"right {tenths} times in 10" if tenths > 1 else "right once in 10")


def how_many(share: float) -> str:
    """Return which part it is, in words."""
    tenths = round(10 * share)
    return {0: "hardly any", 5: "half", 10: "almost all"}.get(tenths, f"{tenths} in 10")


def only(share: float) -> str:
    """Return which part it is, in words that say that it is little."""
    part = how_many(share)
    return part if part.startswith("hardly") else f"only {part}"
