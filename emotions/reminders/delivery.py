"""Sending one queued reminder, by email or notification."""

import logging
import smtplib
from datetime import datetime, timedelta

from django.core.mail import get_connection
from django.utils import timezone

from emotions.models import Capture, Delivery, Reminder
from emotions.reminders import emails, web_push

MAX_DELAY = timedelta(hours=1)
QUIET_AFTER_RECORDING = timedelta(hours=3)

logger = logging.getLogger(__name__)


class NothingSentError(Exception):
    """Nothing was sent, so that trying again cannot send the reminder twice."""


def deliver(*, delivery_id: int, now: datetime | None = None) -> bool:
    """Send one reminder, unless it is no longer wanted; return whether it was sent.

    It is marked as sent before it is sent: a failure half-way loses it rather than repeats it.

    Raises:
        NothingSentError: the mail server could not be reached, or no push service took it.
    """
    now = now or timezone.now()
    delivery = Delivery.objects.filter(pk=delivery_id).select_related("reminder__owner").first()
    if delivery is None or now - delivery.due_at > MAX_DELAY:
        return False
    reminder = delivery.reminder
    if reminder.paused or not reminder.owner.is_active:
        return False
    if has_recorded(reminder, delivery.due_at, now):
        return False
    senders = {Reminder.Way.EMAIL: send_email, Reminder.Way.PUSH: send_notifications}
    return senders[Reminder.Way(reminder.way)](delivery, now)


def has_recorded(reminder: Reminder, due_at: datetime, now: datetime) -> bool:
    """Tell whether the person has recorded a moment since shortly before the reminder was due."""
    recently = (due_at - QUIET_AFTER_RECORDING, now)
    return Capture.objects.of(reminder.owner).filter(taken_at__range=recently).exists()


def claim(delivery: Delivery, now: datetime) -> bool:
    """Mark a delivery as sent; True for only one of any number of callers."""
    return bool(Delivery.objects.filter(pk=delivery.pk, sent_at=None).update(sent_at=now))


def send_email(delivery: Delivery, now: datetime) -> bool:
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise NothingSentError("The mail server cannot be reached.") from error
    try:
        if not claim(delivery, now):
            return False
        message = emails.reminder_email(delivery.reminder)
        message.connection = connection
        message.send()
    finally:
        connection.close()
    return True


def send_notifications(delivery: Delivery, now: datetime) -> bool:
    """Notify every browser and app of the person, and remove the subscriptions that are gone."""
    if not web_push.public_key() or not claim(delivery, now):
        return False
    payload = emails.notification_payload(delivery.reminder)
    sent = failed = 0
    for subscription in delivery.reminder.owner.push_subscriptions.all():
        try:
            web_push.send(subscription, payload)
            sent += 1
        except web_push.SubscriptionGoneError:
            subscription.delete()
        except web_push.NoResponseError as error:
            logger.warning("A notification may be lost: %s", error)
            sent += 1
        except web_push.PushFailedError as error:
            logger.warning("A notification was not accepted: %s", error)
            failed += 1
    if failed and not sent:
        Delivery.objects.filter(pk=delivery.pk).update(sent_at=None)
        raise NothingSentError("No push service accepted the notification.")
    return bool(sent)
