"""Today, through the API."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from tests import factories

TODAY = "/api/v1/today/"


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
    assert APIClient().get(TODAY).status_code == 401


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
    assert refused.status_code == 400
    assert set(refused.json()["errors"]) == {"time_zone"}
