"""Which versions answered when, told from their promotions."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from ml.models import ModelVersion, Promotion


@dataclass(frozen=True, slots=True)
class Answering:
    """A time in which a version answered; it goes on where `until` is None."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """A version that answers or did, and when, the latest time first."""

    version: ModelVersion
    times: list[Answering]


def versions_that_answered() -> list[Told]:
    """Return every version that ever answered, the active one first, then the latest."""
    promotions = list(Promotion.objects.select_related("version").order_by("at", "pk"))
    told: dict[int, Told] = {}
    for promotion, following in pairwise([*promotions, None]):
        if promotion is not None:
            one = told.setdefault(promotion.version_id, Told(promotion.version, []))
            one.times.insert(0, Answering(promotion.at, following.at if following else None))
    return sorted(told.values(), key=lambda one: one.times[0].since, reverse=True)


def told_of(name: str) -> Told:
    """Return a version that answers or did.

    Raises:
        ModelVersion.DoesNotExist: when none of that name ever answered.
    """
    for told in versions_that_answered():
        if told.version.name == name:
            return told
    raise ModelVersion.DoesNotExist(name)
