"""Probes: alive without anything, ready only when every part works, and no secrets revealed."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from emoplatform import health
from ml import registry
from ml.inference import blazeface
from ml.inference.card import ModelFileError
from ml.inference.predictor import Predictor
from ml.models import ModelVersion
from ml.registry import active
from tests.ml import versions


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    health.forget()
    yield
    health.forget()


def assert_not_ready(response: Any, failing: list[str]) -> None:
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (body["status"], body["code"], body["failing"]) == (503, "not_ready", failing)
    assert "geheim" not in response.text


def test_alive_asks_neither_database_nor_storage(client: Client) -> None:
    with patch.object(default_storage, "save", side_effect=AssertionError):
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_ready_when_every_part_works_and_leaves_nothing_behind(client: Client, media: Path) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})
    assert list(media.iterdir()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_answered_without_tls(client: Client, settings: Settings, path: str) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    assert client.get(path).status_code == 200
    assert client.get("/").status_code == 301


@pytest.fixture
def _broken_database() -> Iterator[None]:
    error = OperationalError("no connection for user:geheim")
    with patch.object(connection, "cursor", side_effect=error):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("_broken_database")
def test_not_ready_without_the_database(client: Client) -> None:
    # Which version answers stands in the database too.
    assert_not_ready(client.get("/readyz"), ["database", "model"])


@pytest.mark.django_db
def test_not_ready_when_photos_cannot_be_stored(client: Client, media: Path) -> None:
    media.write_text("a file where the folder should be, geheim")
    assert_not_ready(client.get("/readyz"), ["storage"])


@pytest.mark.django_db
def test_not_ready_without_a_model(client: Client) -> None:
    ModelVersion.objects.update(active=False)
    assert_not_ready(client.get("/readyz"), ["model"])


@pytest.mark.django_db
def test_not_ready_when_the_model_does_not_load(client: Client) -> None:
    with patch.object(Predictor, "_network", side_effect=ModelFileError("geheim")):
        assert_not_ready(client.get("/readyz"), ["model"])


@pytest.mark.django_db
def test_ready_reports_an_earlier_version_that_serves_for_a_damaged_one(client: Client) -> None:
    active.reset()
    bundled = registry.active_version()
    version = registry.register(versions.files("second"), made_by="somebody")
    registry.promote(version, by="somebody", force=True, reason="to damage it")
    default_storage.delete(str(version.artefacts.get(name="emotion.tflite").file))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "degraded",
        "degraded": {"model": f"The file of second cannot be read; {bundled} answers."},
    }


@pytest.mark.django_db
def test_ready_reports_cascades_that_serve_for_missing_weights(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(blazeface, "FILE", tmp_path / "none.tflite")
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert "cascades" in answer.json()["degraded"]["faces"]


@pytest.mark.django_db
def test_who_asks_often_makes_the_site_check_once_in_a_while(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    checks = {name: lambda name=name: checked.append(name) for name in health.CHECKS}
    monkeypatch.setattr(health, "CHECKS", checks)
    assert {client.get("/readyz").status_code for _ in range(20)} == {200}
    assert checked == ["database", "storage", "model"]
    later = time.monotonic() + health.COUNTS_FOR
    monkeypatch.setattr(health, "time", SimpleNamespace(monotonic=lambda: later))
    assert client.get("/readyz").status_code == 200
    assert checked == ["database", "storage", "model"] * 2


@pytest.mark.django_db
def test_checks_that_take_long_occupy_one_request(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/readyz").json() == {"status": "ready"}
    later = time.monotonic() + health.COUNTS_FOR
    monkeypatch.setattr(health, "time", SimpleNamespace(monotonic=lambda: later))
    with health._checking:  # as a request holds it that waits for a storage
        assert client.get("/readyz").json() == {"status": "ready"}
