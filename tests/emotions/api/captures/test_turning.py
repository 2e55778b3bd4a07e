"""Turning pictures over the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from common.imaging import images
from emotions.models import Capture
from tests import pictures
from tests.emotions.api.calls import CAPTURES, assert_problem, create, note

pytestmark = pytest.mark.django_db


def lying() -> bytes:
    return pictures.encoded(images.turn(pictures.astronaut(), 90), quality=92)


def turn(client: APIClient, url: str, degrees: Any = 270, **headers: str) -> Any:
    return client.post(f"{url}turn/", {"degrees": degrees}, format="json", headers=headers)


def test_a_lying_face_is_turned_once_and_other_devices_learn_of_it(owner_api: APIClient) -> None:
    made = create(owner_api, lying())
    url = made["Location"]
    assert 60 < made.json()["detections"][0]["roll"] < 120
    cursor = owner_api.get("/api/v1/changes/").json()["cursor"]
    photo = owner_api.get(made.json()["photo"])

    turned = turn(owner_api, url, **{"If-Match": made["ETag"]})

    assert turned.status_code == 200
    [face] = turned.json()["detections"]
    assert face["id"] != made.json()["detections"][0]["id"]
    assert -30 < face["roll"] < 30
    assert turned["ETag"] != made["ETag"]
    assert_problem(turn(owner_api, url, **{"If-Match": made["ETag"]}), 412, "precondition_failed")
    [change] = owner_api.get(f"/api/v1/changes/?cursor={cursor}").json()["changes"]
    assert change["capture"] == turned.json()
    assert owner_api.get(made.json()["photo"])["ETag"] != photo["ETag"]


def test_only_the_owner_turns(owner_api: APIClient, other_api: APIClient) -> None:
    url = create(owner_api, lying())["Location"]
    assert_problem(turn(other_api, url), 404, "not_found")
    assert_problem(turn(APIClient(), url), 401, "not_authenticated")
    assert abs(owner_api.get(url).json()["detections"][0]["roll"]) > 60


@pytest.mark.parametrize("degrees", [0, 45, 360, "left", None, True, [90]])
def test_pictures_turn_by_quarters_only(owner_api: APIClient, degrees: Any) -> None:
    url = create(owner_api, lying())["Location"]
    refused = turn(owner_api, url, degrees)
    assert_problem(refused, 400, "invalid")
    assert set(refused.json()["errors"]) == {"degrees"}


def test_where_no_picture_is_kept_nothing_is_turned(owner_api: APIClient, owner: User) -> None:
    words = note(owner_api, mood=3)["Location"]
    numbers = create(owner_api, lying(), kept="nothing")["Location"]
    for url in (words, numbers):
        assert_problem(turn(owner_api, url), 409, "no_picture")
    kept = create(owner_api, lying())["Location"]
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    assert_problem(turn(owner_api, kept), 403, "consent_required")
    owner_api.delete(kept)
    assert_problem(turn(owner_api, kept), 404, "not_found")


@pytest.mark.parametrize("turned", ["270", "0"])
def test_a_photo_is_turned_as_it_is_recorded(owner_api: APIClient, turned: str) -> None:
    made = create(owner_api, lying(), turn=turned, uuid="0b0fb9f2-8f57-4a3c-9d7e-1f6c1d3b2a01")
    upright = abs(made.json()["detections"][0]["roll"]) < 30
    assert upright is (turned == "270")
    again = {"turn": turned, "uuid": made.json()["uuid"]}
    assert create(owner_api, lying(), **again).json() == made.json()
    assert_problem(create(owner_api, lying(), **{**again, "turn": "180"}), 409, "conflict")
    assert Capture.objects.count() == 1


def test_a_photo_is_recorded_turned_by_quarters_only(owner_api: APIClient) -> None:
    refused = create(owner_api, lying(), turn="45")
    assert_problem(refused, 400, "invalid")
    assert set(refused.json()["errors"]) == {"turn"}
    assert owner_api.get(CAPTURES).json()["results"] == []
