"""Apps preview a file, choose how it is read, and then import or cancel it."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from emotions.models import Capture, Import
from emotions.transfer import running
from tests.emotions.api.calls import assert_problem
from tests.emotions.api.transfer.histories import MOMENT, PHOTO, brought_in, packed, sent_files
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db
IMPORTS = "/api/v1/imports/"
TABLE = (
    b"full_date,date,weekday,time,mood,activities,scales,note_title,note\n"
    b'03/04/2026,x,x,20:00,Gut,"work | rain",,,alpha\n'
    b"05/04/2026,x,x,20:00,Mellow,,,,beta\n"
    b"06/04/2026,x,x,20:00,Mellow,,,,gamma\n"
)


def upload(client: APIClient, data: bytes = TABLE, **fields: str) -> Any:
    return client.post(IMPORTS, {"file": SimpleUploadedFile("x", data), **fields})


def decide(client: APIClient, uuid: str, step: str, **choices: Any) -> Any:
    return client.post(f"{IMPORTS}{uuid}/{step}/", choices, format="json")


def state(client: APIClient, uuid: str) -> dict[str, Any]:
    """Run the jobs, and return what is told of an import then."""
    run_jobs()
    told: dict[str, Any] = client.get(f"{IMPORTS}{uuid}/").json()
    return told


def previewed(client: APIClient, data: bytes = TABLE, **fields: str) -> dict[str, Any]:
    accepted = upload(client, data, **fields)
    assert accepted.status_code == 202, accepted.content
    assert (accepted.json()["state"], accepted.json()["preview"]) == ("reading", None)
    told = state(client, accepted.json()["uuid"])
    assert told["state"] == "ready"
    assert told["kept_until"]
    return told


def test_a_preview_tells_what_is_in_a_table_before_any_of_it_comes_in(owner_api: APIClient) -> None:
    preview = previewed(owner_api, time_zone="Asia/Tokyo")["preview"]
    assert not Capture.objects.exists()
    told = {name: preview[name] for name in ("format", "encoding", "separator", "language")}
    assert told == {"format": "daylio", "encoding": "utf-8", "separator": ",", "language": "de"}
    assert (preview["date_order"], preview["dates_are_certain"]) == ("day_first", False)
    assert (preview["first"], preview["last"]) == ("2026-04-03", "2026-04-03")
    assert (preview["new"], preview["refused"]) == (1, 2)
    assert preview["moods"] == [
        {"name": "Mellow", "count": 2, "value": None},
        {"name": "Gut", "count": 1, "value": 4},
    ]
    assert preview["entries"] == [
        {
            "taken_at": "2026-04-03T20:00:00+09:00",
            "time_zone": "Asia/Tokyo",
            "felt": None,
            "mood": 4,
            "note": "alpha",
            "tags": ["work", "rain"],
        }
    ]


@pytest.mark.django_db(transaction=True)
def test_choices_are_previewed_then_confirmed_and_undone(owner_api: APIClient, media: Path) -> None:
    uuid = previewed(owner_api)["uuid"]
    choices = {"time_zone": "Asia/Tokyo", "date_order": "month_first", "moods": {"Mellow": 2}}
    again = decide(owner_api, uuid, "preview", **choices)
    assert (again.status_code, again.json()["state"]) == (202, "reading")
    preview = state(owner_api, uuid)["preview"]
    assert (preview["new"], preview["refused"]) == (3, 0)
    assert preview["entries"][0]["taken_at"] == "2026-03-04T20:00:00+09:00"
    confirmed = decide(owner_api, uuid, "confirm")
    assert (confirmed.status_code, confirmed.json()["state"]) == (202, "waiting")
    told = state(owner_api, uuid)
    assert (told["state"], told["new"], told["preview"]) == ("finished", 3, None)
    assert [moment.mood for moment in Capture.objects.order_by("taken_at")] == [4, 2, 2]
    assert sent_files(media) == []
    assert owner_api.post(f"{IMPORTS}{uuid}/undo/").status_code == 202
    assert state(owner_api, uuid)["undone"] == 3


def test_a_mood_is_left_out_again(owner_api: APIClient) -> None:
    uuid = previewed(owner_api)["uuid"]
    decide(owner_api, uuid, "preview", moods={"Mellow": 2, "Gut": 5})
    assert state(owner_api, uuid)["preview"]["new"] == 3
    decide(owner_api, uuid, "confirm", moods={"Mellow": None, "Gut": None})
    assert state(owner_api, uuid)["refused"] == 3


@pytest.mark.parametrize(("update", "note"), [(True, "changed"), (False, "alpha")])
def test_what_has_changed_is_updated_where_that_is_wanted(
    owner_api: APIClient, update: bool, note: str
) -> None:
    brought_in(owner_api, TABLE)
    job = previewed(owner_api, TABLE.replace(b"alpha", b"changed"))
    assert job["preview"]["changed"] == 1
    change = job["preview"]["changes"][0]
    assert (change["before"]["note"], change["after"]["note"]) == ("alpha", "changed")
    decide(owner_api, job["uuid"], "confirm", update=update)
    told = state(owner_api, job["uuid"])
    assert told["updated"] == int(update)
    assert Capture.objects.get().note == note
    if update:
        owner_api.post(f"{IMPORTS}{job['uuid']}/undo/")
        assert state(owner_api, job["uuid"])["reverted"] == 1
        assert Capture.objects.get().note == "alpha"


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_cancelled_is_gone(owner_api: APIClient, media: Path) -> None:
    uuid = previewed(owner_api)["uuid"]
    assert len(sent_files(media)) == 1
    cancelled = decide(owner_api, uuid, "cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert sent_files(media) == []
    for step in ("preview", "confirm", "cancel"):
        assert_problem(decide(owner_api, uuid, step), 409, "not_ready")
    assert not Capture.objects.exists()


def test_an_archive_is_previewed_too(owner: User, owner_api: APIClient) -> None:
    preview = previewed(owner_api, packed(MOMENT))["preview"]
    assert (preview["format"], preview["new"], preview["moods"]) == ("export", 1, [])
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    assert_problem(upload(owner_api, packed(PHOTO, photo=b"x")), 403, "consent_required")


@pytest.mark.parametrize(
    ("choices", "field"),
    [
        ({"time_zone": "Berlin"}, "time_zone"),
        ({"date_order": "year_first"}, "date_order"),
        ({"moods": {"Gut": 6}}, "moods"),
        ({"moods": {"Gut": "4"}}, "moods"),
        ({"moods": ["Gut"]}, "moods"),
        ({"moods": {"x" * 201: 4}}, "moods"),
        ({"moods": {str(number): 4 for number in range(101)}}, "moods"),
        ({"update": "yes"}, "update"),
    ],
)
def test_a_wrong_choice_is_named(owner_api: APIClient, choices: Any, field: str) -> None:
    uuid = previewed(owner_api)["uuid"]
    wrong = decide(owner_api, uuid, "confirm", **choices)
    assert_problem(wrong, 400, "invalid")
    assert list(wrong.json()["errors"]) == [field]
    assert state(owner_api, uuid)["state"] == "ready"


def test_another_file_is_not_taken_while_one_is_being_looked_through(owner_api: APIClient) -> None:
    first = upload(owner_api).json()["uuid"]
    assert_problem(upload(owner_api), 429, "busy")
    assert_problem(decide(owner_api, first, "confirm"), 409, "not_ready")
    state(owner_api, first)
    second = previewed(owner_api)["uuid"]
    assert state(owner_api, first)["state"] == "cancelled"
    assert_problem(decide(owner_api, first, "confirm"), 409, "not_ready")
    assert state(owner_api, second)["state"] == "ready"


def test_a_preview_is_its_owners_alone(owner_api: APIClient, other_api: APIClient) -> None:
    uuid = previewed(owner_api)["uuid"]
    for step in ("preview", "confirm", "cancel"):
        assert_problem(decide(other_api, uuid, step), 404, "not_found")
        assert_problem(decide(APIClient(), uuid, step), 401, "not_authenticated")
    assert other_api.get(f"{IMPORTS}{uuid}/").status_code == 404
    assert Import.objects.get().state == "ready"


def test_a_name_of_a_mood_that_is_a_novel_is_refused(owner_api: APIClient) -> None:
    preview = previewed(owner_api, TABLE.replace(b"Mellow", b"x" * 201, 1))["preview"]
    assert "at most 200 characters" in preview["refusals"][0]["reason"]
    assert [mood["count"] for mood in preview["moods"]] == [1, 1]


def test_progress_is_told_between_slices(owner_api: APIClient) -> None:
    uuid = upload(owner_api).json()["uuid"]
    job = Import.objects.get()
    with patch.object(running, "SLICE_SECONDS", -1), patch.object(running, "BATCH", 1):
        running.run_slice(job=job)
    told = owner_api.get(f"{IMPORTS}{uuid}/").json()
    assert (told["state"], told["position"], told["preview"]) == ("reading", 1, None)
