"""Words say what the figures say, and no more."""

from typing import Any

import pytest

from ml.emotions import EMOTIONS
from ml.evaluation.descriptions import describe, paragraph, verdict


def figures(precision: float, recall: float, support: int = 200) -> dict[str, Any]:
    return {"precision": precision, "recall": recall, "support": support}


@pytest.mark.parametrize(
    ("precision", "recall", "words"),
    [
        (
            0.8,
            0.5,
            "picky: when it says disgust it is right 8 times in 10, but it finds only half of the "
            "disgust faces.",
        ),
        (
            0.52,
            0.73,
            "eager: it finds 7 in 10 of the disgust faces, but when it says disgust it is right "
            "half the time.",
        ),
        (
            0.97,
            0.96,
            "strong: when it says disgust it is almost always right, and it finds almost all of "
            "the disgust faces.",
        ),
        (
            0.6,
            0.62,
            "balanced: when it says disgust it is right 6 times in 10, and it finds 6 in 10 of the "
            "disgust faces.",
        ),
        (
            0.12,
            0.02,
            "weak: when it says disgust it is right once in 10, and it finds hardly any of the "
            "disgust faces.",
        ),
        (0.0, 0.0, "blind: it finds none of the disgust faces."),
    ],
)
def test_the_kind_follows_from_precision_and_recall(
    precision: float, recall: float, words: str
) -> None:
    assert verdict("disgust", precision, recall) == words


def test_the_most_frequent_mistake_is_named_unless_it_is_rare() -> None:
    answers = {"disgust": 130, "angry": 50, "sad": 20}
    description = paragraph("disgust", figures(0.6, 0.65), answers)
    assert description.endswith("Most often it takes them for angry (25 %).")
    rare = paragraph("disgust", figures(0.9, 0.97), {"disgust": 194, "angry": 6})
    assert "Most often" not in rare


def test_few_faces_are_admitted() -> None:
    description = paragraph("disgust", figures(1, 1, support=56), {"disgust": 56, "angry": 0})
    assert description.endswith("There are only 56 of them, so these figures are rough.")
    none = paragraph("disgust", figures(0, 0, support=0), {"disgust": 0, "angry": 0})
    assert none == "unknown: there is no disgust face to measure it on."


def test_each_emotion_gets_its_own_row() -> None:
    confusion = [[0] * 7 for _ in EMOTIONS]
    confusion[EMOTIONS.index("fear")] = [0, 0, 100, 0, 0, 40, 60]
    descriptions = describe({emotion: figures(0.5, 0.5) for emotion in EMOTIONS}, confusion)
    assert list(descriptions) == list(EMOTIONS)
    assert descriptions["fear"].endswith("Most often it takes them for surprise (30 %).")
