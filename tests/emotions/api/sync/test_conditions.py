"""Resources without a sequence number have entity tags too, so that none is overwritten unread."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.consents import CURRENT_VERSIONS
from accounts.models import Consent, User
from tests import factories
from tests.emotions.api.calls import CAPTURES, assert_problem, note

pytestmark = pytest.mark.django_db
ME, CONSENT = "/api/v1/me/", "/api/v1/me/consents/improve/"
REMINDERS, TAGS = "/api/v1/reminders/", "/api/v1/tags/"
DEVICES, TOKENS = "/api/v1/devices/", "/api/v1/tokens/"
VERSION = {"version": CURRENT_VERSIONS[Consent.Kind.IMPROVE]}
UNKNOWN = f'"{"0" * 32}"'


def settings(api: APIClient) -> tuple[str, str, Any, str]:
    return "patch", ME, {"kept": "crop"}, api.get(ME).json()["etag"]


def profile(api: APIClient) -> tuple[str, str, Any, str]:
    return "patch", ME, {"kept": "crop"}, api.get(ME)["ETag"]


def consent(api: APIClient) -> tuple[str, str, Any, str]:
    return "put", CONSENT, VERSION, api.get(ME).json()["consents"][1]["etag"]


def withdrawal(api: APIClient) -> tuple[str, str, Any, str]:
    return "delete", CONSENT, None, api.put(CONSENT, VERSION, format="json")["ETag"]


def reminder(api: APIClient) -> tuple[str, str, Any, str]:
    made = api.post(REMINDERS, {"at": "08:00"}, format="json")
    return "patch", f"{REMINDERS}{made.json()['id']}/", {"paused": True}, made["ETag"]


def end_of_reminder(api: APIClient) -> tuple[str, str, Any, str]:
    _, url, _, etag = reminder(api)
    return "delete", url, None, etag


def device(api: APIClient) -> tuple[str, str, Any, str]:
    api.get(ME)  # which records where it is signed in
    (here,) = api.get(DEVICES).json()
    return "patch", f"{DEVICES}{here['id']}/", {"name": "Kitchen"}, here["etag"]


@pytest.mark.parametrize(
    "change", [settings, profile, consent, withdrawal, reminder, end_of_reminder, device]
)
def test_a_change_is_made_to_the_version_that_was_read_alone_and_once(
    owner_api: APIClient, change: Any
) -> None:
    method, url, body, etag = change(owner_api)

    def send(tag: str, key: str) -> Any:
        headers = {"If-Match": tag, "Idempotency-Key": key}
        return getattr(owner_api, method)(url, body, format="json", headers=headers)

    for stale in (UNKNOWN, '"1"', "nonsense"):
        assert_problem(send(stale, "stale"), 412, "precondition_failed")
    first, again = send(f"W/{etag}", "lost"), send(etag, "lost")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert first.status_code < 300
    assert first.get("ETag") == again.get("ETag") != etag
    assert send(etag, "another").status_code in {404, 412}


@pytest.mark.parametrize("url", [ME, REMINDERS, TAGS, DEVICES, TOKENS])
def test_what_has_not_changed_is_not_sent_again(
    owner: User, owner_api: APIClient, other_api: APIClient, url: str
) -> None:
    note(owner_api, mood=3, tags=["rain"])
    owner_api.post(REMINDERS, {"at": "08:00"}, format="json")
    first = owner_api.get(url)
    seen = {"If-None-Match": first["ETag"]}
    again = owner_api.get(url, headers=seen)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert other_api.get(url, headers=seen).status_code == (200 if url != TOKENS else 304)


def test_a_capture_that_has_not_changed_is_not_loaded_with_all_that_belongs_to_it(
    owner: User, owner_api: APIClient
) -> None:
    url = f"{CAPTURES}{factories.capture(owner=owner, looks='happy').uuid}/"
    first = owner_api.get(url)
    assert first.json()["detections"]
    with CaptureQueriesContext(connection) as queries:
        again = owner_api.get(url, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert not [query for query in queries if "detection" in query["sql"]]


def test_a_reminder_alone_has_the_tag_that_it_has_in_the_list(owner_api: APIClient) -> None:
    made = owner_api.post(REMINDERS, {"at": "08:00"}, format="json").json()
    url = f"{REMINDERS}{made['id']}/"
    alone, (listed,) = owner_api.get(url), owner_api.get(REMINDERS).json()
    assert alone["ETag"] == alone.json()["etag"] == listed["etag"]
    assert owner_api.get(url, headers={"If-None-Match": alone["ETag"]}).status_code == 304


def test_the_tag_of_the_settings_outlives_what_else_is_in_the_profile(
    owner_api: APIClient,
) -> None:
    before = owner_api.get(ME)
    note(owner_api, mood=3)
    after = owner_api.get(ME, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200, "what is used of the quotas has changed"
    assert after.json()["etag"] == before.json()["etag"]
    told = owner_api.get("/api/v1/changes/", {"kinds": "settings"}).json()["resources"]
    assert told[0]["settings"]["etag"] == before.json()["etag"]


def test_a_sign_in_that_was_ended_or_a_token_that_was_revoked_is_answered_again(
    owner: User, owner_api: APIClient
) -> None:
    owner_api.get(ME)
    made = owner_api.post(TOKENS, {"name": "script"}, format="json")
    url = f"{TOKENS}{made.json()['id']}/"
    for status in (204, 204):
        ended = owner_api.delete(url, headers={"Idempotency-Key": "revoke"})
        assert ended.status_code == status
    assert_problem(owner_api.delete(url), 404, "not_found")
