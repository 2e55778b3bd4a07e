"""Words, corrections, entity tags and the trash over the API."""

import json
import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from emotions.models import Capture
from tests import factories, pictures
from tests.emotions.api.calls import CAPTURES, assert_problem, create, note

pytestmark = pytest.mark.django_db
WORDS = f"{CAPTURES}words/"


def test_a_moment_in_words_is_recorded(owner_api: APIClient) -> None:
    made = note(
        owner_api,
        felt="sad",
        mood=2,
        note="Rain.",
        tags=["home"],
        taken_at="2026-03-14T23:30:00-03:00",
        time_zone="America/Sao_Paulo",
    )
    assert made.status_code == 201
    body = made.json()
    assert (body["source"], body["felt"], body["mood"]) == ("manual", "sad", 2)
    assert (body["note"], body["tags"], body["local_date"]) == ("Rain.", ["home"], "2026-03-14")
    assert (body["photo"], body["crop"], body["thumbnail"]) == (None, None, None)
    assert body["detections"] == []
    (tag,) = owner_api.get("/api/v1/tags/").json()
    assert (tag["name"], tag["uses"]) == ("home", 1)


def test_words_have_an_operation_of_their_own_which_records_once(owner_api: APIClient) -> None:
    sent = {"uuid": str(uuid.uuid4()), "mood": 2, "note": "Rain.", "tags": ["home"]}
    made = owner_api.post(WORDS, sent, format="json")
    assert made.status_code == 201
    assert made["Location"].endswith(f"{CAPTURES}{sent['uuid']}/")
    assert made["ETag"] == f'"{made.json()["sequence"]}"'
    assert made.json()["source"] == "manual"
    for again in (owner_api.post(WORDS, sent, format="json"), note(owner_api, **sent)):
        assert (again.status_code, again.json()) == (201, made.json()), "also the old way"
    other = owner_api.post(WORDS, {**sent, "mood": 3}, format="json")
    assert_problem(other, 409, "conflict")
    assert Capture.objects.count() == 1


def test_words_need_some_words_and_come_as_json(owner_api: APIClient) -> None:
    assert_problem(owner_api.post(WORDS, {}, format="json"), 400, "invalid")
    assert_problem(owner_api.post(WORDS, {"mood": "3"}), 415, "unsupported_media_type")
    assert not Capture.objects.exists()


@pytest.mark.parametrize(
    "parts",
    [
        {"tags": ["river", "home"]},
        {"tags[]": ["river", "home"]},
        {"tags[0]": "river", "tags[1]": "home"},
        {"tags": ["river", ""], "tags[]": ["home"]},
    ],
)
def test_forms_name_tags_as_their_clients_do(owner_api: APIClient, parts: dict[str, Any]) -> None:
    made = owner_api.post(CAPTURES, {"mood": "3", **parts})
    assert made.status_code == 201
    assert made.json()["tags"] == ["home", "river"]


@pytest.mark.parametrize("parts", [{"tags": ""}, {"tags[]": ""}, {}])
def test_empty_parts_of_forms_are_no_tags(owner_api: APIClient, parts: dict[str, Any]) -> None:
    made = owner_api.post(CAPTURES, {"mood": "3", **parts})
    assert (made.status_code, made.json()["tags"]) == (201, [])


@pytest.mark.parametrize(
    "parts",
    [
        {"tags[]": ["x" * 41]},
        {"tags[]": [str(n) for n in range(21)]},
        {"tags": [str(n) for n in range(11)], "tags[]": [str(n) for n in range(11, 22)]},
        {"tags[0]name": "river"},
    ],
)
def test_tags_of_forms_that_are_not_as_expected_are_named(
    owner_api: APIClient, parts: dict[str, Any]
) -> None:
    refused = owner_api.post(CAPTURES, {"mood": "3", **parts})
    assert_problem(refused, 400, "invalid")
    assert set(refused.json()["errors"]) == {"tags"}


def test_a_comma_is_part_of_a_tag(owner_api: APIClient) -> None:
    made = owner_api.post(CAPTURES, {"mood": "3", "tags": "home, sweet"})
    assert made.json()["tags"] == ["home, sweet"]


