"""While something is away people and programs get a 503 that says when to come back."""

import errno
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError
from django.test import Client

from accounts.models import User
from emoplatform.outages import MAX_QUEUE_SECONDS, is_outage
from emotions.captures import days
from emotions.models import Capture
from ml import registry
from ml.inference.card import ModelFileError
from tests import factories, pictures

pytestmark = pytest.mark.django_db


def refused(status: int) -> ClientError:
    return ClientError({"ResponseMetadata": {"HTTPStatusCode": status}}, "PutObject")


OUTAGES: list[Exception] = [
    OperationalError("the server closed the connection unexpectedly"),
    InterfaceError("connection already closed"),
    OSError(errno.ENOSPC, "No space left on device"),
    TimeoutError("timed out"),
    EndpointConnectionError(endpoint_url="https://bucket.example"),
    ReadTimeoutError(endpoint_url="https://bucket.example"),
    refused(503),
    ModelFileError("damaged"),
]
FAULTS: list[Exception] = [ValueError("ours"), OSError("no number"), refused(403), KeyError("x")]


@pytest.fixture
def browser(owner: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    return client


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


def assert_away(response: Any, *, program: bool) -> None:
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    if program:
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == "unavailable"
    else:
        assert "We'll be right back" in response.content.decode()


@pytest.mark.parametrize("error", OUTAGES, ids=repr)
@pytest.mark.parametrize("path", ["/today/", "/api/v1/today/"])
def test_an_outage_is_answered_with_retry_after(
    browser: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, path: str
) -> None:
    monkeypatch.setattr(days, "load_moods", raising(error))
    assert_away(browser.get(path), program=path.startswith("/api/"))


@pytest.mark.parametrize("error", FAULTS, ids=repr)
def test_a_fault_of_ours_is_no_outage(
    browser: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(days, "load_moods", raising(error))
    assert browser.get("/today/").status_code == 500
    assert not is_outage(error)


@pytest.mark.parametrize("path", ["/today/", "/api/v1/me/", "/accounts/login/"])
def test_a_session_that_cannot_be_read_is_an_outage_too(
    browser: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    away = raising(OperationalError("away"))
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", away)
    assert_away(browser.get(path), program=path.startswith("/api/"))


@pytest.mark.parametrize("path", ["/capture/", "/api/v1/captures/"])
@pytest.mark.parametrize("error", [OUTAGES[2], OUTAGES[4]], ids=["disk full", "bucket away"])
def test_a_photo_that_cannot_be_stored_leaves_nothing(
    browser: Client, monkeypatch: pytest.MonkeyPatch, media: Path, path: str, error: Exception
) -> None:
    store = FileSystemStorage.save
    kept = 0

    def save_once(storage: FileSystemStorage, name: str, content: Any, **options: Any) -> str:
        nonlocal kept
        kept += 1
        if kept > 1:
            raise error
        return store(storage, name, content, **options)

    monkeypatch.setattr(FileSystemStorage, "save", save_once)
    photo = SimpleUploadedFile("me.jpg", pictures.astronaut_jpeg(), "image/jpeg")
    data = {"photo": photo, "client_uuid": "3f2b8c1e-5a94-4d1b-9a5e-0c7d1f6f2a10"}
    assert_away(browser.post(path, data), program=path.startswith("/api/"))
    assert kept > 1
    assert not Capture.objects.exists()
    assert [file for file in media.rglob("*") if file.is_file()] == []


def test_a_picture_whose_storage_is_away_is_asked_for_again_later(
    browser: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = factories.capture(owner=owner, photo="photos/x.jpg", thumbnail="thumbnails/x.jpg")
    monkeypatch.setattr(FileSystemStorage, "open", raising(OUTAGES[4]))
    assert_away(browser.get(f"/captures/{capture.uuid}/thumbnail"), program=False)
    assert_away(browser.get(f"/api/v1/captures/{capture.uuid}/thumbnail/"), program=True)


def test_no_network_that_can_answer_is_an_outage(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "serving", raising(ModelFileError("damaged")))
    photo = SimpleUploadedFile("me.jpg", pictures.astronaut_jpeg(), "image/jpeg")
    answer = browser.post("/api/v1/captures/", {"photo": photo})
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert not Capture.objects.exists()


@pytest.mark.parametrize("form", ["t={:.3f}", "{:.3f}", "{:.0f}"])
def test_what_waited_too_long_is_refused_before_anything_is_asked(form: str) -> None:
    def asked(seconds_ago: float) -> Any:
        since = time.time() - seconds_ago
        value = form.format(since * 1000 if form == "{:.0f}" else since)
        return Client().get("/accounts/login/", headers={"X-Request-Start": value})

    assert asked(1).status_code == 200
    assert_away(asked(MAX_QUEUE_SECONDS + 1), program=False)


@pytest.mark.parametrize("nonsense", ["", "t=", "yesterday", "nan", "9" * 400])
def test_invalid_request_start_is_ignored(nonsense: str) -> None:
    answer = Client().get("/accounts/login/", headers={"X-Request-Start": nonsense})
    assert answer.status_code == 200
