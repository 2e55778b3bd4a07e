"""The pages of reminders: added, changed, removed and stopped, without JavaScript."""

import re
from datetime import time
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from emotions.models import Reminder
from emotions.reminders.services import add_reminder
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/reminders/"
WEEKDAYS = {"at": "07:30", "days": ["1", "2", "3", "4", "5"], "way": "email"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_reminders_are_off_until_one_is_added(owner: User, owner_client: Client) -> None:
    assert PAGE in text(owner_client.get("/settings/"))
    assert "You haven't set any reminders." in text(owner_client.get(PAGE))
    added = owner_client.post(PAGE, WEEKDAYS, follow=True)
    assert "Reminder added." in text(added)
    assert "07:30" in text(added)
    assert "Mon, Tue, Wed, Thu, Fri" in text(added)
    reminder = owner.reminders.get()
    assert (reminder.at, reminder.days, reminder.way) == (time(7, 30), "12345", "email")
    assert not reminder.paused


def test_the_hour_is_meant_by_the_clock_of_the_browser(owner: User, owner_client: Client) -> None:
    owner_client.cookies["time_zone"] = "Asia/Tokyo"
    assert "Asia/Tokyo" in text(owner_client.get(PAGE))
    owner.refresh_from_db()
    assert owner.time_zone == "UTC"
    owner_client.post(PAGE, WEEKDAYS)
    owner.refresh_from_db()
    assert owner.time_zone == "Asia/Tokyo"


def test_a_reminder_is_changed_paused_and_removed(owner: User, owner_client: Client) -> None:
    owner_client.post(PAGE, WEEKDAYS)
    path = f"{PAGE}{owner.reminders.get().pk}/"
    assert 'value="07:30"' in text(owner_client.get(path))
    sent = {"at": "21:00", "days": ["7"], "way": "email", "paused": "on"}
    kept = owner_client.post(path, sent, follow=True)
    assert "Sun" in text(kept)
    assert "paused" in text(kept)
    owner_client.post(f"{path}remove/")
    assert not owner.reminders.exists()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"at": "25:00"}, "Enter a valid time."),
        ({"at": ""}, "This field is required."),
        ({"days": []}, "Choose at least one day."),
        ({"days": ["8"]}, "Select a valid choice."),
        ({"way": "pigeon"}, "Select a valid choice."),
        ({"way": "push"}, "send notifications. Choose email."),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    owner: User, owner_client: Client, wrong: dict[str, Any], message: str
) -> None:
    refused = owner_client.post(PAGE, WEEKDAYS | wrong)
    assert refused.status_code == 422
    assert message in text(refused)
    assert not owner.reminders.exists()
    owner_client.post(PAGE, WEEKDAYS)
    path = f"{PAGE}{owner.reminders.get().pk}/"
    refused = owner_client.post(path, WEEKDAYS | wrong)
    assert refused.status_code == 422
    assert message in text(refused)
    assert owner.reminders.get().at == time(7, 30)


def test_there_can_be_twenty_and_no_more(owner: User, owner_client: Client) -> None:
    for hour in range(20):
        add_reminder(owner=owner, at=time(hour))
    refused = owner_client.post(PAGE, WEEKDAYS)
    assert refused.status_code == 422
    assert "maximum of 20 reminders" in text(refused)
    assert owner.reminders.count() == 20


def test_others_see_and_change_none_of_mine_and_nobody_is_asked_to_sign_in(
    owner: User, owner_client: Client, other_client: Client
) -> None:
    owner_client.post(PAGE, WEEKDAYS)
    path = f"{PAGE}{owner.reminders.get().pk}/"
    assert "07:30" not in text(other_client.get(PAGE))
    for address in (path, f"{path}remove/"):
        assert other_client.post(address, WEEKDAYS | {"at": "01:00"}).status_code == 404
        assert Client().post(address, WEEKDAYS)["Location"].startswith("/accounts/login/")
    assert other_client.get(path).status_code == 404
    assert Client().get(PAGE)["Location"].startswith("/accounts/login/")
    assert owner.reminders.get().at == time(7, 30)


def test_notifications_are_offered_where_the_site_has_a_key(
    owner: User, owner_client: Client, settings: Settings
) -> None:
    owner_client.post(PAGE, WEEKDAYS)
    for page in (PAGE, f"{PAGE}{owner.reminders.get().pk}/"):
        without = text(owner_client.get(page))
        assert not re.search("notification", without, re.IGNORECASE)
        assert "js/push/panel.js" not in without
    factories.push_reminder(owner)
    settings.VAPID_PRIVATE_KEY = factories.SITE_KEY
    offered = text(owner_client.get(PAGE))
    assert "Turn on for this device" in offered
    assert "js/push/panel.js" in offered
    assert "Turn on notifications on one of your devices" in offered
    factories.push_subscription(owner)
    assert "Turn on notifications on one" not in text(owner_client.get(PAGE))
    owner_client.post(PAGE, WEEKDAYS | {"way": "push"})
    assert Reminder.objects.filter(way="push").count() == 2
    assert "Notification" in text(
        owner_client.get(f"{PAGE}{Reminder.objects.filter(way='push')[0].pk}/")
    )
