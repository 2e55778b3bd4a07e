"""Requests that change something once, however often they are sent."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from emotions.models import AnsweredRequest, Capture

KEPT_FOR = timedelta(days=30)
"""For how long a lost answer can be asked for again: as long as the trash is kept."""


class RepeatedRequestError(Exception):
    """The same request was made before: nothing is left to do but to answer it."""


class KeyReusedError(Exception):
    """A different request used this idempotency key before."""


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What a client calls a request, and what tells the same one from another."""

    key: str
    digest: str

    @classmethod
    def of(cls, key: str, *said: object) -> Self:
        """Return the key of a request that says all this."""
        content = json.dumps([repr(part) for part in said])
        return cls(key, hashlib.sha256(content.encode()).hexdigest())


def find_answered(*, owner: User, request: RequestKey) -> AnsweredRequest | None:
    """Return the same request of the owner, if it was made before.

    Raises:
        KeyReusedError: it was another one.
    """
    if Capture.objects.filter(owner=owner, idempotency_key=request.key).exists():
        raise KeyReusedError
    earlier = AnsweredRequest.objects.filter(owner=owner, key=request.key).first()
    if earlier and earlier.digest != request.digest:
        raise KeyReusedError
    return earlier


def record_request(*, owner: User, request: RequestKey, record: object = "") -> None:
    """Record a request in the transaction that does what it says, and forget those of long ago.

    Call it while the owner's row is locked, so that the same request, sent twice at once, waits.

    Args:
        record: the primary key of what it makes or changes.

    Raises:
        RepeatedRequestError: it was made before.
        KeyReusedError: another request was made under its key.
    """
    if find_answered(owner=owner, request=request):
        raise RepeatedRequestError
    now = timezone.now()
    AnsweredRequest.objects.filter(owner=owner, made_at__lt=now - KEPT_FOR).delete()
    AnsweredRequest.objects.create(
        owner=owner, key=request.key, digest=request.digest, record=str(record), made_at=now
    )


def once(*, owner: User, request: RequestKey | None, change: Callable[[], object]) -> str:
    """Make a change unless the same request has made it before, while the owner's row is locked.

    Args:
        request: None where the client gave it no key, so that it is made each time.
        change: makes it, and returns the primary key of what it made or changed.

    Returns:
        That primary key, from this time or the time before.

    Raises:
        KeyReusedError: another request was made under its key.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        if request and (earlier := find_answered(owner=owner, request=request)):
            return earlier.record
        record = str(change())
        if request:
            record_request(owner=owner, request=request, record=record)
    return record
