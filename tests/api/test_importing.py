"""What went out comes in again: equal, once, and never more than it says."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from tests import factories, uploads
from tests.api.calls import create, note

pytestmark = pytest.mark.django_db
EXPORT, IMPORT = "/api/v1/export/", "/api/v1/me/import/"
NOTHING = {"new": 0, "already_there": 0, "deleted": 0, "refused": 0, "refusals": []}


def exported(client: APIClient) -> bytes:
    answer: Any = client.get(EXPORT)
    return b"".join(answer.streaming_content)


def brought_in(client: APIClient, data: bytes, **fields: str) -> dict[str, Any]:
    answer: Any = client.post(IMPORT, {"file": SimpleUploadedFile("x", data), **fields})
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = json.loads(b"".join(answer.streaming_content))
    return told


def entries(archive: bytes) -> list[dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        found: list[dict[str, Any]] = json.loads(packed.read("captures.json"))
    return found


def test_a_history_is_the_same_in_another_account(
    owner: User, owner_api: APIClient, other_api: APIClient
) -> None:
    create(owner_api, uploads.crowd_jpeg(), note="=1+1", tags=["@home", "river"], felt="sad")
    note(owner_api, mood=2, note="Zeile\n„zwei“ 🙂", taken_at="2026-03-14T08:30:00+01:00")
    factories.capture(owner=owner, looks="fear", time_zone="Asia/Tokyo", kept="nothing")
    archive = exported(owner_api)
    assert brought_in(other_api, archive) == {**NOTHING, "new": 3, "complete": True}
    assert entries(exported(other_api)) == entries(archive)
    assert brought_in(other_api, archive) == {**NOTHING, "already_there": 3, "complete": True}
