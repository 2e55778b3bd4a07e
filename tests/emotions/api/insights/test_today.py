"""Today, through the API."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from tests import factories
from tests.emotions.api.calls import TODAY, assert_problem


def test_today_tells_mood_sentiment_and_what_they_come_from(
    owner: User, other_api: APIClient, owner_api: APIClient
) -> None:
    factories.capture(owner=owner, looks="sad", taken_at=timezone.now())
    told = owner_api.get(TODAY).json()
    assert told["dominant"] == "sad"
    assert told["sentiment"] == "negative"
    assert told["valence"] == pytest.approx(-0.8)
    assert told["probabilities"]["sad"] == 1
    assert (told["captures"], told["computed_from"]) == (1, 1)
    assert other_api.get(TODAY).json()["dominant"] is None


@pytest.mark.django_db
def test_nobody_has_no_today() -> None:
    assert_problem(APIClient().get(TODAY), 401, "not_authenticated")


def test_a_day_without_captures_says_so_with_null(owner_api: APIClient) -> None:
    told = owner_api.get(TODAY).json()
    assert (told.pop("date"), told.pop("time_zone")) == (timezone.localdate().isoformat(), "UTC")
    assert told == {
        "captures": 0,
        "computed_from": 0,
        "dominant": None,
        "sentiment": None,
        "valence": None,
        "probabilities": None,
    }


def test_a_mood_alone_counts_without_an_emotion(owner: User, owner_api: APIClient) -> None:
    factories.capture(owner=owner, mood=5, taken_at=timezone.now())
    told = owner_api.get(TODAY).json()
    assert (told["valence"], told["sentiment"]) == (1, "positive")
    assert (told["dominant"], told["probabilities"], told["computed_from"]) == (None, None, 1)


def test_today_is_only_read(owner_api: APIClient) -> None:
    assert_problem(owner_api.post(TODAY), 405, "method_not_allowed")


def test_today_is_that_of_the_zone_the_client_names(
    owner: User, owner_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = datetime(2026, 3, 14, 23, 30, tzinfo=UTC)
    factories.capture(owner=owner, looks="happy", taken_at=night, time_zone="Asia/Tokyo")
    monkeypatch.setattr("django.utils.timezone.now", lambda: night)
    assert owner_api.get(f"{TODAY}?time_zone=Asia/Tokyo").json()["dominant"] == "happy"
    assert owner_api.get(TODAY).json()["dominant"] is None


def test_a_zone_that_does_not_exist_is_a_problem(owner_api: APIClient) -> None:
    refused = owner_api.get(f"{TODAY}?time_zone=Middle/Earth")
    assert_problem(refused, 400, "invalid")
    assert set(refused.json()["errors"]) == {"time_zone"}
