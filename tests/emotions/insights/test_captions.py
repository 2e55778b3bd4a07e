"""Captions say what their charts show, with its numbers, and claim nothing of too little."""

from collections import Counter
from datetime import date

import pytest
from django.utils import translation

from emotions.insights import captions
from emotions.insights.patterns import TagEffect
from emotions.insights.trends import Period
from emotions.models import Feeling

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def counts(**times: int) -> Counter[Feeling]:
    return Counter({Feeling(name): number for name, number in times.items()})


def effect(tag: str, low: float, high: float) -> TagEffect:
    return TagEffect(tag=tag, moments=20, difference=(low + high) / 2, interval=[low, high])


@pytest.mark.parametrize(
    ("feelings", "caption"),
    [
        (counts(happy=9), "9 moments from 1 March to 31 March."),
        (
            counts(happy=5, sad=4, fear=3),
            "Most often happy: 5 of 12 moments from 1 March to 31 March.",
        ),
    ],
)
def test_moods_over_time(feelings: Counter[Feeling], caption: str) -> None:
    assert captions.moods_caption(feelings, first=FIRST, last=LAST) == caption


@pytest.mark.parametrize(
    ("entries", "total", "caption"),
    [
        (9, 9.0, "From −1"),
        (10, 3.1, "+0.31 on average, which counts as positive. From −1"),
        (10, -3.1, "−0.31 on average, which counts as negative. From −1"),
        (10, -0.01, "+0.00 on average, which counts as neutral. From −1"),
    ],
)
def test_sentiment(entries: int, total: float, caption: str) -> None:
    whole = Period(FIRST, LAST, captures=entries, computed_from=entries, total=total)
    assert captions.sentiment_caption(whole).startswith(caption)


def test_the_most_frequent_emotions_have_their_shares() -> None:
    few, many = counts(happy=9), counts(happy=6, sad=3, fear=2, angry=1)
    assert captions.distribution_caption(few) == "Based on 9 moments with an emotion."
    assert captions.distribution_caption(many) == (
        "Happy 50%, sad 25%, afraid 17%. Based on 12 moments with an emotion."
    )
    with translation.override("de"):
        assert captions.distribution_caption(many).startswith("Fröhlich 50 %, traurig 25 %")


@pytest.mark.parametrize(
    ("felt", "looked", "caption"),
    [
        (
            counts(sad=1),
            counts(happy=1),
            "Needs 10 photos you've answered; there is 1 so far.",
        ),
        (
            counts(sad=8, happy=4),
            counts(sad=2, happy=6, neutral=4),
            "Sad: felt in 8 of 12 photos you've answered, seen in 2.",
        ),
        (
            counts(sad=6, happy=4),
            counts(sad=6, happy=4),
            "In 10 photos you've answered, you felt each as often as it showed.",
        ),
    ],
)
def test_felt_beside_looked(felt: Counter[Feeling], looked: Counter[Feeling], caption: str) -> None:
    assert captions.felt_caption(felt, looked) == caption


@pytest.mark.parametrize(
    ("means", "caption"),
    [
        ({0: 0.5}, "No two weekdays have 10 moments yet."),
        ({0: 0.5, 5: 0.3}, "No weekday stands out."),
        (
            {0: -0.125, 2: 0.1, 5: 0.4},
            "Most pleasant: Saturday (+0.40 on average). Least: Monday (−0.12).",
        ),
    ],
)
def test_weekdays(means: dict[int, float], caption: str) -> None:
    assert captions.weekdays_caption(means) == caption


def test_tags_that_go_with_better_and_worse_moods_are_named() -> None:
    found = [
        effect("walk", 0.1, 0.5),
        effect("rain", -0.2, 0.4),
        effect("work", -0.6, -0.1),
        TagEffect(tag="piano", moments=3, difference=None, interval=None),
    ]
    caption = captions.tags_caption(found)
    assert caption.startswith("Better with walk. Worse with work. How your mood differs")
    assert "piano" not in caption
    assert captions.tags_caption(found[3:]).startswith("How your mood differs")
