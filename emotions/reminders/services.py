"""What people say of when and how they want to be asked."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime, time
from typing import TypedDict
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from emotions.captures.errors import (
    PushNotOfferedError,
    TooManyRemindersError,
    UnfitEndpointError,
    UnfitKeysError,
)
from emotions.models import PushSubscription, Reminder
from emotions.reminders import web_push

MOST_REMINDERS = 20
MOST_SUBSCRIPTIONS = 10
AUTH_BYTES = 16  # RFC 8291


class ReminderChanges(TypedDict, total=False):
    """What of a reminder shall be otherwise.

    Attributes:
        at: hour and minute by the clock on the wall; seconds are dropped.
        days: numbers of weekdays, 1 (Monday) to 7, at least one.
        way: how it comes.
        paused: whether it waits for a word instead of coming.
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
    """Remind a person from now on; an hour of today that has passed counts from tomorrow.

    The arguments are those of `ReminderChanges`.

    Raises:
        PushNotOfferedError: it shall be a notification and this site sends none.
        TooManyRemindersError: they have `MOST_REMINDERS`.
    """
    User.objects.select_for_update().get(pk=owner.pk)
    if owner.reminders.count() >= MOST_REMINDERS:
        raise TooManyRemindersError
    changes = ReminderChanges(at=at, days=days, way=way, paused=paused)
    return written(Reminder(owner=owner), changes, now=now)


def change_reminder(
    *, reminder: Reminder, changes: ReminderChanges, now: datetime | None = None
) -> Reminder:
    """Change a reminder; from now on it comes as it says then.

    Raises:
        PushNotOfferedError: it shall be a notification and this site sends none.
    """
    return written(reminder, changes, now=now)


def written(reminder: Reminder, changes: ReminderChanges, *, now: datetime | None) -> Reminder:
    """Write what is said of a reminder."""
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
    """Remove a reminder for ever."""
    reminder.delete()


def stop_reminders(*, owner: User, way: Reminder.Way) -> int:
    """Pause all reminders of a person that come this way; return how many came until now."""
    return owner.reminders.filter(way=way, paused=False).update(paused=True)


# --- Browsers and apps that take notifications ------------------------------------------------


@transaction.atomic
def add_subscription(*, owner: User, endpoint: str, p256dh: str, auth: str) -> PushSubscription:
    """Let a browser or an app take a person's notifications, in the place of the one before.

    A browser has one endpoint, whoever signs in, so it takes only those of the last one who said
    so. The oldest gives way where there are more than `MOST_SUBSCRIPTIONS`.

    Args:
        endpoint: the address of its push service.
        p256dh: its public key, a point on P-256 as base64url.
        auth: its secret, 16 bytes as base64url.

    Raises:
        PushNotOfferedError: this site sends no notifications.
        UnfitEndpointError: the address is not https, or names a network around us.
        UnfitKeysError: the keys are none.
    """
    if not web_push.public_key():
        raise PushNotOfferedError
    if not is_fit_endpoint(endpoint):
        raise UnfitEndpointError
    values = {"owner": owner, "p256dh": point(p256dh), "auth": secret(auth)}
    User.objects.select_for_update().get(pk=owner.pk)
    found, _ = PushSubscription.objects.update_or_create(
        endpoint=endpoint, defaults={**values, "created_at": timezone.now()}
    )
    newest = owner.push_subscriptions.order_by("-created_at", "-id")
    kept = list(newest.values_list("pk", flat=True)[:MOST_SUBSCRIPTIONS])
    owner.push_subscriptions.exclude(pk__in=kept).delete()
    return found


def remove_subscription(*, subscription: PushSubscription) -> None:
    """Send nothing more to a browser or an app."""
    subscription.delete()


def is_fit_endpoint(endpoint: str) -> bool:
    """Tell whether a server may be asked to send there.

    What a name means is looked up when something is sent; here is refused what is plainly not a
    push service: anything but https at its usual port, with a name of the internet.
    """
    try:
        parts = urlsplit(endpoint)
        fit = parts.scheme == "https" and parts.port in {None, web_push.HTTPS}
    except ValueError:
        return False
    host = parts.hostname or ""
    longest = PushSubscription._meta.get_field("endpoint").max_length or 0
    plain = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
    if not fit or not plain or "@" in parts.netloc or len(endpoint) > longest:
        return False
    try:
        return web_push.is_public(host)
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".local", ".internal", ".localhost"))


def point(text: str) -> str:
    """Return a public key as it is stored.

    Raises:
        UnfitKeysError: it is none.
    """
    data = decoded(text)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
    except ValueError as error:
        raise UnfitKeysError from error
    return encoded(data)


def secret(text: str) -> str:
    """Return a shared secret as it is stored.

    Raises:
        UnfitKeysError: it is none.
    """
    data = decoded(text)
    if len(data) != AUTH_BYTES:
        raise UnfitKeysError
    return encoded(data)


def decoded(text: str) -> bytes:
    """Return the bytes that base64url says, with or without its padding."""
    try:
        return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except ValueError as error:
        raise UnfitKeysError from error


def encoded(data: bytes) -> str:
    """Return bytes as base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()