def test_tags_stand_in_their_order_wherever_they_are_told(owner_api: APIClient) -> None:
    made = note(owner_api, mood=3, tags=["rain", "work", "bus"])
    in_order = ["bus", "rain", "work"]
    assert made.json()["tags"] == in_order
    edited = owner_api.patch(
        made["Location"], {"tags": ["work", "alone", "bus", "rain"]}, format="json"
    )
    in_order = ["alone", *in_order]
    assert edited.json()["tags"] == in_order
    assert owner_api.get(made["Location"]).json()["tags"] == in_order
    assert owner_api.get(CAPTURES).json()["results"][0]["tags"] == in_order
    (change,) = owner_api.get("/api/v1/changes/").json()["changes"]
    assert change["capture"]["tags"] == in_order


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "photo"),
        ({"tags": ["home"]}, "photo"),
        ({"mood": 6}, "mood"),
        ({"mood": "good"}, "mood"),
        ({"felt": "joyful"}, "felt"),
        ({"mood": 3, "note": "x" * 2001}, "note"),
        ({"mood": 3, "note": "\x00"}, "note"),
        ({"mood": 3, "tags": ["x" * 41]}, "tags"),
        ({"mood": 3, "tags": [str(n) for n in range(21)]}, "tags"),
        ({"mood": 3, "tags": "home"}, "tags"),
        ({"mood": 3, "tags": [1]}, "tags"),
        ({"mood": "3"}, "mood"),
        ({"mood": True}, "mood"),
        ({"mood": 3, "note": 5}, "note"),
        ({"mood": 3, "uuid": 5}, "uuid"),
        ({"mood": 3, "keep_others": 0}, "keep_others"),
        ({"mood": 3, "source": "import"}, "source"),
        ({"mood": 3, "kept": "all"}, "kept"),
    ],
)
def test_words_that_are_not_as_expected_record_nothing(
    owner_api: APIClient, fields: dict[str, Any], wrong: str
) -> None:
    refused = note(owner_api, **fields)
    assert_problem(refused, 400, "invalid")
    assert set(refused.json()["errors"]) == {wrong}
    assert all(isinstance(text, str) for text in refused.json()["errors"][wrong])
    assert not Capture.objects.exists()


def test_a_capture_is_changed_only_in_the_state_that_was_read(owner_api: APIClient) -> None:
    made = create(owner_api, pictures.astronaut_jpeg())
    url, first = made["Location"], made["ETag"]
    edited = owner_api.patch(url, {"felt": "sad"}, format="json", headers={"If-Match": first})
    assert edited.status_code == 200
    assert edited.json()["felt"] == "sad"
    assert edited.json()["detections"] == made.json()["detections"]
    assert edited["ETag"] != first
    for tag in (first, f"W/{first}", "nonsense", '"x"', f"w/{edited['ETag']}"):
        for call in (
            owner_api.patch(url, {"mood": 1}, format="json", headers={"If-Match": tag}),
            owner_api.delete(url, headers={"If-Match": tag}),
        ):
            assert_problem(call, 412, "precondition_failed")
    assert owner_api.get(url).json() == edited.json()
    anyway = owner_api.patch(url, {"mood": 1}, format="json", headers={"If-Match": "*"})
    assert anyway.status_code == 200


@pytest.mark.parametrize("seen", ['W/"{}"', '"{}-gzip"', 'W/"{}-br"'])
def test_a_tag_that_a_compressing_proxy_changed_is_understood(
    owner_api: APIClient, seen: str
) -> None:
    made = note(owner_api, mood=3)
    sequence = made.json()["sequence"]
    headers = {"If-Match": seen.format(sequence)}
    edited = owner_api.patch(made["Location"], {"mood": 4}, format="json", headers=headers)
    assert edited.status_code == 200
    again = owner_api.patch(made["Location"], {"mood": 5}, format="json", headers=headers)
    assert_problem(again, 412, "precondition_failed")


def test_every_representation_names_its_entity_tag(owner_api: APIClient) -> None:
    made = note(owner_api, mood=3)
    (listed,) = owner_api.get(CAPTURES).json()["results"]
    (change,) = owner_api.get("/api/v1/changes/").json()["changes"]
    again = {"captures": json.dumps([{"uuid": str(uuid.uuid4()), "mood": 4}])}
    (outcome,) = owner_api.post(f"{CAPTURES}batch/", again).json()["outcomes"]
    assert listed["etag"] == change["capture"]["etag"] == made.json()["etag"] == made["ETag"]
    sent = owner_api.get(f"{CAPTURES}{outcome['uuid']}/")
    assert outcome["capture"]["etag"] == sent["ETag"] != made["ETag"]


def test_what_the_client_has_already_is_not_sent_again(owner_api: APIClient) -> None:
    made = note(owner_api, mood=3)
    url = made["Location"]
    unchanged = owner_api.get(url, headers={"If-None-Match": made["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged["ETag"] == made["ETag"]
    weak = owner_api.get(url, headers={"If-None-Match": f"W/{made['ETag']}"})
    assert weak.status_code == 304
    owner_api.patch(url, {"mood": 4}, format="json")
    assert owner_api.get(url, headers={"If-None-Match": made["ETag"]}).json()["mood"] == 4


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"me": 1}, "me"),
        ({"me": "first"}, "me"),
        ({"kept": "photo"}, "kept"),
        ({"mood": None, "felt": None}, "photo"),
    ],
)
def test_changes_that_cannot_be_are_refused_and_nothing_changes(
    owner_api: APIClient, changes: dict[str, Any], wrong: str
) -> None:
    made = note(owner_api, mood=3, kept="crop")
    refused = owner_api.patch(made["Location"], changes, format="json")
    assert_problem(refused, 400, "invalid")
    assert set(refused.json()["errors"]) == {wrong}
    assert owner_api.get(made["Location"]).json() == made.json()


