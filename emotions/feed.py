"""Numbering changes of small resources, so that apps can read what changed since they asked.

Captures get their numbers when they are written. The others are few, and written in many places:
they get theirs when somebody asks, by comparing them with what they were the last time.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from accounts.models import User
from accounts.services import next_sequences
from emotions.models import ResourceVersion

Name = tuple[str, str]
"""The kind of a resource, and what tells those of one kind apart."""

States = Mapping[Name, Any]
"""Resources as they are represented, by their names."""


def number_changes(*, owner: User, kinds: Collection[str], read: Callable[[], States]) -> States:
    """Give each resource that is not as it was the last time the owner's next number.

    Args:
        kinds: which are compared; those of these kinds that are not there any more are gone.
        read: returns all of these kinds, as they are now.

    Returns:
        What was read last. A change that is written meanwhile gets its number the next time.
    """
    states = read()
    if not changed_digests(owner, kinds, states):
        return states
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        states = read()
        digests = changed_digests(owner, kinds, states)
        numbers = next_sequences(person=owner, count=len(digests))
        ResourceVersion.objects.bulk_create(
            [
                ResourceVersion(owner=owner, kind=kind, key=key, digest=digest, sequence=number)
                for ((kind, key), digest), number in zip(digests.items(), numbers, strict=True)
            ],
            update_conflicts=True,
            unique_fields=["owner", "kind", "key"],
            update_fields=["digest", "sequence"],
        )
    return states


def changed_digests(owner: User, kinds: Collection[str], states: States) -> dict[Name, str]:
    """Return the digests of what is not as it was the last time; empty ones of what is gone."""
    rows = ResourceVersion.objects.filter(owner=owner, kind__in=kinds)
    known = {(kind, key): digest for kind, key, digest in rows.values_list("kind", "key", "digest")}
    now = {name: digest_of(state) for name, state in states.items()}
    gone = {name: "" for name, digest in known.items() if digest and name not in now}
    return {name: digest for name, digest in now.items() if known.get(name) != digest} | gone


def digest_of(state: Any) -> str:
    """Return a sha256 over what is represented."""
    text = json.dumps(state, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def resource_changes(
    *, owner: User, kinds: Collection[str], after: int, until: int, limit: int
) -> list[ResourceVersion]:
    """Return resources that changed after one number and up to another, in that order."""
    rows = ResourceVersion.objects.filter(
        owner=owner, kind__in=kinds, sequence__gt=after, sequence__lte=until
    )
    return list(rows.order_by("sequence")[:limit])
