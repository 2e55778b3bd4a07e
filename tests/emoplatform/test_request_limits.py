"""Pages have rate limits too, each person on their own."""

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from emotions.models import Capture
from tests import factories

pytestmark = pytest.mark.django_db


def limit(settings: Settings, **limits: int) -> None:
    counts = {name: (count, 3600) for name, count in limits.items()}
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, **counts}


def test_pages_are_limited_for_each_person(
    settings: Settings, owner_client: Client, other_client: Client
) -> None:
    limit(settings, page=2)
    for _ in range(2):
        assert owner_client.get("/today/").status_code == 200
    refused = owner_client.get("/history/")
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 3600
    assert "That was a lot at once" in refused.content.decode()
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


def test_pictures_do_not_use_up_the_pages(
    settings: Settings, owner: User, owner_client: Client
) -> None:
    limit(settings, page=1, picture=2)
    capture = factories.capture(owner=owner)
    for _ in range(2):
        assert owner_client.get(f"/captures/{capture.uuid}/thumbnail").status_code == 404
    assert owner_client.get(f"/captures/{capture.uuid}/thumbnail").status_code == 429
    assert owner_client.get("/today/").status_code == 200
