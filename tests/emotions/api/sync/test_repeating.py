"""A request whose answer was lost is sent again under its key, and changes nothing more."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from emotions.idempotency import (
    KEPT_FOR,
    RepeatedRequestError,
    RequestKey,
    once,
    record_request,
)
from emotions.models import AnsweredRequest, Capture, Reminder, Tag
from tests import factories, pictures
from tests.emotions.api.calls import CAPTURES, assert_problem, create, note

pytestmark = pytest.mark.django_db
BATCH, REMINDERS, TAGS = f"{CAPTURES}batch/", "/api/v1/reminders/", "/api/v1/tags/"


def keyed(made: Any, key: str = "k1") -> dict[str, str]:
    return {"Idempotency-Key": key, "If-Match": made["ETag"]}


def edit(api: APIClient, made: Any) -> Any:
    return api.patch(made["Location"], {"mood": 5}, format="json", headers=keyed(made))


def delete(api: APIClient, made: Any) -> Any:
    return api.delete(made["Location"], headers=keyed(made))


def delete_forever(api: APIClient, made: Any) -> Any:
    return api.delete(f"{made['Location']}?forever=true", headers=keyed(made))


def restore(api: APIClient, made: Any) -> Any:
    if not AnsweredRequest.objects.exists():
        api.delete(made["Location"])
    return api.post(f"{made['Location']}restore/", headers={"Idempotency-Key": "k1"})


@pytest.mark.parametrize(
    ("change", "status"), [(edit, 200), (delete, 204), (delete_forever, 204), (restore, 200)]
)
def test_the_same_change_again_gives_the_same_answer(
    owner_api: APIClient, change: Callable[[APIClient, Any], Any], status: int
) -> None:
    made = note(owner_api, mood=3)
    first, again = change(owner_api, made), change(owner_api, made)
    assert first.status_code == again.status_code == status
    assert first.content == again.content
    assert first.get("ETag") == again.get("ETag")


def test_a_turn_sent_twice_turns_once(owner_api: APIClient) -> None:
    made = create(owner_api, pictures.astronaut_jpeg())
    for _ in range(2):
        turned = owner_api.post(
            f"{made['Location']}turn/",
            {"degrees": 90},
            format="json",
            headers={"Idempotency-Key": "turn"},
        )
    assert turned.json()["sequence"] == made.json()["sequence"] + 1


def test_what_others_made_of_it_since_stays(owner_api: APIClient) -> None:
    made = note(owner_api, mood=3)
    edit(owner_api, made)
    newer = owner_api.patch(made["Location"], {"mood": 1}, format="json")
    again = edit(owner_api, made)
    assert (again.status_code, again.json()) == (200, newer.json())
    owner_api.delete(made["Location"])
    assert_problem(edit(owner_api, made), 410, "deleted")


def test_another_request_under_a_key_is_refused(owner_api: APIClient) -> None:
    made = note(owner_api, mood=3)
    edit(owner_api, made)
    before = owner_api.get(made["Location"]).json()
    headers = keyed(made)
    refused = [
        owner_api.patch(made["Location"], {"mood": 1}, format="json", headers=headers),
        owner_api.patch(
            made["Location"], {"mood": 5}, format="json", headers={"Idempotency-Key": "k1"}
        ),
        owner_api.delete(made["Location"], headers=headers),
        owner_api.patch(
            note(owner_api, mood=2)["Location"], {"mood": 5}, format="json", headers=headers
        ),
        owner_api.post(CAPTURES, {"mood": 4}, format="json", headers={"Idempotency-Key": "k1"}),
        owner_api.post(REMINDERS, {"at": "08:00"}, format="json", headers=headers),
    ]
    for answer in refused:
        assert_problem(answer, 409, "conflict")
    assert owner_api.get(made["Location"]).json() == before


def test_the_key_of_a_recorded_capture_is_taken(owner_api: APIClient) -> None:
    made = owner_api.post(CAPTURES, {"mood": 4}, format="json", headers={"Idempotency-Key": "k1"})
    assert_problem(edit(owner_api, made), 409, "conflict")


def test_a_refused_request_does_not_use_its_key_up(owner_api: APIClient) -> None:
    made = note(owner_api, mood=3)
    stale = {"Idempotency-Key": "k1", "If-Match": '"0"'}
    refused = owner_api.patch(made["Location"], {"mood": 5}, format="json", headers=stale)
    assert_problem(refused, 412, "precondition_failed")
    assert edit(owner_api, made).status_code == 200


def test_keys_belong_to_a_person(owner_api: APIClient, other_api: APIClient) -> None:
    for api in (owner_api, other_api):
        assert edit(api, note(api, mood=3)).status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\tb"])
def test_a_key_that_is_none_is_refused(owner_api: APIClient, key: str) -> None:
    made = note(owner_api, mood=3)
    for answer in (
        owner_api.delete(made["Location"], headers={"Idempotency-Key": key}),
        owner_api.post(REMINDERS, {"at": "08:00"}, format="json", headers={"Idempotency-Key": key}),
    ):
        assert_problem(answer, 400, "invalid")
    entry = {"action": "delete", "uuid": made.json()["uuid"], "key": key}
    (outcome,) = owner_api.post(BATCH, {"captures": json.dumps([entry])}).json()["outcomes"]
    assert (outcome["status"], list(outcome["problem"]["errors"])) == (400, ["key"])


def test_keys_are_forgotten_after_a_month(owner: User, owner_api: APIClient) -> None:
    edit(owner_api, note(owner_api, mood=3))
    AnsweredRequest.objects.update(made_at=timezone.now() - KEPT_FOR - timedelta(days=1))
    made = note(owner_api, mood=3)
    owner_api.delete(made["Location"], headers={"Idempotency-Key": "k2"})
    assert [request.key for request in AnsweredRequest.objects.filter(owner=owner)] == ["k2"]


def test_the_same_request_twice_at_once_is_made_once(owner: User) -> None:
    request = RequestKey.of("k1", "said")
    record_request(owner=owner, request=request)
    with pytest.raises(RepeatedRequestError):
        record_request(owner=owner, request=request)
    made: list[int] = []
    assert once(owner=owner, request=request, change=lambda: made.append(1)) == ""
    assert not made


def test_changes_of_tags_and_reminders_are_repeated_too(owner: User, owner_api: APIClient) -> None:
    note(owner_api, mood=3, tags=["wrk", "rain", "sun"])
    ids = {tag.name: tag.pk for tag in Tag.objects.filter(owner=owner)}

    def twice(method: str, url: str, body: Any = None) -> Any:
        key = {"Idempotency-Key": str(uuid.uuid4())}
        call = getattr(owner_api, method)
        first, again = (call(url, body, format="json", headers=key) for _ in range(2))
        assert (first.status_code, first.content) == (again.status_code, again.content)
        assert first.status_code < 300
        return first

    twice("patch", f"{TAGS}{ids['wrk']}/", {"name": "work"})
    twice("post", f"{TAGS}{ids['rain']}/merge/", {"into": ids["wrk"]})
    twice("delete", f"{TAGS}{ids['sun']}/")
    assert [tag.name for tag in Tag.objects.filter(owner=owner)] == ["work"]

    made = twice("post", REMINDERS, {"at": "08:00"}).json()
    assert Reminder.objects.filter(owner=owner).count() == 1
    twice("patch", f"{REMINDERS}{made['id']}/", {"paused": True})
    twice("delete", f"{REMINDERS}{made['id']}/")
    assert not Reminder.objects.filter(owner=owner).exists()


def test_a_batch_creates_edits_deletes_and_restores_in_its_order(
    owner: User, owner_api: APIClient
) -> None:
    kept, gone, trashed = (note(owner_api, mood=3) for _ in range(3))
    owner_api.delete(trashed["Location"])
    mine, theirs = str(uuid.uuid4()), factories.capture(owner=factories.person("x@example.org"))
    entries: list[dict[str, Any]] = [
        {"uuid": mine, "mood": 2, "key": "create"},
        {"action": "edit", "uuid": mine, "key": "e1", "tags": ["home"], "felt": None},
        {
            "action": "edit",
            "uuid": kept.json()["uuid"],
            "key": "e2",
            "if_match": f"W/{kept['ETag']}",
            "note": "Mended.",
        },
        {"action": "edit", "uuid": kept.json()["uuid"], "if_match": kept["ETag"], "mood": 1},
        {"action": "delete", "uuid": gone.json()["uuid"], "key": "d1"},
        {"action": "restore", "uuid": trashed.json()["uuid"], "key": "r1"},
        {"action": "delete", "uuid": str(theirs.uuid)},
        {"action": "fly", "uuid": mine},
        {"action": ["edit"], "uuid": mine},
        {"action": "edit", "uuid": mine, "mood": 9},
        {"action": "restore", "uuid": mine, "mood": 1},
    ]
    body = {"captures": json.dumps(entries)}
    outcomes = owner_api.post(BATCH, body).json()["outcomes"]
    assert [outcome["status"] for outcome in outcomes] == [
        *(201, 200, 200, 412, 204, 200, 404, 400, 400, 400, 400)
    ]
    assert [outcome["key"] for outcome in outcomes[:4]] == ["create", "e1", "e2", None]
    assert outcomes[1]["capture"]["tags"] == ["home"]
    assert outcomes[2]["capture"]["note"] == "Mended."
    assert outcomes[2]["capture"]["etag"] == owner_api.get(kept["Location"])["ETag"]
    assert outcomes[4]["capture"] is None
    assert [list(outcome["problem"]["errors"]) for outcome in outcomes[7:]] == [
        *(["action"], ["action"], ["mood"], ["mood"])
    ]
    again = owner_api.post(BATCH, body).json()["outcomes"]
    assert again[1:] == outcomes[1:]
    assert again[0]["status"] == 201
    assert Capture.objects.filter(owner=owner, deleted_at=None).count() == 3


def test_a_change_sent_alone_and_again_in_a_batch_is_made_once(owner_api: APIClient) -> None:
    made = note(owner_api, mood=3)
    alone = edit(owner_api, made)
    entry = {
        "action": "edit",
        "uuid": made.json()["uuid"],
        "key": "k1",
        "if_match": made["ETag"],
        "mood": 5,
    }
    # Generated clients send each entry as a part of its own.
    parts = {"captures": [json.dumps(entry), json.dumps({"uuid": str(uuid.uuid4()), "mood": 1})]}
    outcome, created = owner_api.post(BATCH, parts).json()["outcomes"]
    assert (outcome["status"], outcome["capture"]) == (200, alone.json())
    assert created["status"] == 201
