"""How a mood is computed: the stated rule, with figures worked out by hand."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from emotions.captures.moods import Mood, Sentiment, mood_of_capture, mood_of_captures
from emotions.captures.selectors import history
from emotions.models import Capture, Feeling
from tests import factories


def made(owner: User, **fields: object) -> Capture:
    return history(owner=owner).get(pk=factories.capture(owner=owner, **fields).pk)  # type: ignore[arg-type]


def test_a_detection_counts_by_its_probabilities(owner: User) -> None:
    mood = mood_of_capture(made(owner, looks={"happy": 0.5, "sad": 0.5}))
    assert mood
    assert mood.valence == pytest.approx(0.5 * 1 - 0.5 * 0.8)


def test_felt_counts_as_certain_and_goes_before_detected(owner: User) -> None:
    mood = mood_of_capture(made(owner, looks="happy", felt="fear"))
    assert mood
    assert (mood.dominant, mood.valence) == (Feeling.FEAR, -0.6)


@pytest.mark.parametrize(("given", "valence"), [(1, -1), (2, -0.5), (3, 0), (4, 0.5), (5, 1)])
def test_a_mood_of_one_to_five_wins(owner: User, given: int, valence: float) -> None:
    mood = mood_of_capture(made(owner, looks="happy", felt="happy", mood=given))
    assert mood
    assert mood.valence == valence
    assert mood.dominant == Feeling.HAPPY


def test_a_mood_alone_has_a_sentiment_and_no_emotion(owner: User) -> None:
    mood = mood_of_capture(made(owner, mood=5))
    assert mood == Mood(None, 1.0, None)


def test_a_photo_without_a_face_says_nothing(owner: User) -> None:
    silent = made(owner)
    assert mood_of_capture(silent) is None
    assert mood_of_captures([silent]) is None


def test_other_peoples_faces_do_not_count(owner: User) -> None:
    capture = factories.capture(owner=owner, looks="happy")
    factories.detection(capture=capture, looks="angry", is_me=False)
    mood = mood_of_capture(history(owner=owner).get())
    assert mood
    assert mood.dominant == Feeling.HAPPY


def test_a_day_is_the_mean_over_its_captures(owner: User) -> None:
    day = [
        made(owner, looks="happy"),
        made(owner, looks="sad"),
        made(owner),
        made(owner, mood=4),
    ]
    mood = mood_of_captures(day)
    assert mood
    assert mood.captures == 3
    assert mood.valence == pytest.approx((1 - 0.8 + 0.5) / 3)
    assert mood.probabilities == (0, 0, 0, 0.5, 0, 0.5, 0)


def test_the_largest_sum_dominates_a_day_and_a_tie_goes_to_the_latest(owner: User) -> None:
    sad, happy = made(owner, looks="sad"), made(owner, looks="happy")
    for day, dominant in (
        ([sad, happy], Feeling.HAPPY),
        ([happy, sad], Feeling.SAD),
        ([sad, sad, happy], Feeling.SAD),
    ):
        mood = mood_of_captures(day)
        assert mood
        assert mood.dominant == dominant


@pytest.mark.parametrize(
    ("valence", "sentiment"),
    [
        (0.21, Sentiment.POSITIVE),
        (0.2, Sentiment.NEUTRAL),
        (-0.2, Sentiment.NEUTRAL),
        (-0.21, Sentiment.NEGATIVE),
    ],
)
def test_the_sentiment_has_stated_borders(valence: float, sentiment: Sentiment) -> None:
    assert Mood(None, valence, None).sentiment == sentiment


def test_a_moment_belongs_to_the_day_of_its_own_zone(owner: User) -> None:
    moment = datetime(2026, 3, 14, 23, 30, tzinfo=UTC)
    there = factories.capture(owner=owner, taken_at=moment, time_zone="Asia/Tokyo")
    here = factories.capture(owner=owner, taken_at=moment, time_zone="America/Lima")
    assert (there.local_date.day, here.local_date.day) == (15, 14)
