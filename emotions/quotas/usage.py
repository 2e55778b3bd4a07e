"""What one person uses, beside what the site allows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db.models import Sum

from accounts.models import User
from emotions.models import Capture, DailyUsage, Tag


@dataclass(frozen=True, slots=True)
class Usage:
    """What a person uses of what they may use, by the names that `settings.QUOTAS` has for it.

    Attributes:
        picture_bytes: of all pictures, those in the trash too.
        moments: how many were recorded today, in UTC.
        imported_moments: how many were imported today, in UTC.
    """

    picture_bytes: int
    moments: int
    imported_moments: int
    tags: int


def usage_of(*, owner: User) -> Usage:
    today = daily_usage(owner=owner)
    return Usage(
        picture_bytes=picture_bytes(owner=owner),
        moments=today.recorded,
        imported_moments=today.imported,
        tags=Tag.objects.filter(owner=owner).count(),
    )


def picture_bytes(*, owner: User) -> int:
    """Return how many bytes the owner's pictures take, as far as they have been measured."""
    kept = Capture.objects.filter(owner=owner, picture_bytes__gt=0)
    total: int | None = kept.aggregate(total=Sum("picture_bytes"))["total"]
    return total or 0


def daily_usage(*, owner: User) -> DailyUsage:
    """Return what came in from the owner today."""
    row = DailyUsage.objects.filter(owner=owner, day=today()).first()
    return row or DailyUsage(owner=owner, day=today())


def has_room_for_pictures(*, owner: User) -> bool:
    """Return whether the owner's pictures are below what they may take."""
    return picture_bytes(owner=owner) < settings.QUOTAS["picture_bytes"]


def has_moments_left(*, owner: User) -> bool:
    """Return whether the owner may record another moment today."""
    return daily_usage(owner=owner).recorded < settings.QUOTAS["moments"]


def imported_moments_left(*, owner: User) -> int:
    """Return how many more moments may be imported for the owner today."""
    return max(0, settings.QUOTAS["imported_moments"] - daily_usage(owner=owner).imported)


def today() -> date:
    return datetime.now(UTC).date()


def seconds_until_tomorrow() -> int:
    """Return after how many seconds, rounded up, a new day begins."""
    now = datetime.now(UTC)
    tomorrow = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)
    return int((tomorrow - now).total_seconds()) + 1
