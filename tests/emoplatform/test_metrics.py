"""Prometheus gets figures with the token alone, of all processes together, and of no one person."""

import re
import urllib.request
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from emotions.model_quality.k_anonymity import MIN_PEOPLE
from tests import factories
from tests.emotions.model_quality.test_production_metrics import moment
from tests.sites import METRICS_TOKEN


@pytest.fixture
def token(settings: Settings) -> str:
    settings.METRICS_TOKEN = METRICS_TOKEN
    return f"Bearer {METRICS_TOKEN}"


@pytest.mark.django_db
def test_without_a_token_there_is_nothing_here(client: Client) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer None"}).status_code == 404


@pytest.mark.django_db
def test_metrics_need_the_token(client: Client, owner_client: Client, token: str) -> None:
    for wrong in ("", "Bearer ", f"Bearer {METRICS_TOKEN}x", METRICS_TOKEN, "Bearer ü"):
        refused = owner_client.get("/metrics", headers={"Authorization": wrong})
        assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
        assert refused.content == b""
    response = client.get("/metrics", headers={"Authorization": token})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_requests_are_counted_by_route_and_not_by_address(
    owner_client: Client, client: Client, token: str
) -> None:
    uuid = uuid4()
    owner_client.get(f"/captures/{uuid}/")
    owner_client.get(f"/nothing/{uuid}/")
    owner_client.generic("BREW", "/healthz")
    metrics = client.get("/metrics", headers={"Authorization": token}).content.decode()
    route = 'method="GET",route="captures/<uuid:uuid>/",status="404"'
    assert f"http_requests_total{{{route}}}" in metrics
    assert 'http_request_seconds_count{route="captures/<uuid:uuid>/"}' in metrics
    assert 'method="other",route="healthz",status="405"' in metrics
    assert str(uuid) not in metrics


@pytest.mark.django_db
def test_production_metrics_are_withheld_below_k_people(client: Client, token: str) -> None:
    people = [User.objects.create(email=f"p{n}@example.org") for n in range(MIN_PEOPLE)]
    last_week = datetime.now(UTC) - timedelta(days=7)
    for person in people[1:]:
        moment(person, last_week, felt="happy")
    metrics = client.get("/metrics", headers={"Authorization": token}).content.decode()
    assert "emoplatform_captures_a_day" not in metrics
    assert "happy" not in metrics


@pytest.mark.django_db
def test_production_metrics_of_enough_people_are_exported(client: Client, token: str) -> None:
    last_week = datetime.now(UTC) - timedelta(days=7)
    for number in range(MIN_PEOPLE):
        person = factories.person(f"p{number}@example.org")
        moment(person, last_week, felt="happy" if number else "sad")
    metrics = client.get("/metrics", headers={"Authorization": token}).content.decode()
    assert "emoplatform_captures_a_day 1.4" in metrics
    assert "emoplatform_without_face_ratio 0.0" in metrics
    assert 'bound="measured",emotion="all"' in metrics
    assert 'emotion="happy",version=' in metrics
    assert "example.org" not in metrics


@pytest.mark.xdist_group("sites")
def test_all_processes_count_together(shared_address: str) -> None:
    request = urllib.request.Request(
        f"{shared_address}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}
    )

    def count() -> float:
        with urllib.request.urlopen(request) as response:
            metrics = response.read().decode()
        labels = 'method="GET",route="healthz",status="200"'
        counted = re.search(rf"http_requests_total{{{labels}}} (\S+)", metrics)
        return float(counted[1]) if counted else 0

    before = count()
    for _ in range(40):
        urllib.request.urlopen(f"{shared_address}/healthz").close()
    assert count() - before == 40
