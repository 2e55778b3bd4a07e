"""An app knows what a site is and allows before anybody signs in."""

from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.consents import CURRENT_VERSIONS
from emotions.api.schema_document import schema_document
from emotions.models.limits import MAX_NOTE_LENGTH
from tests.emotions.api.calls import assert_problem, note

pytestmark = pytest.mark.django_db
URL = "/api/v1/server/"


def test_nobody_needs_an_account(settings: Settings) -> None:
    settings.SIGN_UP = "invitation"
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "capture": (7, 60)}
    settings.VAPID_PRIVATE_KEY = ""
    told = APIClient().get(URL).json()
    assert told["sign_up"] == "invitation"
    assert told["version"] == schema_document().schema["info"]["version"]
    assert [language["code"] for language in told["languages"]] == ["en", "de"]
    assert told["consents"] == {kind.value: version for kind, version in CURRENT_VERSIONS.items()}
    assert told["features"]["push"] is False
    assert told["limits"]["rates"]["capture"] == {"requests": 7, "seconds": 60}


def test_the_limits_are_those_that_hold(owner_api: APIClient) -> None:
    most = APIClient().get(URL).json()["limits"]
    assert most["note_length"] == MAX_NOTE_LENGTH
    assert note(owner_api, note="a" * most["note_length"]).status_code == 201
    assert_problem(note(owner_api, note="a" * (most["note_length"] + 1)), 400, "invalid")
    tags = [f"tag {number}" for number in range(most["tags"] + 1)]
    assert note(owner_api, mood=3, tags=tags[:-1]).status_code == 201
    assert_problem(note(owner_api, mood=3, tags=tags), 400, "invalid")


def test_who_knows_the_facts_gets_them_no_second_time() -> None:
    first: Any = APIClient().get(URL)
    again: Any = APIClient().get(URL, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
