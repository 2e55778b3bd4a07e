"""Changes to accounts, access tokens and devices."""

from datetime import UTC, datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.http import HttpRequest
from django.utils import timezone

from accounts.devices import clean_name, name_from_header, name_from_user_agent
from accounts.leftovers import anonymise_admin_log
from accounts.models import AccessToken, SecurityEvent, Session, User
from accounts.security_log import record_event
from accounts.sessions import adopt_sessions, end_session, key_digest
from accounts.signals import account_deleted
from accounts.tokens import display_prefix, generate_secret, hash_secret
from common.time_zones import KNOWN_ZONES

DEFAULT_TOKEN_DAYS = 365
MAX_TOKEN_DAYS = 730
VERIFY_WITHIN = timedelta(days=7)
LAST_USED_PRECISION = timedelta(hours=1)

SEEN_ON_KEY = "seen_on"
DEVICE_KEY = "device"


def next_sequence(*, person: User) -> int:
    """Increment the counter of changes to the person's records and return it.

    The update locks the person's row until the surrounding transaction ends, so numbers become
    visible in order.
    """
    User.objects.filter(pk=person.pk).update(sequence=F("sequence") + 1)
    return User.objects.values_list("sequence", flat=True).get(pk=person.pk)


def save_time_zone(*, person: User, name: str) -> None:
    """Save the time zone of the profile, ignoring unknown names."""
    if name != person.time_zone and name in KNOWN_ZONES:
        person.time_zone = name
        person.save(update_fields=["time_zone"])


def save_language(*, person: User, code: str) -> None:
    """Save the language of the profile, ignoring those that the site does not support."""
    if code != person.language and code in dict(settings.LANGUAGES):
        person.language = code
        person.save(update_fields=["language"])


def set_new_device_letters(*, person: User, wanted: bool) -> None:
    """Save whether a person gets e-mails about sign-ins on new devices."""
    person.new_device_letters = wanted
    person.save(update_fields=["new_device_letters"])


@transaction.atomic
def delete_account(*, person: User) -> None:
    """Delete a person and everything that belongs to them.

    Their row is locked first: what is being written of theirs is there before and goes too, or
    comes after and finds nobody to belong to.
    """
    if User.objects.select_for_update().filter(pk=person.pk).first() is None:
        return
    account_deleted.send(sender=User, person=person)
    adopt_sessions(person=person)
    anonymise_admin_log(person=person)
    person.delete()


def delete_never_verified() -> int:
    """Delete accounts whose address nobody has confirmed within a week of signing up.

    Whoever mistyped an address, or used somebody else's, leaves nothing behind. Administrators
    stay, because nobody signs up as one.

    Returns:
        How many there were.
    """
    if settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory":
        return 0
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    people = User.objects.filter(
        Exists(addresses),
        ~Exists(addresses.filter(verified=True)),
        is_staff=False,
        last_login=None,
        date_joined__lt=timezone.now() - VERIFY_WITHIN,
    )
    found = list(people)
    for person in found:
        delete_account(person=person)
    return len(found)


# --- Access tokens ----------------------------------------------------------------------------


@transaction.atomic
def create_token(
    *, person: User, name: str, scope: str, days: int = DEFAULT_TOKEN_DAYS
) -> tuple[AccessToken, str]:
    """Create an access token and return it with its secret, which is not stored.

    Raises:
        ValueError: If the number of days is out of range or the scope is unknown.
    """
    if not 1 <= days <= MAX_TOKEN_DAYS:
        raise ValueError(f"A token lasts 1 to {MAX_TOKEN_DAYS} days.")
    secret = generate_secret()
    record_event(person=person, kind=SecurityEvent.Kind.TOKEN_MADE, name=name)
    token = AccessToken.objects.create(
        owner=person,
        name=name,
        digest=hash_secret(secret),
        prefix=display_prefix(secret),
        scope=AccessToken.Scope(scope),
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token: AccessToken) -> None:
    record_event(person=token.owner, kind=SecurityEvent.Kind.TOKEN_REVOKED, name=token.name)
    token.delete()


def record_token_use(*, token: AccessToken) -> None:
    """Record when a token was last used, to the hour, so that most requests write nothing."""
    now = timezone.now()
    if token.last_used_at and now - token.last_used_at < LAST_USED_PRECISION:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - LAST_USED_PRECISION)
    AccessToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)


# --- Devices ----------------------------------------------------------------------------------


def is_first_use_today(session: SessionBase) -> bool:
    """Return whether the session has not been seen yet today."""
    return bool(session.get(SEEN_ON_KEY) != today())


def today() -> str:
    """Return the current date in UTC, in ISO format."""
    return datetime.now(UTC).date().isoformat()


def record_device(*, person: User, session: SessionBase, request: HttpRequest) -> UserSession:
    """Record where a session is used from, and mark it as seen today.

    The change to the session also renews its expiry once it is saved.
    """
    if not session.session_key:
        session.save()
    fields = {
        "user": person,
        "ip": get_adapter().get_client_ip(request),
        "user_agent": request.headers.get("User-Agent", "")[:200],
        "last_seen_at": timezone.now(),
    }
    device, _ = UserSession.objects.update_or_create(
        session_key=key_digest(session.session_key or ""),
        defaults=fields,
        create_defaults={**fields, "data": {"name": name_from_header(request)}},
    )
    session[SEEN_ON_KEY] = today()
    session[DEVICE_KEY] = device.pk
    return device


def rename_device(*, device: UserSession, name: str) -> None:
    """Rename a device; an empty name restores the description of its user agent."""
    device.data = {**device.data, "name": clean_name(name)}
    device.save(update_fields=["data"])


@transaction.atomic
def sign_out_device(*, device: UserSession) -> None:
    record_sign_out(device=device)
    end_session(device.session_key)
    device.delete()


@transaction.atomic
def sign_out_other_devices(*, person: User, current_key: str | None) -> None:
    """End every session of a person but the current one, and every sign-in that waits."""
    adopt_sessions(person=person)
    current = current_key and key_digest(current_key)
    others = UserSession.objects.filter(user=person).exclude(session_key=current)
    for device in others:
        record_sign_out(device=device)
    Session.objects.filter(person=person).exclude(pk=current).delete()
    others.delete()


def record_sign_out(*, device: UserSession) -> None:
    name = device.data.get("name") or name_from_user_agent(device.user_agent)
    record_event(person=device.user, kind=SecurityEvent.Kind.DEVICE_SIGNED_OUT, name=name)


def move_device(*, person: User, session: SessionBase, request: HttpRequest) -> None:
    """Carry a device's name over to a new session key, as after a change of password."""
    before = UserSession.objects.filter(user=person, pk=session.get(DEVICE_KEY)).first()
    device = record_device(person=person, session=session, request=request)
    if before and before != device:
        device.data, device.created_at = before.data, before.created_at
        device.save(update_fields=["data", "created_at"])
        before.delete()
