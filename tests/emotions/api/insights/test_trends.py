"""Trends and patterns, through the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from emotions.captures.days import load_day
from emotions.insights import trends
from emotions.insights.trends import Span
from tests import factories
from tests.emotions.api.calls import assert_problem

pytestmark = pytest.mark.django_db
PATTERNS = "/api/v1/patterns/"
TRENDS = "/api/v1/trends/"
START = datetime(2026, 3, 13, 12, tzinfo=UTC)  # a Friday

FRIDAY_ON: list[dict[str, Any]] = [
    {"looks": "happy"},
    {"looks": {"sad": 0.5, "fear": 0.5}, "mood": 5},
    {"looks": {"angry": 0.6, "happy": 0.4}},
    {"felt": "fear"},
    {"note": "Nothing about a mood."},
]


def some_days(owner: User) -> None:
    for days, fields in enumerate(FRIDAY_ON):
        factories.capture(owner=owner, taken_at=START + timedelta(days=days), **fields)
        factories.capture(owner=owner, taken_at=START + timedelta(days=days), felt="neutral")


@pytest.mark.parametrize(("by", "lengths"), [("day", [1] * 7), ("week", [3, 4]), ("month", [7])])
def test_trends_follow_the_same_rule_as_days(
    owner: User, other: User, by: str, lengths: list[int]
) -> None:
    some_days(owner)
    some_days(other)
    first, last = START.date(), START.date() + timedelta(days=6)
    periods = trends.load_periods(owner=owner, by=Span(by), first=first, last=last)
    assert [(period.last - period.first).days + 1 for period in periods] == lengths
    for period in periods:
        days = [
            load_day(owner=owner, on=period.first + timedelta(days=n))
            for n in range((period.last - period.first).days + 1)
        ]
        moods = [(day.mood.valence, day.mood.captures) for day in days if day.mood]
        said = sum(count for _, count in moods)
        assert period.captures == sum(len(day.captures) for day in days)
        assert period.computed_from == said
        if said:
            mean = sum(valence * count for valence, count in moods) / said
            assert period.valence == pytest.approx(mean)
        else:
            assert period.valence is None
            assert period.sentiment is None


def test_trends_take_one_query_however_many_captures(
    owner: User, django_assert_num_queries: Any
) -> None:
    some_days(owner)
    with django_assert_num_queries(1):
        trends.load_periods(
            owner=owner, by=Span.DAY, first=START.date(), last=START.date() + timedelta(days=99)
        )


def test_trends_are_told_without_gaps(owner: User, owner_api: APIClient) -> None:
    some_days(owner)
    told = owner_api.get(TRENDS, {"first": "2026-03-12", "last": "2026-03-14"}).json()
    assert told["by"] == "day"
    assert [period["first"] for period in told["periods"]] == [
        "2026-03-12",
        "2026-03-13",
        "2026-03-14",
    ]
    empty, friday, _ = told["periods"]
    assert (empty["captures"], empty["valence"], empty["sentiment"]) == (0, None, None)
    assert (friday["captures"], friday["valence"], friday["sentiment"]) == (2, 0.5, "positive")
    assert friday["emotions"]["happy"] == friday["emotions"]["neutral"] == 1
    assert len(owner_api.get(TRENDS).json()["periods"]) == 30


def test_patterns_tell_what_the_pages_chart(owner: User, other: User, owner_api: APIClient) -> None:
    some_days(owner)
    some_days(other)
    told = owner_api.get(PATTERNS, {"first": "2026-03-13", "last": "2026-03-14"}).json()
    assert told["days"] == [
        {"date": "2026-03-13", "moments": 2, "valence": 0.5, "dominant": "neutral"},
        {"date": "2026-03-14", "moments": 2, "valence": 0.5, "dominant": "neutral"},
    ]
    hours = [(hour["weekday"], hour["iso_weekday"], hour["hour"]) for hour in told["hours"]]
    assert hours == [(4, 5, 12), (5, 6, 12)]
    assert told["emotions"]["neutral"] == 2
    assert told["tags"] == told["networks"] == []
    assert sum(told["felt"].values()) == sum(told["detected"].values()) == 0
    assert owner_api.get(PATTERNS, {"first": "2024-01-01"}).json()["errors"]["first"]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"by": "year"}, "by"),
        ({"first": "2026-03-14", "last": "2026-03-13"}, "first"),
        ({"first": "2024-01-01", "last": "2026-03-13"}, "first"),
        ({"first": "2000-01-01", "last": "2026-03-13", "by": "month"}, "first"),
        ({"first": "x"}, "first"),
        ({"time_zone": "x"}, "time_zone"),
    ],
)
def test_wrong_spans_are_named(owner_api: APIClient, query: dict[str, str], wrong: str) -> None:
    refused = owner_api.get(TRENDS, query)
    assert_problem(refused, 400, "invalid")
    assert set(refused.json()["errors"]) == {wrong}
