"""Pages have rate limits too, each person on their own."""

import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from emoplatform import repeated_refusals
from emotions.models import Capture
from emotions.quotas import turns
from emotions.quotas.errors import TooManyAtOnceError
from tests import factories

pytestmark = pytest.mark.django_db


def limit(settings: Settings, **limits: int) -> None:
    counts = {name: (count, 3600) for name, count in limits.items()}
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, **counts}


def refuse(_owner_id: int) -> None:
    raise TooManyAtOnceError


def test_pages_are_limited_for_each_person(
    settings: Settings, owner_client: Client, other_client: Client
) -> None:
    limit(settings, page=2)
    for _ in range(2):
        assert owner_client.get("/today/").status_code == 200
    refused = owner_client.get("/history/")
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 3600
    assert "Too many requests" in refused.content.decode()
    assert other_client.get("/today/").status_code == 200
    for _ in range(3):
        assert Client().get("/privacy/").status_code == 200


def test_charts_and_exports_share_a_limit_of_their_own(
    settings: Settings, owner_client: Client
) -> None:
    limit(settings, chart=2)
    list(owner_client.get("/data/export/").streaming_content)  # type: ignore[attr-defined]
    assert owner_client.get("/trends/").status_code == 200
    assert owner_client.get("/review/week/2026-03-14/").status_code == 429
    assert owner_client.get("/api/v1/patterns/").status_code == 429
    assert owner_client.get("/today/").status_code == 200


def test_recording_on_pages_and_by_apps_shares_a_limit(
    settings: Settings, owner_client: Client
) -> None:
    limit(settings, capture=1)
    form = {"mood": "3", "taken_at": "2026-03-14T12:00"}
    assert owner_client.post("/words/", form).status_code == 302
    assert owner_client.post("/words/", form).status_code == 429
    assert owner_client.get("/words/").status_code == 200
    assert Capture.objects.count() == 1


def test_who_goes_on_asking_is_refused_without_a_query(
    settings: Settings, owner: User, owner_client: Client, other_client: Client
) -> None:
    limit(settings, chart=1)
    for _ in range(2):
        first = owner_client.get("/trends/")
    with CaptureQueriesContext(connection) as queries:
        again = owner_client.get("/trends/?by=month")
    assert len(queries) == 0
    assert (first.status_code, again.status_code) == (429, 429)
    assert 1 <= int(again["Retry-After"]) <= int(first["Retry-After"])
    assert "Too many requests" in again.content.decode()
    assert again["Cache-Control"] == first["Cache-Control"] == "private, no-store"
    assert {*first.headers} == {*again.headers}
    assert owner_client.get("/today/").status_code == 200
    assert other_client.get("/trends/").status_code == 200
    assert Client().get("/trends/").status_code == 302


def test_apps_that_go_on_asking_are_refused_without_a_query_in_their_language(
    settings: Settings, owner: User, owner_api: APIClient
) -> None:
    owner.language = "de"
    owner.save()
    limit(settings, person=1)
    for _ in range(2):
        first = owner_api.get("/api/v1/today/")
    with CaptureQueriesContext(connection) as queries:
        again = owner_api.get("/api/v1/today/")
    assert len(queries) == 0
    assert again.status_code == 429
    assert {*again.json()} == {*first.json()}
    assert again.json()["code"] == "throttled"
    assert "gedrosselt" in first.json()["detail"]
    assert "gedrosselt" in again.json()["detail"]
    assert again["RateLimit"].startswith('"person";r=0;t=')
    assert {*first.headers} == {*again.headers}


def test_other_methods_and_credentials_are_looked_at_by_themselves(
    settings: Settings, owner: User, owner_client: Client
) -> None:
    limit(settings, page=1)
    for _ in range(2):
        refused = owner_client.get("/today/")
    assert refused.status_code == 429
    owner_client.logout()
    assert owner_client.get("/today/").status_code == 302


@pytest.mark.parametrize("path", ["/trends/", "/api/v1/patterns/"])
def test_a_lack_of_places_is_remembered_for_a_moment(
    owner: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(repeated_refusals, "TURN_REFUSED_FOR", 60)
    with monkeypatch.context() as full:
        full.setattr(turns, "enter_process", refuse)
        first = owner_client.get(path)
    with CaptureQueriesContext(connection) as queries:
        again = owner_client.get(path)
    assert len(queries) == 0
    assert (first.status_code, again.status_code) == (429, 429)
    assert first["Retry-After"] == again["Retry-After"] == "5"
    assert {*first.headers} == {*again.headers}
    assert first.content == again.content
    assert owner_client.get("/today/").status_code == 200
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    assert owner_client.get(path).status_code == 200


def test_guesses_of_tokens_are_not_remembered(settings: Settings, db: None) -> None:
    limit(settings, address=1)
    for number in range(3):
        client = APIClient(headers={"Authorization": f"Bearer emo_{number}"})
        status = client.get("/api/v1/today/").status_code
        remembered = client.get("/api/v1/today/").status_code
    assert (status, remembered) == (429, 429)
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "address": (100, 3600)}
    assert client.get("/api/v1/today/").status_code == 401


def test_pictures_do_not_use_up_the_pages(
    settings: Settings, owner: User, owner_client: Client
) -> None:
    limit(settings, page=1, picture=2)
    capture = factories.capture(owner=owner)
    for _ in range(2):
        assert owner_client.get(f"/captures/{capture.uuid}/thumbnail").status_code == 404
    assert owner_client.get(f"/captures/{capture.uuid}/thumbnail").status_code == 429
    assert owner_client.get("/today/").status_code == 200
