"""The export, through the API."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import SecurityEvent, User
from accounts.security_log import record_event
from tests import pictures
from tests.emotions.api.calls import assert_problem, create, note

pytestmark = pytest.mark.django_db


def test_the_archive_holds_everything_and_no_formula(
    owner: User, owner_api: APIClient, other_api: APIClient
) -> None:
    made = create(owner_api, pictures.astronaut_jpeg(), note="=1+1", tags=["@home"]).json()
    note(owner_api, mood=2, taken_at="2026-03-14T08:30:00+01:00")
    gone = note(owner_api, mood=1, note="Deleted.")
    owner_api.delete(gone["Location"])
    note(other_api, mood=1, note="Of somebody else.")

    answer: Any = owner_api.get("/api/v1/export/")
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert packed.testzip() is None
    pictures_kept = {f"pictures/{made['uuid']}-{name}.jpg" for name in ("photo", "crop")}
    assert set(packed.namelist()) == {
        "index.html",
        "profile.json",
        "tags.json",
        "security_log.json",
        "captures.json",
        "captures.csv",
        *pictures_kept,
    }
    assert json.loads(packed.read("profile.json"))["email"] == owner.email
    first, second = json.loads(packed.read("captures.json"))
    assert (first["mood"], second["note"], second["tags"]) == (2, "=1+1", ["@home"])
    assert second["detections"][0]["emotion"] == "happy"
    assert packed.read(second["photo"]).startswith(b"\xff\xd8")
    rows = list(csv.DictReader(io.StringIO(packed.read("captures.csv").decode())))
    assert [row["mood"] for row in rows] == ["2", ""]
    assert (rows[1]["note"], rows[1]["tags"], rows[1]["detected"]) == ("'=1+1", "'@home", "happy")
    assert_problem(APIClient().get("/api/v1/export/"), 401, "not_authenticated")


def test_the_security_log_comes_along(owner: User, other: User, owner_api: APIClient) -> None:
    record_event(person=owner, kind=SecurityEvent.Kind.TOKEN_MADE, name="backup")
    record_event(person=other, kind=SecurityEvent.Kind.TOKEN_MADE, name="of somebody else")
    answer: Any = owner_api.get("/api/v1/export/")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    exported, made = json.loads(packed.read("security_log.json"))
    assert exported["kind"] == "exported"
    assert exported["ip"] == "127.0.0.1"
    assert (made["kind"], made["facts"]) == ("token_made", {"name": "backup"})


def test_an_archive_of_nothing_is_whole_too(owner_api: APIClient) -> None:
    answer: Any = owner_api.get("/api/v1/export/")
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert json.loads(packed.read("captures.json")) == []
