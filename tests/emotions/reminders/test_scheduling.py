"""Reminders: each once a day by the clock where its person is, stopped by one tap."""

import threading
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from accounts.models import User
from emotions.captures import trash
from emotions.models import Delivery, Reminder
from emotions.reminders import scheduling
from emotions.reminders.delivery import deliver
from emotions.reminders.scheduling import send_reminders
from emotions.reminders.services import (
    change_reminder,
    remove_reminder,
    stop_reminders,
)
from tests import factories
from tests.emotions.reminders.steps import EIGHT, remind, run, work
from tests.jobs import run_worker

pytestmark = pytest.mark.django_db
MINUTES = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def test_nobody_is_reminded_who_did_not_ask(owner: User) -> None:
    assert run(EIGHT) == 0


def test_a_reminder_comes_once_however_often_the_scheduler_runs(owner: User, other: User) -> None:
    remind(owner)
    sent = [run(EIGHT + late * MINUTES) for late in range(-5, 70, 5)]
    assert sent == [0, 1, *[0] * 13]
    assert run(EIGHT + 24 * HOUR) == 1
    assert {address for message in mail.outbox for address in message.to} == {owner.email}


@pytest.mark.parametrize(("late", "sent"), [(59, 1), (60, 0), (61, 0)])
def test_a_scheduler_that_was_away_sends_what_is_not_an_hour_old(
    owner: User, late: int, sent: int
) -> None:
    remind(owner)
    assert run(EIGHT + late * MINUTES) == sent


def test_it_comes_only_on_its_days(owner: User) -> None:
    remind(owner, days=[6, 1])
    assert [run(EIGHT + days * 24 * HOUR) for days in range(7)] == [1, 0, 1, 0, 0, 0, 0]


def test_the_clock_is_that_of_the_person(owner: User, other: User) -> None:
    User.objects.filter(pk=owner.pk).update(time_zone="Asia/Tokyo")
    User.objects.filter(pk=other.pk).update(time_zone="America/New_York")
    for person in (owner, other):
        remind(person)
    send_reminders(now=EIGHT)
    assert work(EIGHT) == []
    for now, person in ((EIGHT - 9 * HOUR, owner), (EIGHT + 4 * HOUR, other)):
        send_reminders(now=now)
        assert work(now) == [person.email]


def test_an_hour_that_clocks_leave_out_comes_once_when_they_have_been_turned(owner: User) -> None:
    User.objects.update(time_zone="Europe/Berlin")
    remind(owner, time(2, 30))
    three = datetime(2026, 3, 29, 1, tzinfo=UTC)
    sent = {late: run(three + late * MINUTES) for late in range(-65, 125, 5)}
    assert [late for late, count in sent.items() if count] == [0]


def test_an_hour_that_comes_twice_is_sent_once(owner: User) -> None:
    User.objects.update(time_zone="Europe/Berlin")
    remind(owner, time(2, 30))
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    sent = {late: run(first + late * MINUTES) for late in range(-5, 125, 5)}
    assert [late for late, count in sent.items() if count] == [0]


def test_a_person_who_travels_is_asked_once_a_day(owner: User) -> None:
    User.objects.update(time_zone="Pacific/Auckland")
    remind(owner)
    there = datetime(2026, 3, 14, 7, tzinfo=UTC)
    assert run(there) == 1
    User.objects.update(time_zone="Pacific/Honolulu")  # where the same day begins anew
    here = datetime(2026, 3, 15, 6, tzinfo=UTC)
    assert run(here) == 0
    assert run(here + 24 * HOUR) == 1


def test_an_hour_that_has_passed_when_it_is_chosen_counts_from_tomorrow(owner: User) -> None:
    reminder = remind(owner, now=EIGHT + 10 * MINUTES)
    assert run(EIGHT + 15 * MINUTES) == 0
    assert run(EIGHT + 24 * HOUR) == 1
    change_reminder(reminder=reminder, changes={"at": time(21)}, now=EIGHT + 49 * HOUR + MINUTES)
    assert run(EIGHT + 49 * HOUR + 5 * MINUTES) == 0


@pytest.mark.parametrize(("second", "sent"), [(-1, 1), (0, 0), (1, 0)])
def test_an_hour_counts_today_only_if_it_was_chosen_before(
    owner: User, second: int, sent: int
) -> None:
    remind(owner, now=EIGHT + timedelta(seconds=second))
    assert run(EIGHT + 5 * MINUTES) == sent


