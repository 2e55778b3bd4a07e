"""Whether a session has proved a moment ago that its person sits at it.

A stolen session must not suffice to take an account: whatever changes who gets in, or takes
everything out, asks for the password, a passkey or a code again. allauth asks, and notes the
answer in the session.
"""

from types import SimpleNamespace
from typing import Any

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts.models import User


def is_recent(*, person: User, session: SessionBase) -> bool:
    """Return whether the person has proved who they are within `REAUTHENTICATION_TIMEOUT`."""
    request: Any = SimpleNamespace(user=person, session=session)
    return bool(did_recently_reauthenticate(request))


def require_recent(request: HttpRequest) -> None:
    """Let a view go on only for a person who has proved a moment ago who they are.

    Raises:
        ReauthenticationRequired: allauth asks them and comes back to the view.
    """
    assert isinstance(request.user, User)  # noqa: S101 - behind `login_required`
    if not is_recent(person=request.user, session=request.session):
        raise ReauthenticationRequired
