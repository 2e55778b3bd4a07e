"""Use cases that write reminders and push subscriptions."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import TypedDict

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.encryption import encrypt, renew
from emotions.models import PushSubscription, Reminder
from emotions.reminders import web_push
from emotions.reminders.errors import (
    InvalidEndpointError,
    PushNotOfferedError,
    TooManyRemindersError,
)
from emotions.reminders.push_keys import (
    is_valid_endpoint,
    normalize_auth_secret,
    normalize_public_key,
)

MAX_REMINDERS = 20
MAX_SUBSCRIPTIONS = 10


class ReminderChanges(TypedDict, total=False):
    """The fields of a reminder to change; absent fields stay as they are.

    Attributes:
        at: hour and minute by the clock on the wall; seconds are dropped.
        days: ISO numbers of weekdays, 1 (Monday) to 7, at least one.
        way: how the reminder reaches its person.
        paused: whether nothing is sent until the reminder is resumed.
    """

    at: time
    days: Iterable[int]
    way: Reminder.Way
    paused: bool


@transaction.atomic
def add_reminder(
    *,
    owner: User,
    at: time,
    days: Iterable[int] = range(1, 8),
    way: Reminder.Way = Reminder.Way.EMAIL,
    paused: bool = False,
    now: datetime | None = None,
) -> Reminder:
    """Add a reminder; one whose hour has passed today starts tomorrow.

    The arguments are those of `ReminderChanges`.

    Raises:
        PushNotOfferedError: `way` is push and the site sends no notifications.
        TooManyRemindersError: the owner has `MAX_REMINDERS` already.
    """
    User.objects.select_for_update().get(pk=owner.pk)
    if owner.reminders.count() >= MAX_REMINDERS:
        raise TooManyRemindersError
    changes = ReminderChanges(at=at, days=days, way=way, paused=paused)
    return save_changes(Reminder(owner=owner), changes, now=now)


@transaction.atomic
def change_reminder(
    *, reminder: Reminder, changes: ReminderChanges, now: datetime | None = None
) -> Reminder:
    """Change a reminder; like a new one, it starts tomorrow if its hour has passed today.

    Raises:
        PushNotOfferedError: `way` becomes push and the site sends no notifications.
    """
    User.objects.select_for_update().get(pk=reminder.owner_id)
    return save_changes(reminder, changes, now=now)


def save_changes(reminder: Reminder, changes: ReminderChanges, *, now: datetime | None) -> Reminder:
    if changes.get("way") == Reminder.Way.PUSH and not web_push.public_key():
        raise PushNotOfferedError
    values = dict(changes)
    if "at" in changes:
        values["at"] = changes["at"].replace(second=0, microsecond=0)
    if "days" in changes:
        values["days"] = "".join(str(number) for number in sorted(set(changes["days"])))
    for name, value in values.items():
        setattr(reminder, name, value)
    reminder.since = now or timezone.now()
    reminder.full_clean()
    reminder.save()
    return reminder


def remove_reminder(*, reminder: Reminder) -> None:
    reminder.delete()


def stop_reminders(*, owner: User, way: Reminder.Way) -> int:
    """Pause all of a person's reminders that come this way; return how many were active."""
    return owner.reminders.filter(way=way, paused=False).update(paused=True)


@transaction.atomic
def add_subscription(*, owner: User, endpoint: str, p256dh: str, auth: str) -> PushSubscription:
    """Subscribe a browser or an app to a person's notifications.

    A browser keeps one endpoint whoever signs in, so it passes to the person who subscribes last.
    Only the newest `MAX_SUBSCRIPTIONS` of a person are kept.

    Args:
        endpoint: the address at its push service.
        p256dh: its public key, a point on P-256 as base64url.
        auth: its authentication secret, 16 bytes as base64url.

    Raises:
        PushNotOfferedError: the site sends no notifications.
        InvalidEndpointError: the endpoint is not an https address on the public internet.
        InvalidKeysError: a key is malformed.
    """
    if not web_push.public_key():
        raise PushNotOfferedError
    if not is_valid_endpoint(endpoint):
        raise InvalidEndpointError
    values = {
        "owner": owner,
        "p256dh": encrypt(normalize_public_key(p256dh)),
        "auth": encrypt(normalize_auth_secret(auth)),
    }
    User.objects.select_for_update().get(pk=owner.pk)
    subscription, _ = PushSubscription.objects.update_or_create(
        endpoint=endpoint, defaults={**values, "created_at": timezone.now()}
    )
    newest = owner.push_subscriptions.order_by("-created_at", "-id")
    newest_pks = list(newest.values_list("pk", flat=True)[:MAX_SUBSCRIPTIONS])
    owner.push_subscriptions.exclude(pk__in=newest_pks).delete()
    return subscription


def remove_subscription(*, subscription: PushSubscription) -> None:
    subscription.delete()


def renew_subscriptions() -> int:
    """Encrypt the keys of subscriptions with the newest key; return how many were not.

    Raises:
        UndecryptableError: the key of one is missing; those before it are encrypted anew.
    """
    renewed = 0
    rows = PushSubscription.objects.order_by("pk").values_list("pk", "p256dh", "auth")
    for pk, *stored in list(rows):
        p256dh, auth = map(renew, stored)
        if [p256dh, auth] != stored:
            # Unless a browser subscribed again meanwhile.
            same = PushSubscription.objects.filter(pk=pk, p256dh=stored[0], auth=stored[1])
            renewed += same.update(p256dh=p256dh, auth=auth)
    return renewed
