"""Recording the devices of people, and signing them out."""

from datetime import UTC, datetime

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.device_names import clean_name, name_from_header, name_from_user_agent
from accounts.devices.sessions import adopt_sessions, end_session, key_digest
from accounts.models import SecurityEvent, Session, User
from accounts.security_log import record_event

SEEN_ON_KEY = "seen_on"
DEVICE_KEY = "device"


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
