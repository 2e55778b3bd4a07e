"""Sending what is due: each reminder once a day, by the clock where its person is."""

import logging
import smtplib
from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.core.mail import get_connection
from django.db import IntegrityError, transaction
from django.utils import timezone

from common.time_zones import came_on, moment_of
from emotions.models import Capture, Delivery, Reminder
from emotions.reminders import emails, tasks, web_push

LATE_BY_AT_MOST = timedelta(hours=1)
QUIET_AFTER_RECORDING = timedelta(hours=3)
KEPT_FOR = timedelta(days=7)

log = logging.getLogger(__name__)


class NothingLeftError(Exception):
    """Nothing left the house yet: it may be tried again without coming twice."""


def send_reminders(*, now: datetime | None = None) -> int:
    """Hand every reminder that came due in the past hour to a job; return how many these are.

    However many do this at once or again, each reminder is handed over once a day: the row that
    says so, which a constraint lets be only once, and its job are written together or not at all.
    """
    now = now or timezone.now()
    Delivery.objects.filter(due_at__lt=now - KEPT_FOR).delete()
    return sum(hand_over(reminder, day, now) for reminder, day in due(now))


def due(now: datetime) -> list[tuple[Reminder, date]]:
    """Return the reminders whose hour came within the past hour, with the day where it is."""
    active = Reminder.objects.filter(paused=False, owner__is_active=True)
    hours: dict[tuple[str, date], set[time]] = defaultdict(set)
    for zone, at in active.values_list("owner__time_zone", "at").distinct():
        if day := came_on(at, zone, after=now - LATE_BY_AT_MOST, until=now):
            hours[zone, day].add(at)
    return [
        (reminder, day)
        for (zone, day), found in hours.items()
        for reminder in active.filter(
            owner__time_zone=zone, at__in=found, days__contains=str(day.isoweekday())
        )
        .exclude(deliveries__local_date=day)
        .select_related("owner")
    ]


def hand_over(reminder: Reminder, day: date, now: datetime) -> bool:
    """Give a reminder of one day to a job, unless that is done or there is no reason to ask."""
    due_at = moment_of(day, reminder.at, reminder.owner.time_zone)
    if due_at <= reminder.since or has_recorded(reminder, due_at, now):
        return False
    try:
        with transaction.atomic():
            delivery = Delivery.objects.create(reminder=reminder, local_date=day, due_at=due_at)
            tasks.deliver_reminder.enqueue(delivery.pk)
    except IntegrityError:  # Somebody else was faster, or the reminder has gone.
        return False
    return True


def has_recorded(reminder: Reminder, due_at: datetime, now: datetime) -> bool:
    """Tell whether the person has recorded a moment shortly before a reminder's hour, or since."""
    lately = (due_at - QUIET_AFTER_RECORDING, now)
    return Capture.objects.of(reminder.owner).filter(taken_at__range=lately).exists()


def deliver(*, delivery_id: int, now: datetime | None = None) -> bool:
    """Send one reminder, if nothing speaks against it by now; return whether it was sent.

    It is marked as sent before it is sent: what fails half-way is lost rather than sent twice.

    Raises:
        NothingLeftError: nothing was sent, as the mail server or no push service was there.
    """
    now = now or timezone.now()
    delivery = Delivery.objects.filter(pk=delivery_id).select_related("reminder__owner").first()
    if delivery is None or now - delivery.due_at > LATE_BY_AT_MOST:
        return False
    reminder = delivery.reminder
    if reminder.paused or not reminder.owner.is_active:
        return False
    if has_recorded(reminder, delivery.due_at, now):
        return False
    ways = {Reminder.Way.EMAIL: send_letter, Reminder.Way.PUSH: send_notices}
    return ways[Reminder.Way(reminder.way)](delivery, now)


def claim(delivery: Delivery, now: datetime) -> bool:
    """Take a delivery for oneself, which only one job can do."""
    return bool(Delivery.objects.filter(pk=delivery.pk, sent_at=None).update(sent_at=now))


def send_letter(delivery: Delivery, now: datetime) -> bool:
    """Send a reminder by e-mail."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise NothingLeftError("The mail server cannot be reached.") from error
    try:
        if not claim(delivery, now):
            return False
        message = emails.letter(delivery.reminder)
        message.connection = connection
        message.send()
    finally:
        connection.close()
    return True


def send_notices(delivery: Delivery, now: datetime) -> bool:
    """Send a reminder to all browsers and apps of its person that take notifications.

    Those that are gone are forgotten.
    """
    if not web_push.public_key() or not claim(delivery, now):
        return False
    message = emails.notice(delivery.reminder)
    sent = failed = 0
    for subscription in delivery.reminder.owner.push_subscriptions.all():
        try:
            web_push.send(subscription, message)
            sent += 1
        except web_push.SubscriptionGoneError:
            subscription.delete()
        except web_push.NoAnswerError as error:
            log.warning("A notification may be lost: %s", error)
            sent += 1
        except web_push.PushFailedError as error:
            log.warning("A notification was not taken: %s", error)
            failed += 1
    if failed and not sent:
        Delivery.objects.filter(pk=delivery.pk).update(sent_at=None)
        raise NothingLeftError("No push service took it.")
    return bool(sent)
