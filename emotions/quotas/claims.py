"""Claiming what is limited, inside the transaction that uses it."""

from django.conf import settings
from django.db.models import F

from accounts.models import User
from emotions.models import DailyUsage
from emotions.quotas import usage
from emotions.quotas.errors import (
    ImportedQuotaError,
    MomentsQuotaError,
    PicturesQuotaError,
)


def claim_recorded_moment(*, owner: User) -> None:
    """Count a moment that is recorded today.

    Raises:
        MomentsQuotaError: there were as many as there can be.
    """
    if not claim_today(owner, "recorded", settings.QUOTAS["moments"]):
        raise MomentsQuotaError


def claim_imported_moments(*, owner: User, count: int) -> None:
    """Count moments that are imported today.

    Raises:
        ImportedQuotaError: there cannot be that many more.
    """
    if not claim_today(owner, "imported", settings.QUOTAS["imported_moments"], count=count):
        raise ImportedQuotaError


def claim_today(owner: User, column: str, limit: int, *, count: int = 1) -> bool:
    """Add to today's count of a person, unless that would exceed the limit; return whether.

    The row stays locked until the transaction ends. Call it when the person's row is locked
    already, as by `next_sequence`: who deletes an account locks them in this order too.
    """
    today = usage.today()
    row = DailyUsage.objects.filter(owner=owner)
    below = row.filter(day=today, **{f"{column}__lte": limit - count})
    if below.update(**{column: F(column) + count}):
        return True
    DailyUsage.objects.get_or_create(owner=owner, defaults={"day": today})
    row.exclude(day=today).update(day=today, recorded=0, imported=0)
    return bool(below.update(**{column: F(column) + count}))


def claim_pictures(*, owner: User, size: int) -> None:
    """Check that pictures of `size` bytes fit; call it while the owner's row is locked.

    Raises:
        PicturesQuotaError: they do not.
    """
    if size and usage.picture_bytes(owner=owner) + size > settings.QUOTAS["picture_bytes"]:
        raise PicturesQuotaError
