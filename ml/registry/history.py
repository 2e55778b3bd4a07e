"""Which versions served when, derived from the promotions."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from ml.models import ModelVersion, Promotion


@dataclass(frozen=True, slots=True)
class ServingPeriod:
    """A period in which a version was active; `until` is None while it still is."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class ServedVersion:
    """A version that is or was active, with its serving periods, the latest first."""

    version: ModelVersion
    periods: list[ServingPeriod]


def served_versions() -> list[ServedVersion]:
    """Return every version that was ever active, the active one first, then the latest."""
    promotions = list(Promotion.objects.select_related("version").order_by("at", "pk"))
    served: dict[int, ServedVersion] = {}
    for promotion, following in pairwise([*promotions, None]):
        if promotion is not None:
            entry = served.setdefault(
                promotion.version_id, ServedVersion(promotion.version, periods=[])
            )
            until = following.at if following else None
            entry.periods.insert(0, ServingPeriod(promotion.at, until))
    return sorted(served.values(), key=lambda entry: entry.periods[0].since, reverse=True)


def served_version(name: str) -> ServedVersion:
    """Return a version that is or was active.

    Raises:
        ModelVersion.DoesNotExist: no version of that name was ever active.
    """
    for served in served_versions():
        if served.version.name == name:
            return served
    raise ModelVersion.DoesNotExist(name)
