"""What happened to an account's security: for its owner to read, and to disown by a link.

The log tells who gets in, never what is in the diary.
"""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.usersessions.models import UserSession
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.device_names import name_from_header, name_from_user_agent
from accounts.models import SecurityEvent, User

KEPT_FOR = timedelta(days=180)
DISOWNED_WITHIN = timedelta(days=7)
SIGNER = Signer(salt="accounts.not_me_links")


def record_event(*, person: User, kind: SecurityEvent.Kind, **facts: str) -> SecurityEvent:
    """Record what happened, and from which device, if a request is being answered.

    Args:
        person: whose account it is about.
        kind: what happened.
        facts: which address, token, device or factor.
    """
    request: HttpRequest | None = context.request
    device = name_from_header(request) if request else ""
    return SecurityEvent.objects.create(
        person=person,
        kind=kind,
        ip=get_adapter().get_client_ip(request) if request else None,
        user_agent=request.headers.get("User-Agent", "")[:200] if request else "",
        facts={**facts, **({"device": device} if device else {})},
    )


def events_of(*, person: User) -> QuerySet[SecurityEvent]:
    """Return what happened to a person's account in the last 180 days, newest first."""
    return SecurityEvent.objects.filter(person=person, at__gte=timezone.now() - KEPT_FOR).order_by(
        "-at", "-id"
    )


def remove_old_events() -> int:
    """Remove events that are older than the log promises, and return how many."""
    return SecurityEvent.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()[0]


def is_new_device(*, person: User, request: HttpRequest) -> bool:
    """Return whether a sign-in comes from where the person has not signed in for 180 days.

    A device is known by what it calls itself and by its network. The first sign-in of an account
    is nothing new.
    """
    ip = get_adapter().get_client_ip(request)
    here = (ip, name_from_user_agent(request.headers.get("User-Agent", "")))
    signed_in = events_of(person=person).filter(kind=SecurityEvent.Kind.SIGN_IN)
    devices = UserSession.objects.filter(user=person)
    known = {
        (address, name_from_user_agent(user_agent))
        for found in (signed_in, devices)
        for address, user_agent in found.values_list("ip", "user_agent")
    }
    return bool(known) and here not in known


def seal_event(event_id: str) -> str:
    """Return what a link in an email says of the event that its reader may disown."""
    return SIGNER.sign(event_id)


def event_to_disown(sealed: str) -> SecurityEvent | None:
    """Return the event that a link disowns; None if it is forged, used or too old."""
    try:
        event_id = int(SIGNER.unsign(sealed))
    except BadSignature:
        return None
    return SecurityEvent.objects.filter(
        pk=event_id, disowned_at=None, at__gte=timezone.now() - DISOWNED_WITHIN
    ).first()
