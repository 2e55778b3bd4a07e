"""The engine of sessions: the database has a digest of each key, and whose the session is.

Who reads the tables cannot sign in with what is in them. For WSGI only: Django's asynchronous
methods would look for the key itself.
"""

import hashlib
from typing import Any

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import url_str_to_user_pk
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session as LegacySession
from django.db import transaction
from django.utils import timezone
from django.utils.encoding import force_str

from accounts.models import Session, User
from common.encryption import UndecryptableError, decrypt, encrypt

DIGEST_LENGTH = 40  # hexadecimal digits, which is what allauth's table has room for
ANONYMOUS_AGE = 24 * 60 * 60
"""Seconds that a session lasts in which nobody is signed in, such as one waiting for a code."""


def key_digest(key: str) -> str:
    """Return what is stored of a key: 160 bits of its SHA-256; the key itself has 165 at random."""
    return hashlib.sha256(key.encode()).hexdigest()[:DIGEST_LENGTH]


class SessionStore(db.SessionStore):
    """Stores sessions under digests of their keys."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def get_session_cookie_age(self) -> int:
        """Return for how many seconds the session lasts after its last change."""
        return settings.SESSION_COOKIE_AGE if SESSION_KEY in self else ANONYMOUS_AGE

    def _get_session_from_db(self) -> Session | None:
        session = find_session(self.session_key or "")
        if session is None:
            self._session_key = None
        return session

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return what is stored of a session; a second factor that is being set up is in it."""
        return encrypt(super().encode(session_dict))

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return what a session holds; nothing where its key is missing."""
        try:
            held: dict[str, Any] = super().decode(decrypt(force_str(session_data)))
        except UndecryptableError:
            return {}
        return held

    def exists(self, session_key: str) -> bool:
        """Return whether there is a session with this key, even one that has run out."""
        return (
            Session.objects.filter(pk=key_digest(session_key)).exists()
            or LegacySession.objects.filter(pk=session_key).exists()
        )

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row of this session, not stored yet."""
        return Session(
            session_key=key_digest(self.session_key or ""),  # which `save` has made
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            person_id=person_id_in(data),
        )

    def delete(self, session_key: str | None = None) -> None:
        """Delete the session with this key, or this one."""
        if key := session_key or self.session_key:
            Session.objects.filter(pk=key_digest(key)).delete()
            LegacySession.objects.filter(pk=key).delete()


def person_id_in(data: dict[str, Any]) -> int | None:
    """Return the primary key of who is signed in, or about to be; None for nobody."""
    if SESSION_KEY in data:
        return int(data[SESSION_KEY])
    login = data.get(LOGIN_SESSION_KEY) or {}
    return int(url_str_to_user_pk(login["user_pk"])) if login.get("user_pk") else None


def find_session(key: str) -> Session | None:
    """Return the session with this key if it has not run out."""
    found = Session.objects.filter(pk=key_digest(key)).first() or adopt_session(key)
    return found if found and found.expire_date > timezone.now() else None


def peek_into(session: Session) -> SessionStore:
    """Return what a stored session holds; it cannot be saved, because nobody knows its key."""
    store = SessionStore()
    store._session_cache = store.decode(session.session_data)  # type: ignore[attr-defined]
    return store


def end_session(digest: str) -> None:
    """Delete a session by what is stored of its key; of one of earlier releases, the key itself."""
    Session.objects.filter(pk=digest).delete()
    LegacySession.objects.filter(pk=digest).delete()


@transaction.atomic
def adopt_session(key: str) -> Session | None:
    """Move a session that an earlier release stored under its key, and its device.

    Returns:
        None if there is no such session.
    """
    legacy = LegacySession.objects.select_for_update().filter(pk=key).first()
    digest = key_digest(key)
    if legacy is None:  # perhaps since another request has moved it
        return Session.objects.filter(pk=digest).first()
    session = Session.objects.create(
        session_key=digest,
        session_data=legacy.session_data,
        expire_date=legacy.expire_date,
        person_id=person_id_in(SessionStore().decode(legacy.session_data)),
    )
    UserSession.objects.filter(session_key=key).update(session_key=digest)
    legacy.delete()
    return session


def adopt_sessions(*, person: User | None = None) -> None:
    """Move the sessions of earlier releases, those on a person's devices or all."""
    sessions = LegacySession.objects.all()
    if person:
        devices = UserSession.objects.filter(user=person)
        sessions = sessions.filter(pk__in=devices.values("session_key"))
    for key in list(sessions.values_list("pk", flat=True)):
        adopt_session(key)