def test_the_face_that_is_cut_out_is_served_and_goes_when_less_is_kept(
    owner_api: APIClient, other_api: APIClient
) -> None:
    made = create(owner_api, pictures.astronaut_jpeg()).json()
    crop = owner_api.get(made["crop"])
    assert crop["Content-Type"] == "image/jpeg"
    assert crop["Cache-Control"] == "private, max-age=31536000, immutable"  # Its address names it.
    assert owner_api.get(made["crop"], headers={"If-None-Match": crop["ETag"]}).status_code == 304
    assert_problem(other_api.get(made["crop"]), 404, "not_found")
    url = f"{CAPTURES}{made['uuid']}/"
    less = owner_api.patch(url, {"kept": "nothing"}, format="json").json()
    assert (less["photo"], less["crop"], less["thumbnail"]) == (None, None, None)
    assert_problem(owner_api.get(made["crop"]), 404, "not_found")


def test_what_is_deleted_is_in_the_trash_until_it_is_restored_or_removed(
    owner_api: APIClient,
) -> None:
    made = create(owner_api, pictures.astronaut_jpeg())
    url = made["Location"]
    assert owner_api.delete(url).status_code == 204
    assert_problem(owner_api.get(url), 404, "not_found")
    assert_problem(owner_api.patch(url, {"mood": 1}, format="json"), 404, "not_found")
    assert owner_api.get(CAPTURES).json()["results"] == []
    (trashed,) = owner_api.get(CAPTURES, {"deleted": "true"}).json()["results"]
    assert trashed["uuid"] == made.json()["uuid"]
    assert trashed["deleted_at"]

    restored = owner_api.post(f"{url}restore/")
    assert restored.status_code == 200
    versions = {name: restored.json()[name] for name in ("sequence", "etag")}
    assert restored.json() == {**made.json(), **versions}
    assert_problem(owner_api.post(f"{url}restore/"), 404, "not_found")

    assert owner_api.delete(url).status_code == 204
    assert owner_api.delete(f"{url}?forever=true").status_code == 204
    assert_problem(owner_api.post(f"{url}restore/"), 404, "not_found")
    assert_problem(owner_api.delete(f"{url}?forever=true"), 404, "not_found")
    assert owner_api.get(CAPTURES, {"deleted": "true"}).json()["results"] == []


def test_another_person_changes_deletes_and_restores_nothing(
    owner: User, owner_api: APIClient, other_api: APIClient
) -> None:
    url = f"{CAPTURES}{factories.capture(owner=owner, mood=3).uuid}/"
    assert_problem(other_api.patch(url, {"mood": 1}, format="json"), 404, "not_found")
    assert_problem(other_api.delete(url), 404, "not_found")
    assert_problem(other_api.delete(f"{url}?forever=true"), 404, "not_found")
    assert owner_api.delete(url).status_code == 204
    assert_problem(other_api.post(f"{url}restore/"), 404, "not_found")
    assert Capture.objects.get().purged_at is None


def test_a_list_is_narrowed_and_wrong_filters_are_named(owner: User, owner_api: APIClient) -> None:
    happy = factories.capture(owner=owner, looks="happy", note="River.")
    factories.capture(owner=owner, looks="sad", felt="fear")
    for query in (
        {"emotion": "happy"},
        {"words": "river"},
        {"emotion": "happy", "first": "2026-03-14", "last": "2026-03-14", "source": "upload"},
    ):
        (found,) = owner_api.get(CAPTURES, query).json()["results"]
        assert found["uuid"] == str(happy.uuid)
    assert owner_api.get(CAPTURES, {"tag": "none"}).json()["results"] == []
    for name, value in {"emotion": "joy", "first": "soon", "source": "x", "deleted": "?"}.items():
        refused = owner_api.get(CAPTURES, {name: value})
        assert_problem(refused, 400, "invalid")
        assert set(refused.json()["errors"]) == {name}


def test_a_person_without_a_capture_of_that_uuid_gets_404(owner_api: APIClient) -> None:
    url = f"{CAPTURES}{uuid.uuid4()}/"
    assert_problem(owner_api.patch(url, {"mood": 1}, format="json"), 404, "not_found")
    assert_problem(owner_api.post(f"{url}restore/"), 404, "not_found")
