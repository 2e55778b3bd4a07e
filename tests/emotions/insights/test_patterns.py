"""What some days say beside their course is computed as stated, and claims no more than it can."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from emotions.captures import selectors
from emotions.captures.days import load_day
from emotions.insights import patterns
from emotions.models import Capture, Feeling, Tag
from ml.emotions import EMOTIONS
from tests import factories
from tests.emotions.captures.moods_by_hand import mood_of_capture, mood_of_captures

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def noon(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def load(owner: User) -> patterns.Moments:
    return patterns.load_moments(owner=owner, first=FIRST, last=LAST)


def anything(owner: User, seed: int = 3, captures: int = 60) -> None:
    """Record moments of every kind: with a face or none, with a word or none."""
    chance = random.Random(seed)
    for _ in range(captures):
        shares = dict(
            zip(
                map(str, EMOTIONS),
                np.random.default_rng(chance.randrange(10**6)).dirichlet([1] * 7),
                strict=True,
            )
        )
        factories.capture(
            owner=owner,
            looks=shares if chance.random() < 0.8 else None,
            taken_at=noon(chance.randint(1, 28), chance.randint(0, 23)),
            felt=chance.choice([None, *Feeling]),
            mood=chance.choice([None, None, 1, 3, 5]),
        )


def test_valences_and_days_follow_the_rule_of_every_other_page(owner: User) -> None:
    anything(owner)
    moments = load(owner)
    captures = {one.pk: one for one in selectors.with_detections(Capture.objects.of(owner))}
    for number, valence in zip(moments.ids, moments.valences.tolist(), strict=True):
        mood = mood_of_capture(captures[number])
        assert (mood is None) == np.isnan(valence)
        assert mood is None or mood.valence == pytest.approx(valence)
    pixels = patterns.by_day(owner=owner, first=FIRST, last=LAST)
    assert list(pixels) == sorted({capture.local_date for capture in captures.values()})
    for on, pixel in pixels.items():
        day = load_day(owner=owner, on=on)
        mood = mood_of_captures(list(day.captures))
        assert pixel.moments == day.count == len(day.captures)
        assert (day.mood is None) == (mood is None)
        assert (pixel.valence is None) == (mood is None)
        if mood:
            assert pixel.valence == pytest.approx(mood.valence)
            assert pixel.dominant == mood.dominant


def test_everything_is_read_in_one_query_and_tags_in_another(owner: User) -> None:
    anything(owner, captures=5)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        moments = load(owner)
        patterns.by_hour_of_week(moments)
        patterns.tag_effects(moments)
    assert len(queries) == 2


def test_hours_are_those_on_the_clock_of_the_place(owner: User) -> None:
    factories.capture(owner=owner, looks="happy", taken_at=noon(14), time_zone="Asia/Tokyo")
    factories.capture(owner=owner, looks="sad", taken_at=noon(14), time_zone="America/New_York")
    found = patterns.by_hour_of_week(load(owner))
    assert {hour: pixel.dominant for hour, pixel in found.items()} == {
        (5, 21): Feeling.HAPPY,
        (5, 8): Feeling.SAD,
    }


def test_felt_stands_beside_detected_only_where_both_are_known(owner: User) -> None:
    factories.capture(owner=owner, looks="happy", felt="sad", taken_at=noon(1))
    factories.capture(owner=owner, looks="happy", taken_at=noon(2))
    factories.capture(owner=owner, felt="fear", taken_at=noon(3))
    moments = load(owner)
    assert patterns.felt_and_detected(moments) == (Counter([Feeling.SAD]), Counter([Feeling.HAPPY]))


def tagged(owner: User, name: str, moods: list[int], *, first: int = 1) -> None:
    tag, _ = Tag.objects.get_or_create(owner=owner, name=name)
    for number, mood in enumerate(moods):
        factories.capture(owner=owner, mood=mood, taken_at=noon(first + number)).tags.add(tag)


def test_nothing_is_claimed_of_a_tag_with_fewer_than_ten_moments(owner: User) -> None:
    tagged(owner, "rest", [3] * 12)
    tagged(owner, "piano", [5] * 9)
    effects = {one.tag: one for one in patterns.tag_effects(load(owner))}
    assert (effects["piano"].moments, effects["piano"].difference) == (9, None)
    assert effects["piano"].direction == effects["rest"].direction == 0
    tagged(owner, "piano", [5], first=20)
    effects = {one.tag: one for one in patterns.tag_effects(load(owner))}
    assert effects["piano"].difference == pytest.approx(1.0)
    assert (effects["piano"].direction, effects["rest"].direction) == (1, -1)


def test_a_tag_that_is_used_at_random_is_seldom_claimed_to_matter(owner: User) -> None:
    """Among many tags without any effect about one in twenty is claimed to have one."""
    chance = np.random.default_rng(5)
    tags = [Tag.objects.create(owner=owner, name=f"tag {n}") for n in range(60)]
    for day in range(1, 29):
        level = int(chance.integers(2, 5))  # moments of one day are alike
        for hour in range(4):
            mood = int(np.clip(level + chance.integers(-1, 2), 1, 5))
            made = factories.capture(owner=owner, mood=mood, taken_at=noon(day, 8 + hour))
            made.tags.add(*(tag for tag in tags if chance.random() < 0.3))
    effects = patterns.tag_effects(load(owner))
    claimed = sum(effect.direction != 0 for effect in effects)
    assert len(effects) == 60
    assert claimed <= 8, "expected about 3 of 60"


def test_the_days_of_a_new_network_are_told(owner: User) -> None:
    factories.capture(owner=owner, looks="happy", taken_at=noon(1))
    moments = load(owner)
    assert patterns.network_changes(moments) == []
    other = patterns.Moments(
        **{
            **{name: getattr(moments, name) * 3 for name in ("ids", "hours", "felt", "detected")},
            "captures": moments.captures,
            "days": [noon(n).date() for n in (1, 2, 3)],
            "versions": ["one", None, "two"],
            "valences": moments.valences.repeat(3),
            "weights": moments.weights.repeat(3, axis=0),
        }
    )
    assert patterns.network_changes(other) == [(date(2026, 3, 3), "two")]


def test_days_without_moments_say_nothing(owner: User) -> None:
    moments = load(owner)
    assert len(moments) == 0
    assert patterns.by_hour_of_week(moments) == {}
    assert patterns.by_day(owner=owner, first=FIRST, last=LAST) == {}
    assert patterns.tag_effects(moments) == []
    assert patterns.felt_and_detected(moments) == (Counter(), Counter())


def test_others_moments_and_deleted_ones_are_not_read(owner: User, other: User) -> None:
    factories.capture(owner=other, looks="happy", taken_at=noon(1))
    factories.capture(owner=owner, looks="happy", taken_at=noon(1), deleted_at=noon(2))
    assert len(load(owner)) == 0


@pytest.mark.parametrize("days", [-1, 366])
def test_spans_that_end_before_they_begin_or_last_too_long_are_refused(
    owner: User, days: int
) -> None:
    with pytest.raises(ValueError, match="expected 1 to 366 days"):
        patterns.load_moments(owner=owner, first=LAST - timedelta(days=days), last=LAST)
