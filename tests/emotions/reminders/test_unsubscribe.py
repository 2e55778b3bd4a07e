"""The email of a reminder, and the link in it that stops reminders."""

import re
from email import message_from_bytes
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.services import delete_account
from emotions.models import Delivery, PushSubscription, Reminder
from tests import factories
from tests.emotions.reminders.steps import EIGHT, remind, run

pytestmark = pytest.mark.django_db


def email_to(person: User) -> Any:
    remind(person)
    run(EIGHT)
    return mail.outbox[-1]


def path_of(link: str) -> str:
    """Return the path of one of our links, which begin with the site's address."""
    site = "http://127.0.0.1:8000"
    assert link.startswith(site)
    return link.removeprefix(site)


def test_the_email_is_short_and_leads_to_the_diary_and_out(owner: User) -> None:
    message = email_to(owner)
    assert message.subject == "How are you right now?"
    assert "!" not in message.body
    links = re.findall(r"http\S+", message.body)
    assert path_of(links[0]) == "/capture/"
    assert path_of(links[1]).startswith("/reminders/stop/")
    assert len(links) == 2
    received = message_from_bytes(message.message().as_bytes())
    assert received["List-Unsubscribe"].strip() == f"<{links[1]}>"
    assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_looking_at_the_link_stops_nothing_and_one_tap_does(owner: User, other: User) -> None:
    pushed = factories.push_reminder(owner)
    link = path_of(re.findall(r"http\S+", email_to(owner).body)[1])
    theirs = remind(other)
    nobody = Client(enforce_csrf_checks=True)
    page = nobody.get(link)
    assert page.status_code == 200
    assert "Stop reminders" in page.content.decode()
    assert not Reminder.objects.filter(paused=True).exists()

    stopped = nobody.post(link, {"List-Unsubscribe": "One-Click"})
    assert stopped.status_code == 200
    assert "Stopped" in stopped.content.decode()
    for reminder, paused in ((owner.reminders.get(way="email"), True), (pushed, False)):
        reminder.refresh_from_db()
        assert reminder.paused is paused
    theirs.refresh_from_db()
    assert not theirs.paused
    assert nobody.post(link).status_code == 200


def test_a_link_that_was_tampered_with_is_nobodys(owner: User, other: User) -> None:
    link = path_of(re.findall(r"http\S+", email_to(owner).body)[1])
    for wrong in (
        link.replace(f"{owner.pk}-", f"{other.pk}-"),
        link.replace("-email", "-push"),
        "/reminders/stop/nonsense/",
        "/reminders/stop/1-email:x/",
    ):
        assert Client().post(wrong).status_code == 404
    delete_account(person=owner)
    assert Client().get(link).status_code == 404


def test_nothing_is_left_of_an_account_that_was_deleted(owner: User, other: User) -> None:
    for person in (owner, other):
        remind(person)
        factories.push_subscription(person)
    run(EIGHT)
    delete_account(person=owner)
    for model in (Reminder, Delivery, PushSubscription):
        assert model.objects.count() == 1, model
    assert Reminder.objects.get().owner == other
