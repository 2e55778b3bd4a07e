"""Apps see where their person is signed in, and end it."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.emotions.api.calls import TODAY, assert_problem
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
DEVICES = "/api/v1/devices/"
AUTH = "/api/auth/app/v1/auth/"


def app_of(person: User, **headers: str) -> APIClient:
    """Return an app that signed in with these headers."""
    answer: Any = APIClient().post(
        f"{AUTH}login",
        {"email": person.email, "password": PASSWORD},
        format="json",
        headers=headers,
    )
    token = answer.json()["meta"]["session_token"]
    return APIClient(enforce_csrf_checks=True, headers={"X-Session-Token": token, **headers})


def test_an_app_is_listed_by_the_name_it_sends(owner: User, other: User) -> None:
    app = app_of(owner, **{"X-Device-Name": "Ada's phone"})
    app_of(owner, **{"User-Agent": "MoodApp/2 (Android 14)"})
    app_of(other)
    here, there = app.get(DEVICES).json()
    assert (here["name"], here["is_current"]) == ("Ada's phone", True)
    assert (there["name"], there["is_current"]) == ("MoodApp on Android", False)
    assert here["address"] == "127.0.0.1"
    assert "session" not in str(here)


def test_a_browser_is_listed_beside_apps(owner: User, owner_api: APIClient) -> None:
    app_of(owner)
    owner_api.get(TODAY)
    assert [told["is_current"] for told in owner_api.get(DEVICES).json()] == [True, False]


def test_a_device_is_renamed(owner: User) -> None:
    app = app_of(owner, **{"User-Agent": "curl/8"})
    path = f"{DEVICES}{app.get(DEVICES).json()[0]['id']}/"
    renamed = app.patch(path, {"name": "Kitchen"}, format="json")
    assert (renamed.json()["name"], renamed.json()["is_current"]) == ("Kitchen", True)
    assert app.get(DEVICES).json()[0]["name"] == "Kitchen"
    assert app.patch(path, {"name": ""}, format="json").json()["name"] == "curl"
    assert_problem(app.patch(path, {"name": "x" * 81}, format="json"), 400, "invalid")
    assert_problem(app.patch(path, {}, format="json"), 400, "invalid")


def test_a_device_is_signed_out_from_another_one_and_from_itself(owner: User) -> None:
    here, there = app_of(owner), app_of(owner)
    lost = next(told for told in here.get(DEVICES).json() if not told["is_current"])
    here.post(f"{AUTH}reauthenticate", {"password": PASSWORD}, format="json")
    assert here.delete(f"{DEVICES}{lost['id']}/").status_code == 204
    assert_problem(there.get(TODAY), 401, "authentication_failed")
    (left,) = here.get(DEVICES).json()
    assert here.delete(f"{DEVICES}{left['id']}/").status_code == 204
    assert_problem(here.get(TODAY), 401, "authentication_failed")


def test_a_browser_signs_itself_out(owner_api: APIClient) -> None:
    owner_api.get(TODAY)
    (here,) = owner_api.get(DEVICES).json()
    assert owner_api.delete(f"{DEVICES}{here['id']}/").status_code == 204
    assert_problem(owner_api.get(TODAY), 401, "not_authenticated")


def test_others_and_nobody_know_no_device_of_mine(owner: User, other_api: APIClient) -> None:
    app = app_of(owner)
    path = f"{DEVICES}{app.get(DEVICES).json()[0]['id']}/"
    assert_problem(other_api.patch(path, {"name": "x"}, format="json"), 404, "not_found")
    assert_problem(other_api.delete(path), 404, "not_found")
    assert_problem(APIClient().get(DEVICES), 401, "not_authenticated")
    assert_problem(APIClient().delete(path), 401, "not_authenticated")
    assert app.get(TODAY).status_code == 200
