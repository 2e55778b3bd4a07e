"""Reminders and push subscriptions through the API."""

from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from emotions.models import PushSubscription, Reminder
from tests import factories
from tests.emotions.api.calls import assert_problem
from tests.emotions.api.test_openapi import check
from tests.push_service import Browser

pytestmark = pytest.mark.django_db
REMINDERS = "/api/v1/reminders/"
PUSH = "/api/v1/push-subscriptions/"


@pytest.fixture
def _offered(settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = factories.SITE_KEY


def post(client: APIClient, path: str, **fields: Any) -> Any:
    return client.post(path, fields, format="json")


def test_a_reminder_is_added_listed_changed_and_removed(owner_api: APIClient) -> None:
    made = post(owner_api, REMINDERS, at="20:00")
    assert made.status_code == 201
    told = made.json()
    assert told == {
        "id": told["id"],
        "at": "20:00",
        "days": [1, 2, 3, 4, 5, 6, 7],
        "way": "email",
        "paused": False,
        "etag": made["ETag"],
    }
    assert owner_api.get(REMINDERS).json() == [told]
    one = f"{REMINDERS}{told['id']}/"
    changed = owner_api.patch(one, {"days": [7, 6, 6], "at": "09:05"}, format="json")
    assert changed.status_code == 200
    assert changed.json() == {**told, "days": [6, 7], "at": "09:05", "etag": changed["ETag"]}
    assert owner_api.get(one).json() == changed.json()
    assert owner_api.patch(one, {"paused": True}, format="json").json()["paused"]
    assert owner_api.delete(one).status_code == 204
    assert owner_api.get(REMINDERS).json() == []
    assert_problem(owner_api.delete(one), 404, "not_found")


@pytest.mark.parametrize(
    "wrong",
    [
        *({"at": "24:00"}, {"at": "8:00"}, {"at": "20:00:00"}, {"at": 20}, {"at": "²0:00"}),
        *({"days": []}, {"days": [0]}, {"days": [8]}, {"days": ["1"]}, {"days": [True]}),
        *({"days": "1"}, {"way": "pigeon"}, {"paused": "yes"}, {"paused": None}, {"at": None}),
        {"days": [1, 2, 3, 4, 5, 6, 7, 7]},
    ],
)
def test_what_a_reminder_cannot_be_is_refused(
    owner: User, owner_api: APIClient, wrong: dict[str, Any]
) -> None:
    refused = post(owner_api, REMINDERS, **{"at": "20:00", **wrong})
    assert_problem(refused, 400, "invalid")
    assert list(refused.json()["errors"]) == list(wrong)
    assert not owner.reminders.exists()


def test_an_hour_is_needed(owner_api: APIClient) -> None:
    refused = post(owner_api, REMINDERS, days=[1])
    assert_problem(refused, 400, "invalid")
    assert list(refused.json()["errors"]) == ["at"]


def test_too_many_and_notifications_that_are_not_offered_are_refused(
    owner: User, owner_api: APIClient
) -> None:
    assert_problem(post(owner_api, REMINDERS, at="20:00", way="push"), 409, "push_not_offered")
    assert_problem(post(owner_api, PUSH, **Browser().subscription), 409, "push_not_offered")
    assert owner_api.get(PUSH).json() == {"public_key": None, "subscriptions": []}
    assert not owner.reminders.exists()
    for _ in range(20):
        assert post(owner_api, REMINDERS, at="20:00").status_code == 201
    assert_problem(post(owner_api, REMINDERS, at="20:00"), 409, "too_many_reminders")


@pytest.mark.usefixtures("_offered")
def test_a_browser_takes_notifications_and_stops(owner_api: APIClient) -> None:
    assert len(owner_api.get(PUSH).json()["public_key"]) == 87
    browser = Browser().subscription
    made = post(owner_api, PUSH, **browser)
    assert made.status_code == 201
    told = made.json()
    assert (set(told), told["endpoint"]) == ({"id", "endpoint", "created_at"}, browser["endpoint"])
    again = post(owner_api, PUSH, **browser)
    assert (again.status_code, again.json()["id"]) == (201, told["id"])
    assert [one["id"] for one in owner_api.get(PUSH).json()["subscriptions"]] == [told["id"]]
    assert post(owner_api, REMINDERS, at="20:00", way="push").status_code == 201
    assert owner_api.delete(f"{PUSH}{told['id']}/").status_code == 204
    assert owner_api.get(PUSH).json()["subscriptions"] == []


@pytest.mark.usefixtures("_offered")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"endpoint": "https://127.0.0.1/"}, "endpoint"),
        ({"endpoint": "http://push.example.net/"}, "endpoint"),
        ({"endpoint": 1}, "endpoint"),
        ({"p256dh": "AAAA"}, "p256dh"),
        ({"auth": "AAAA"}, "p256dh"),
        ({"auth": None}, "auth"),
    ],
)
def test_what_takes_no_notifications_is_refused(
    owner_api: APIClient, wrong: dict[str, Any], field: str
) -> None:
    refused = post(owner_api, PUSH, **{**Browser().subscription, **wrong})
    assert_problem(refused, 400, "invalid")
    assert list(refused.json()["errors"]) == [field]
    assert not PushSubscription.objects.exists()


@pytest.mark.usefixtures("_offered")
def test_others_and_nobody_see_and_change_nothing_of_mine(
    owner: User, other_api: APIClient
) -> None:
    reminder = f"{REMINDERS}{factories.push_reminder(owner).pk}/"
    subscription = f"{PUSH}{factories.push_subscription(owner).pk}/"
    assert other_api.get(REMINDERS).json() == []
    assert other_api.get(PUSH).json()["subscriptions"] == []
    for client, status, code in (
        (other_api, 404, "not_found"),
        (APIClient(), 401, "not_authenticated"),
    ):
        assert_problem(client.patch(reminder, {"paused": True}, format="json"), status, code)
        for path in (reminder, subscription):
            assert_problem(client.delete(path), status, code)
    for path in (REMINDERS, PUSH):
        assert_problem(APIClient().get(path), 401, "not_authenticated")
    assert not Reminder.objects.get().paused
    assert PushSubscription.objects.exists()


@pytest.mark.usefixtures("_offered")
def test_real_answers_are_as_the_schema_says(owner_api: APIClient) -> None:
    schema: Any = APIClient().get("/api/schema/", headers={"Accept": "application/json"}).json()

    def told(path: str, method: str, answer: Any) -> int:
        described = schema["paths"][path][method]["responses"][str(answer.status_code)]
        check(schema, described["content"][answer["Content-Type"]]["schema"], answer.json())
        return int(answer.status_code)

    made = post(owner_api, REMINDERS, at="20:00")
    assert told(REMINDERS, "post", made) == 201
    assert told(REMINDERS, "post", post(owner_api, REMINDERS)) == 400
    assert told(REMINDERS, "get", owner_api.get(REMINDERS)) == 200
    one = f"{REMINDERS}{made.json()['id']}/"
    changed = owner_api.patch(one, {"days": [1]}, format="json")
    assert told(f"{REMINDERS}{{id}}/", "patch", changed) == 200
    assert told(PUSH, "post", post(owner_api, PUSH, **Browser().subscription)) == 201
    assert told(PUSH, "get", owner_api.get(PUSH)) == 200
    gone = owner_api.delete(f"{PUSH}0/")
    assert told(f"{PUSH}{{id}}/", "delete", gone) == 404
