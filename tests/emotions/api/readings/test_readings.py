"""Readings of people's own devices: kept as numbers, under the network that made them."""

import json
import uuid
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from emotions.models import Capture
from emotions.models.limits import MAX_FACES
from ml.registry import active_version, promote, register
from tests import pictures
from tests.emotions.api.calls import CAPTURES, assert_problem, create, note
from tests.ml import versions

pytestmark = pytest.mark.django_db
READINGS, BATCH, CHANGES = f"{CAPTURES}readings/", f"{CAPTURES}batch/", "/api/v1/changes/"
SHARES = {
    **dict.fromkeys(("angry", "disgust", "fear"), 0.01),
    **dict.fromkeys(("neutral", "sad"), 0.01),
    "happy": 0.9,
    "surprise": 0.05,
}
BOX = {"x": 30, "y": 20, "width": 40, "height": 40}


def face(**changes: Any) -> dict[str, Any]:
    """Return a face that looks happy."""
    return {"box": BOX, "probabilities": SHARES} | changes


def reading(*faces: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return what a device sends of a picture of 100 by 80 pixels."""
    return {
        "taken_at": "2026-03-14T08:30:00+00:00",
        "time_zone": "Europe/Lisbon",
        "picture": {"width": 100, "height": 80},
        "model_sha256": active_version().sha256,
        "detections": list(faces or [face()]),
    } | changes


def send(client: APIClient, *faces: dict[str, Any], **changes: Any) -> Any:
    return client.post(READINGS, reading(*faces, **changes), format="json")


def errors_of(response: Any) -> dict[str, list[str]]:
    assert_problem(response, 400, "invalid")
    told: dict[str, list[str]] = response.json()["errors"]
    return told


def test_a_reading_becomes_a_moment_without_a_picture(owner_api: APIClient) -> None:
    sent = send(owner_api, face(roll=3.6), note="By the river.", tags=["walk"], felt="sad", mood=4)
    assert sent.status_code == 201
    told = sent.json()
    assert sent["Location"].endswith(f"{CAPTURES}{told['uuid']}/")
    assert sent["ETag"] == told["etag"]
    assert (told["kept"], told["source"], told["width"], told["height"]) == (
        *("nothing", "api"),
        *(100, 80),
    )
    assert [told[name] for name in ("photo", "crop", "thumbnail")] == [None] * 3
    assert (told["note"], told["tags"], told["felt"], told["mood"]) == (
        *("By the river.", ["walk"]),
        *("sad", 4),
    )
    (read,) = told["detections"]
    assert (read["made_by"], read["emotion"], read["confidence"]) == ("device", "happy", 0.9)
    assert (read["is_me"], read["box"], read["roll"]) == (True, BOX, 4)
    assert read["probabilities"] == SHARES
    assert read["model_version"] == active_version().name
    assert owner_api.get(sent["Location"]).json() == told


def test_what_the_server_reads_says_so(owner_api: APIClient) -> None:
    (read,) = create(owner_api, pictures.astronaut_jpeg()).json()["detections"]
    assert read["made_by"] == "server"


def test_a_face_is_unsure_by_the_card_of_the_network_that_read_it(owner_api: APIClient) -> None:
    unsure = {**SHARES, "happy": 0.5, "sad": 0.41}
    (read,) = send(owner_api, face(probabilities=unsure)).json()["detections"]
    assert read["unsure"]
    assert read["set"][0] == "happy"
    assert "sad" in read["set"]


def test_the_largest_face_is_the_person_s_unless_the_device_says_another(
    owner_api: APIClient,
) -> None:
    small = face(box={**BOX, "width": 10, "height": 10})
    told = send(owner_api, small, face()).json()["detections"]
    assert [read["is_me"] for read in told] == [False, True]
    told = send(owner_api, small | {"is_me": True}, face()).json()["detections"]
    assert [read["is_me"] for read in told] == [True, False]
    errors = errors_of(send(owner_api, face(is_me=True), face(is_me=True)))
    assert errors == {"detections": ["Expected at most one face with is_me."]}


def test_the_same_reading_again_changes_nothing(owner_api: APIClient) -> None:
    key = str(uuid.uuid4())
    first, again = send(owner_api, uuid=key), send(owner_api, uuid=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert_problem(send(owner_api, uuid=key, mood=1), 409, "conflict")
    assert_problem(note(owner_api, uuid=key, mood=1), 409, "conflict")
    other = face(probabilities={**SHARES, "happy": 0.89, "sad": 0.02})
    assert_problem(send(owner_api, other, uuid=key), 409, "conflict")
    assert Capture.objects.count() == 1


def test_an_idempotency_key_makes_a_reading_once(owner_api: APIClient) -> None:
    headers = {"Idempotency-Key": "walk-1"}
    made = {
        owner_api.post(READINGS, reading(), format="json", headers=headers).json()["uuid"]
        for _ in range(2)
    }
    assert len(made) == Capture.objects.count() == 1


def test_a_reading_that_waited_keeps_the_name_of_its_earlier_network(owner_api: APIClient) -> None:
    earlier = active_version()
    newer = register(versions.files("newer"), made_by="test")
    promote(newer, by="test", reason="to have another one", force=True)
    waited = send(owner_api, model_sha256=earlier.sha256).json()
    assert waited["detections"][0]["model_version"] == earlier.name
    assert send(owner_api).json()["detections"][0]["model_version"] == "newer"


@pytest.mark.parametrize("which", ["unknown", "candidate"])
def test_a_network_that_never_read_here_is_refused_by_what_is_expected(
    owner_api: APIClient, which: str
) -> None:
    candidate = register(versions.files("candidate"), made_by="test")
    sha256 = candidate.sha256 if which == "candidate" else "0" * 64
    (told,) = errors_of(send(owner_api, model_sha256=sha256))["model_sha256"]
    assert active_version().sha256 in told
    assert active_version().name in told


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"happy": 0.8}, "sum to 1, received a sum of 0.9"),
        ({"happy": 0.902}, "sum to 1"),
        ({"happy": 1.9, "sad": -0.99}, "less than or equal to 1"),
        ({"happy": -0.1}, "greater than or equal to 0"),
        ({"happy": "0.9"}, "expected type"),
        ({"happy": None}, "may not be null"),
        ({"joy": 0.0}, "isn't known"),
    ],
)
def test_shares_that_are_none_are_refused(
    owner_api: APIClient, changes: dict[str, Any], expected: str
) -> None:
    told = errors_of(send(owner_api, face(probabilities=SHARES | changes)))
    assert expected in str(told)
    assert "detections" in str(told)


def test_shares_may_sum_to_1_as_floats_do(owner_api: APIClient) -> None:
    assert send(owner_api, face(probabilities=SHARES | {"happy": 0.9009})).status_code == 201


def test_a_missing_share_and_no_number_are_refused(owner_api: APIClient) -> None:
    shares = {emotion: share for emotion, share in SHARES.items() if emotion != "sad"}
    told = errors_of(send(owner_api, face(probabilities=shares)))
    assert "sad: This field is required" in str(told)
    body = json.dumps(reading()).replace("0.9,", "NaN,")
    assert_problem(
        owner_api.post(READINGS, body, content_type="application/json"), 400, "parse_error"
    )


@pytest.mark.parametrize(
    "box",
    [{"x": 130}, {"y": 90}, {"x": -50}, {"x": 90}, {"width": 0}, {"height": -1}, {"width": 201}],
)
def test_a_box_outside_the_picture_is_refused(owner_api: APIClient, box: dict[str, int]) -> None:
    assert "detections" in errors_of(send(owner_api, face(box=BOX | box)))


def test_a_box_may_reach_over_the_edge_as_those_of_the_server_do(owner_api: APIClient) -> None:
    box = {"x": -10, "y": -5, "width": 120, "height": 120}
    assert send(owner_api, face(box=box)).json()["detections"][0]["box"] == box


def test_more_faces_than_are_kept_of_a_moment_are_refused(owner_api: APIClient) -> None:
    assert "detections" in errors_of(send(owner_api, *[face()] * (MAX_FACES + 1)))
    assert send(owner_api, *[face()] * MAX_FACES).status_code == 201


def test_no_face_is_refused_unless_the_person_wants_the_moment_anyway(owner_api: APIClient) -> None:
    assert_problem(send(owner_api, detections=[]), 422, "no_face")
    told = send(owner_api, detections=[], keep_without_face=True).json()
    assert (told["detections"], told["kept"], told["width"]) == ([], "nothing", 100)


@pytest.mark.parametrize("name", ["photo", "kept", "emotion"])
def test_what_is_no_part_of_a_reading_is_refused_by_name(owner_api: APIClient, name: str) -> None:
    assert name in errors_of(send(owner_api, **{name: "x"}))
    assert not Capture.objects.exists()


@pytest.mark.parametrize("missing", ["picture", "model_sha256", "detections"])
def test_what_is_missing_is_told_by_name(owner_api: APIClient, missing: str) -> None:
    body = {name: value for name, value in reading().items() if name != missing}
    assert errors_of(owner_api.post(READINGS, body, format="json")).keys() == {missing}


def test_photos_are_no_place_for_readings(owner_api: APIClient) -> None:
    told = errors_of(owner_api.post(CAPTURES, reading(mood=3), format="json"))
    assert told == {"detections": ["Send what a device has read to /api/v1/captures/readings/."]}
    assert not Capture.objects.exists()


def test_a_batch_takes_readings_beside_photos_and_words(owner_api: APIClient) -> None:
    read, words, wrong = (str(uuid.uuid4()) for _ in range(3))
    waiting = [
        reading(uuid=read),
        {"uuid": words, "mood": 4},
        reading(uuid=wrong, model_sha256="0" * 64),
        reading(),
        reading(uuid=wrong, photo="first"),
    ]
    for _ in range(2):
        outcomes = owner_api.post(BATCH, {"captures": json.dumps(waiting)}).json()["outcomes"]
        assert [outcome["status"] for outcome in outcomes] == [201, 201, 400, 400, 400]
        assert outcomes[0]["capture"]["detections"][0]["made_by"] == "device"
        assert [[*outcome["problem"]["errors"]] for outcome in outcomes[2:]] == [
            *(["model_sha256"], ["uuid"], ["photo"])
        ]
    assert Capture.objects.count() == 2


def test_changes_and_the_trash_have_readings_like_any_moment(owner_api: APIClient) -> None:
    made = send(owner_api)
    (change,) = owner_api.get(CHANGES).json()["changes"]
    assert change["capture"] == made.json()
    assert owner_api.delete(made["Location"]).status_code == 204
    (trashed,) = owner_api.get(CAPTURES, {"deleted": "true"}).json()["results"]
    assert trashed["detections"][0]["made_by"] == "device"
    assert owner_api.post(f"{made['Location']}restore/").status_code == 200
    assert owner_api.delete(f"{made['Location']}?forever=true").status_code == 204
    assert Capture.objects.get().detections.count() == 0


def test_without_consent_nothing_is_recorded(owner: User, owner_api: APIClient) -> None:
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    assert_problem(send(owner_api), 403, "consent_required")
    assert not Capture.objects.exists()


def test_readings_count_as_moments(owner_api: APIClient, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "moments": 1}
    assert send(owner_api).status_code == 201
    assert_problem(send(owner_api), 429, "too_many_moments")


def test_readings_are_limited_as_photos_are(owner_api: APIClient, settings: Settings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "capture": (1, 60)}
    assert send(owner_api).status_code == 201
    assert_problem(create(owner_api, pictures.astronaut_jpeg()), 429, "throttled")
    assert_problem(send(owner_api), 429, "throttled")


def test_the_day_and_the_face_count_as_those_of_photos_do(owner_api: APIClient) -> None:
    made = send(owner_api, taken_at="2026-03-14T23:30:00+00:00", time_zone="Asia/Tokyo")
    assert made.json()["local_date"] == "2026-03-15"
    found = owner_api.get(CAPTURES, {"emotion": "happy"}).json()["results"]
    assert [one["uuid"] for one in found] == [made.json()["uuid"]]


def test_there_is_no_picture_to_turn_or_to_explain(owner_api: APIClient) -> None:
    made = send(owner_api)
    assert_problem(owner_api.get(f"{made['Location']}explanation/"), 404, "not_found")
    turned = owner_api.post(f"{made['Location']}turn/", {"degrees": 90}, format="json")
    assert_problem(turned, 409, "no_picture")