def test_paused_removed_and_inactive_send_nothing(owner: User, other: User) -> None:
    remind(owner, paused=True)
    remove_reminder(reminder=remind(owner))
    remind(other)
    User.objects.filter(pk=other.pk).update(is_active=False)
    assert run(EIGHT) == 0


@pytest.mark.parametrize(
    ("minutes", "sent"), [(-181, 1), (-180, 0), (-1, 0), (2, 0), (10, 1)], ids=str
)
def test_who_has_just_recorded_is_left_in_peace(owner: User, minutes: int, sent: int) -> None:
    remind(owner)
    factories.capture(owner=owner, taken_at=EIGHT + minutes * MINUTES)
    assert run(EIGHT + 5 * MINUTES) == sent


def test_a_moment_in_the_trash_and_that_of_another_do_not_count(owner: User, other: User) -> None:
    remind(owner)
    factories.capture(owner=other, taken_at=EIGHT - HOUR)
    trash.delete_capture(capture=factories.capture(owner=owner, taken_at=EIGHT - HOUR))
    assert run(EIGHT) == 1


def test_what_changed_while_a_job_waited_counts(owner: User) -> None:
    reminder = remind(owner)
    send_reminders(now=EIGHT)
    stop_reminders(owner=owner, way=Reminder.Way.EMAIL)
    assert work(EIGHT) == []
    Reminder.objects.update(paused=False)
    capture = factories.capture(owner=owner, taken_at=EIGHT + MINUTES)
    assert work(EIGHT + 2 * MINUTES) == []
    trash.delete_capture(capture=capture)
    assert work(EIGHT + 61 * MINUTES) == []
    assert work(EIGHT + 60 * MINUTES) == [owner.email]
    reminder.delete()
    assert not deliver(delivery_id=1)


def test_a_job_that_is_done_twice_sends_once(owner: User) -> None:
    remind(owner)
    send_reminders(now=EIGHT)
    delivery = Delivery.objects.get()
    assert deliver(delivery_id=delivery.pk, now=EIGHT)
    assert not deliver(delivery_id=delivery.pk, now=EIGHT)
    assert len(mail.outbox) == 1


def test_two_schedulers_that_saw_the_same_hand_it_over_once(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    remind(owner)
    seen = scheduling.due_reminders(EIGHT)
    monkeypatch.setattr(scheduling, "due_reminders", lambda _now: seen)
    assert [send_reminders(now=EIGHT) for _ in range(2)] == [1, 0]
    assert Delivery.objects.count() == DBTaskResult.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_schedulers_at_the_same_moment_hand_each_over_once(owner: User) -> None:
    for minute in range(5):
        remind(owner, time(20, minute))
    handed: list[int] = []
    barrier = threading.Barrier(3)

    def scheduler() -> None:
        barrier.wait()
        handed.append(send_reminders(now=EIGHT + 10 * MINUTES))
        connection.close()

    threads = [threading.Thread(target=scheduler) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(handed) == 5
    assert Delivery.objects.count() == DBTaskResult.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_the_command_and_the_worker_send_what_is_due_now(owner: User, capsys: Any) -> None:
    at = timezone.now().time()
    remind(owner, at, now=timezone.now() - HOUR)
    call_command("send_reminders")
    assert capsys.readouterr().out == "1 reminders handed over.\n"
    assert mail.outbox == []
    run_worker()
    assert [message.to for message in mail.outbox] == [[owner.email]]


class Away(locmem.EmailBackend):
    """A mail server that cannot be reached."""

    def open(self) -> bool:
        raise ConnectionRefusedError


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_away_is_asked_again_later(owner: User, settings: Settings) -> None:
    remind(owner, timezone.now().time(), now=timezone.now() - HOUR)
    send_reminders()
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    run_worker()
    again = DBTaskResult.objects.get(status="READY")
    assert again.run_after
    assert 4 * MINUTES < again.run_after - timezone.now() <= 5 * MINUTES
    settings.EMAIL_BACKEND = backend
    DBTaskResult.objects.update(run_after=timezone.now())
    run_worker()
    assert len(mail.outbox) == 1
    assert not DBTaskResult.objects.filter(status="READY").exists()


def test_what_was_sent_is_remembered_for_a_week_only(owner: User) -> None:
    remind(owner)
    run(EIGHT)
    run(EIGHT + 8 * 24 * HOUR)
    assert [str(delivery.local_date) for delivery in Delivery.objects.all()] == ["2026-03-22"]
