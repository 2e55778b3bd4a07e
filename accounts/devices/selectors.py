"""The devices on which a person is signed in."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.device_names import name_from_user_agent
from accounts.devices.sessions import adopt_sessions, key_digest, peek_into
from accounts.models import Session, User


@dataclass(frozen=True)
class Device:
    """A session of a person in a browser or an app."""

    id: int
    name: str
    address: str
    signed_in_at: datetime
    last_seen_at: datetime
    is_current: bool
    session: UserSession


def devices(*, person: User, current_key: str | None = None) -> list[Device]:
    """Return the active sessions, the current one first, then the most recently seen.

    Args:
        person: The owner of the sessions.
        current_key: The key of the session that makes the request.
    """
    current = current_key and key_digest(current_key)
    found = [
        Device(
            id=session.pk,
            name=session.data.get("name") or name_from_user_agent(session.user_agent),
            address=session.ip,
            signed_in_at=session.created_at,
            last_seen_at=session.last_seen_at,
            is_current=session.session_key == current,
            session=session,
        )
        for session in live_sessions(person=person)
    ]
    return sorted(
        found, key=lambda device: (device.is_current, device.last_seen_at, device.id), reverse=True
    )


def live_sessions(*, person: User) -> list[UserSession]:
    """Return the devices whose sessions have neither run out nor ended with a former password."""
    adopt_sessions(person=person)
    sessions = Session.objects.filter(person=person, expire_date__gt=timezone.now())
    hashes = session_hashes(person)
    live = {one.pk for one in sessions if is_signed_in(peek_into(one), person, hashes)}
    return list(UserSession.objects.filter(user=person, session_key__in=live))


def session_hashes(owner: User) -> list[str]:
    """Return what sessions hold that began with today's password; none once switched off."""
    person = User.objects.filter(pk=owner.pk, is_active=True).first()
    if person is None:
        return []
    return [person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()]


def is_signed_in(session: SessionBase, person: User, hashes: list[str]) -> bool:
    """Return whether a session is the person's, as `django.contrib.auth.get_user` would find.

    That one asks the database for the person each time.
    """
    return (
        session.get(SESSION_KEY) == str(person.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and any(constant_time_compare(session.get(HASH_SESSION_KEY, ""), one) for one in hashes)
    )


def device(*, person: User, device_id: int, current_key: str | None = None) -> Device | None:
    """Return one of the person's sessions, or None if it has ended or is somebody else's."""
    known = devices(person=person, current_key=current_key)
    return next((found for found in known if found.id == device_id), None)
