"""Weeks and months in review, and agreement, through the API."""

from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests import factories
from tests.emotions.api.calls import assert_problem, note

pytestmark = pytest.mark.django_db
REVIEW, AGREEMENT = "/api/v1/review/", "/api/v1/agreement/"
SATURDAY = datetime(2026, 3, 14, 12, tzinfo=UTC)


def test_a_week_tells_its_days_the_one_before_notes_and_tags(
    owner: User, owner_api: APIClient, other_api: APIClient
) -> None:
    for minute in range(12):
        at = SATURDAY + timedelta(minutes=minute)
        note(owner_api, mood=5, note=f"Note {minute}", tags=["river"], taken_at=at.isoformat())
    factories.capture(owner=owner, looks="sad", taken_at=SATURDAY - timedelta(days=7))
    query = {"by": "week", "on": "2026-03-12"}

    told = owner_api.get(REVIEW, query).json()

    assert (told["whole"]["first"], told["whole"]["last"]) == ("2026-03-09", "2026-03-15")
    assert (told["whole"]["captures"], told["before"]["captures"]) == (12, 1)
    assert [period["captures"] for period in told["periods"]] == [0, 0, 0, 0, 0, 12, 0]
    assert [noted["note"] for noted in told["notes"]] == [f"Note {n}" for n in range(10)]
    assert told["more_notes"] == 2
    assert [(tag["name"], tag["uses"]) for tag in told["tags"]] == [("river", 12)]
    assert "12 moments" in told["summary"]
    assert other_api.get(REVIEW, query).json()["whole"]["captures"] == 0


def test_a_month_without_moments_says_so(owner_api: APIClient) -> None:
    told = owner_api.get(REVIEW, {"on": "2026-02-03"}).json()
    assert (told["by"], told["whole"]["last"]) == ("month", "2026-02-28")
    assert (told["whole"]["valence"], told["notes"], told["comparison"]) == (None, [], "")


@pytest.mark.parametrize("query", [{"by": "day"}, {"on": "yesterday"}, {"time_zone": "Moon"}])
def test_other_spans_are_refused(owner_api: APIClient, query: dict[str, str]) -> None:
    refused = owner_api.get(REVIEW, query)
    assert_problem(refused, 400, "invalid")
    assert set(refused.json()["errors"]) == set(query)


def test_agreement_counts_what_was_felt_by_what_was_detected(
    owner: User, owner_api: APIClient, other_api: APIClient
) -> None:
    for felt in ("happy", "happy", "sad"):
        factories.capture(owner=owner, looks="happy", felt=felt)
    factories.capture(owner=owner, looks="angry")
    told = owner_api.get(AGREEMENT).json()
    assert (told["answers"], told["agreed"]) == (3, 2)
    by_detected = {row["detected"]: row for row in told["emotions"]}
    assert len(by_detected) == 7
    assert (by_detected["happy"]["answers"], by_detected["happy"]["agreed"]) == (3, 2)
    assert by_detected["happy"]["felt"]["sad"] == 1
    assert by_detected["angry"]["answers"] == 0
    assert other_api.get(AGREEMENT).json()["answers"] == 0
