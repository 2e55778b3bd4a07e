"""What the precision and recall of each emotion mean, as a paragraph of plain words."""

from collections.abc import Mapping, Sequence
from typing import Any

from ml.emotions import EMOTIONS

IMBALANCE = 0.15  # difference between precision and recall from which on it is what matters
STRONG_FROM, WEAK_BELOW = 0.75, 0.5
MIN_CONFUSION = 0.05  # share of an emotion's faces from which on a confusion is mentioned
MIN_SUPPORT = 100  # faces; with fewer, a share of one half is uncertain by ten points


def describe(
    per_class: Mapping[str, Mapping[str, Any]], confusion: Sequence[Sequence[int]]
) -> dict[str, str]:
    """Return a paragraph about each emotion.

    Args:
        per_class: precision and recall from 0 to 1 and support of each emotion.
        confusion: 7 × 7 counts of faces in the order of `EMOTIONS`; rows are the truth.
    """
    return {
        str(emotion): paragraph(emotion, per_class[emotion], dict(zip(EMOTIONS, row, strict=True)))
        for emotion, row in zip(EMOTIONS, confusion, strict=True)
    }


def paragraph(emotion: str, metrics: Mapping[str, Any], predictions: Mapping[str, int]) -> str:
    """Return what the metrics of one emotion mean.

    Args:
        metrics: its precision, recall and support.
        predictions: how many of its faces were predicted as each emotion.
    """
    support = metrics["support"]
    if not support:
        return f"unknown: there is no {emotion} face to measure it on."
    sentences = [verdict(emotion, metrics["precision"], metrics["recall"])]
    confused_with = max(
        (name for name in predictions if name != emotion), key=lambda name: predictions[name]
    )
    share = predictions[confused_with] / support
    if share >= MIN_CONFUSION:
        sentences.append(f"Most often it takes them for {confused_with} ({100 * share:.0f} %).")
    if support < MIN_SUPPORT:
        sentences.append(f"There are only {support} of them, so these figures are rough.")
    return " ".join(sentences)


def verdict(emotion: str, precision: float, recall: float) -> str:
    """Return a word for the pair of precision and recall, and what it means."""
    right = f"when it says {emotion} it is {right_how_often(precision)}"
    if not recall:
        return f"blind: it finds none of the {emotion} faces."
    if precision - recall >= IMBALANCE:
        return f"picky: {right}, but it finds {only_part(recall)} of the {emotion} faces."
    if recall - precision >= IMBALANCE:
        return f"eager: it finds {part_of_all(recall)} of the {emotion} faces, but {right}."
    if max(precision, recall) < WEAK_BELOW:
        return f"weak: {right}, and it finds {only_part(recall)} of the {emotion} faces."
    kind = "strong" if min(precision, recall) >= STRONG_FROM else "balanced"
    return f"{kind}: {right}, and it finds {part_of_all(recall)} of the {emotion} faces."


def right_how_often(share: float) -> str:
    """Return a precision in words."""
    tenths = round(10 * share)
    words = {0: "hardly ever right", 5: "right half the time", 10: "almost always right"}
    return words.get(tenths, f"right {tenths} times in 10" if tenths > 1 else "right once in 10")


def part_of_all(share: float) -> str:
    """Return a recall in words."""
    tenths = round(10 * share)
    return {0: "hardly any", 5: "half", 10: "almost all"}.get(tenths, f"{tenths} in 10")


def only_part(share: float) -> str:
    """Return a low recall in words."""
    part = part_of_all(share)
    return part if part.startswith("hardly") else f"only {part}"
