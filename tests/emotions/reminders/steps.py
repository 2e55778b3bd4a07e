"""Steps that the tests of reminders share."""

from datetime import UTC, datetime, time
from typing import Any

from django.core import mail

from accounts.models import User
from emotions.models import Delivery, Reminder
from emotions.reminders.delivery import deliver
from emotions.reminders.scheduling import send_reminders
from emotions.reminders.services import add_reminder

EIGHT = datetime(2026, 3, 14, 20, tzinfo=UTC)  # a Saturday
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


def remind(owner: User, at: time = time(20), *, now: datetime = BEFORE, **more: Any) -> Reminder:
    return add_reminder(owner=owner, at=at, now=now, **more)


def work(now: datetime) -> list[str]:
    """Do the jobs that wait, at a moment; return who got an email."""
    before = len(mail.outbox)
    for delivery in Delivery.objects.filter(sent_at=None):
        deliver(delivery_id=delivery.pk, now=now)
    return [message.to[0] for message in mail.outbox[before:]]


def run(now: datetime) -> int:
    """Let the scheduler and the worker come by at a moment; return how many emails went out."""
    send_reminders(now=now)
    return len(work(now))
