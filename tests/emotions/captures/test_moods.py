"""How a mood is computed: the stated rule, with figures worked out by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from emotions.captures import days
from emotions.captures.days import Change, load_day
from emotions.captures.moods import Mood, Sentiment
from emotions.models import Capture, Feeling
from tests import factories

DAY = date(2026, 3, 14)
MORNING = datetime(2026, 3, 14, 8, tzinfo=UTC)


def mood_of_day(owner: User) -> Mood:
    mood = load_day(owner=owner, on=DAY).mood
    assert mood
    return mood


def one_after_another(owner: User, *moments: dict[str, Any]) -> list[Capture]:
    return [
        factories.capture(owner=owner, taken_at=MORNING + timedelta(hours=n), **fields)
        for n, fields in enumerate(moments)
    ]


def test_a_detection_counts_by_its_probabilities(owner: User) -> None:
    factories.capture(owner=owner, looks={"happy": 0.5, "sad": 0.5})
    assert mood_of_day(owner).valence == pytest.approx(0.5 * 1 - 0.5 * 0.8)


def test_felt_counts_as_certain_and_goes_before_detected(owner: User) -> None:
    factories.capture(owner=owner, looks="happy", felt="fear")
    mood = mood_of_day(owner)
    assert (mood.dominant, mood.valence) == (Feeling.FEAR, -0.6)


@pytest.mark.parametrize(("given", "valence"), [(1, -1), (2, -0.5), (3, 0), (4, 0.5), (5, 1)])
def test_a_mood_of_one_to_five_wins(owner: User, given: int, valence: float) -> None:
    factories.capture(owner=owner, looks="happy", felt="happy", mood=given)
    mood = mood_of_day(owner)
    assert mood.valence == valence
    assert mood.dominant == Feeling.HAPPY


def test_a_mood_alone_has_a_sentiment_and_no_emotion(owner: User) -> None:
    factories.capture(owner=owner, mood=5)
    assert mood_of_day(owner) == Mood(None, 1.0, None)


def test_a_photo_without_a_face_says_nothing(owner: User) -> None:
    factories.capture(owner=owner)
    day = load_day(owner=owner, on=DAY)
    assert (day.count, day.mood) == (1, None)


def test_other_peoples_faces_do_not_count(owner: User) -> None:
    capture = factories.capture(owner=owner, looks="happy")
    factories.detection(capture=capture, looks="angry", is_me=False)
    assert mood_of_day(owner).dominant == Feeling.HAPPY


def test_other_peoples_days_and_deleted_moments_do_not_count(owner: User, other: User) -> None:
    factories.capture(owner=other, looks="happy")
    factories.capture(owner=owner, looks="happy", deleted_at=MORNING)
    day = load_day(owner=owner, on=DAY)
    assert (day.count, day.mood, list(day.captures)) == (0, None, [])


def test_a_day_is_the_mean_over_its_captures(owner: User) -> None:
    one_after_another(owner, {"looks": "happy"}, {"looks": "sad"}, {}, {"mood": 4})
    mood = mood_of_day(owner)
    assert mood.captures == 3
    assert mood.valence == pytest.approx((1 - 0.8 + 0.5) / 3)
    assert mood.probabilities == (0, 0, 0, 0.5, 0, 0.5, 0)


@pytest.mark.parametrize(
    ("looks", "dominant"),
    [
        (["sad", "happy"], Feeling.HAPPY),
        (["happy", "sad"], Feeling.SAD),
        (["sad", "sad", "happy"], Feeling.SAD),
    ],
)
def test_the_largest_sum_dominates_a_day_and_a_tie_goes_to_the_latest(
    owner: User, looks: list[str], dominant: Feeling
) -> None:
    one_after_another(owner, *({"looks": look} for look in looks), {"mood": 3}, {})
    assert mood_of_day(owner).dominant == dominant


@pytest.mark.parametrize(
    ("moods", "change"),
    [
        ([1, 1, 1, 1, 5, 5], Change(2.0, at_noon=True)),
        ([5, 5, 1, 1, 1], Change(-2.0, at_noon=False)),
        ([1, 1, 5, 5], None),
        ([None, None, 5, 5, 5, 5], None),
    ],
)
def test_the_later_part_of_a_day_is_compared_with_the_earlier_one(
    owner: User, moods: list[int | None], change: Change | None
) -> None:
    one_after_another(owner, *({"mood": mood} for mood in moods))
    assert load_day(owner=owner, on=DAY).change == change


def test_a_day_takes_the_same_queries_however_long_it_is(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "MAX_COMPARED", 5)
    one_after_another(owner, *({"mood": 1 + n % 2 * 4} for n in range(6)))
    with CaptureQueriesContext(connection) as queries:
        day = load_day(owner=owner, on=DAY)
    assert (day.count, day.change) == (6, None)
    assert len(queries) == 2


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
