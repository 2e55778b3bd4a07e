"""How the network does on people's own photos: sums over whole weeks, never one person.

Every figure is about a finished week of at least ten people, or is a sum of such weeks. As no week
overlaps another and no smaller one is ever told, there is nothing to subtract from.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from django.core.cache import cache
from django.utils import timezone

from emotions.model_quality.k_anonymity import Latency, Share, enough, latency_of, share_of
from emotions.models import Capture, Feeling

WEEKS = 12
KEPT_FOR = 3600  # seconds; a finished week hardly changes
DRAWS = 500
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """What a week was like.

    Attributes:
        monday: its first day, in UTC.
        captures: photos a day.
        without_face: how many of them show no face of their person.
        unsure: how often the network was unsure of a face; None of too few people.
        drift: how far its emotions are from those of all weeks before it, as the Jensen-Shannon
            distance from 0 to 1; None for the first.
        by_chance: what the distance stays below 95 times of 100 where nothing changed.
    """

    monday: date
    captures: float
    without_face: Share
    unsure: Share | None
    drift: float | None
    by_chance: float | None
    latency: Latency | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often people felt what a version said, over all weeks that are told.

    Attributes:
        whole: over all emotions; None where it would tell of too few people what one of the
            emotions does not.
        each: of faces that looked like an emotion; those of too few people are left out.
    """

    version: str
    whole: Share | None
    each: dict[Feeling, Share]


@dataclass(frozen=True, slots=True)
class Report:
    """How the network does; weeks in their order."""

    weeks: list[Week]
    agreement: list[Agreement]


@dataclass(slots=True)
class Rows:
    """The captures of a week, as columns."""

    people: list[int] = field(default_factory=list)
    faces: list[tuple[int, str, str | None, bool, float | None, str]] = field(default_factory=list)

    @property
    def looks(self) -> Counter[str]:
        """How many faces look like each emotion."""
        return Counter(looks for _, looks, *_ in self.faces)


def report() -> Report:
    """Return how the network does, at most an hour old."""
    monday = timezone.now().astimezone(UTC).date()
    monday -= timedelta(days=monday.weekday())
    name = f"production_metrics:{monday}"
    found: Report | None = cache.get(name)
    if found is None:
        found = read(before=monday)
        cache.set(name, found, KEPT_FOR)
    return found


def read(*, before: date) -> Report:
    """Compute the report over the twelve weeks before a Monday.

    A photo belongs to the week in which it came; moments in words have no part in it.
    """
    by_week = rows_by_week(before)
    told = {monday: rows for monday, rows in sorted(by_week.items()) if enough(rows.people)}
    weeks, looks_before = [], Counter[str]()
    for monday, rows in told.items():
        weeks.append(week_of(monday, rows, looks_before))
        looks_before += rows.looks
    return Report(weeks, agreement_of(told.values()))


def rows_by_week(before: date) -> dict[date, Rows]:
    """Return the captures of the weeks before a Monday, in one query."""
    last = datetime.combine(before, time(), tzinfo=UTC)
    captures = (
        Capture.objects.filter(
            deleted_at=None, created_at__gte=last - WEEKS * WEEK, created_at__lt=last
        )
        .exclude(source__in=Capture.IN_WORDS)
        .with_feeling()
        .values_list(
            *("owner_id", "created_at", "felt", "answer__emotion", "answer__unsure"),
            *("answer__milliseconds", "answer__model_version__name", "answer__version_elsewhere"),
        )
    )
    by_week: dict[date, Rows] = defaultdict(Rows)
    for owner, at, felt, looks, unsure, milliseconds, version, elsewhere in captures.iterator():
        on = at.astimezone(UTC).date()
        rows = by_week[on - timedelta(days=on.weekday())]
        rows.people.append(owner)
        if looks:
            rows.faces.append((owner, looks, felt, unsure, milliseconds, elsewhere or version))
    return by_week


def week_of(monday: date, rows: Rows, looks_before: Mapping[str, int]) -> Week:
    """Return what a week of enough people was like.

    Args:
        looks_before: how many faces looked like each emotion before it.
    """
    faces = {owner for owner, *_ in rows.faces}
    timed = [(owner, taken) for owner, *_, taken, _ in rows.faces if taken is not None]
    drift, by_chance = distances(looks_before, rows.looks) if enough(faces) else (None, None)
    return Week(
        monday=monday,
        captures=round(len(rows.people) / 7, 1),
        without_face=Share(len(rows.people) - len(rows.faces), len(rows.people)),
        unsure=share_of([unsure for *_, unsure, _, _ in rows.faces], faces),
        drift=drift,
        by_chance=by_chance,
        latency=latency_of([taken for _, taken in timed], {owner for owner, _ in timed}),
    )


def agreement_of(weeks: Iterable[Rows]) -> list[Agreement]:
    """Return how often people felt what each version said, by its name."""
    said: dict[str, dict[Feeling, list[tuple[int, bool]]]] = defaultdict(lambda: defaultdict(list))
    for rows in weeks:
        for owner, looks, felt, _, _, version in rows.faces:
            if felt:
                said[version][Feeling(looks)].append((owner, felt == looks))
    found = []
    for version, by_looks in sorted(said.items()):
        each = {
            feeling: share
            for feeling in Feeling
            if (share := share_of(*columns(by_looks.get(feeling, []))))
        }
        everything = [one for pairs in by_looks.values() for one in pairs]
        whole = share_of(*columns(everything)) if len(each) == len(by_looks) else None
        if each or whole:
            found.append(Agreement(version, whole, each))
    return found


def columns(pairs: list[tuple[int, bool]]) -> tuple[list[bool], set[int]]:
    """Return whether it was so, and who said it."""
    return [agreed for _, agreed in pairs], {owner for owner, _ in pairs}


def distances(before: Mapping[str, int], now: Mapping[str, int]) -> tuple[float | None, ...]:
    """Return how far two distributions are apart, and below what they are by chance.

    Returns:
        the Jensen-Shannon distance (Endres and Schindelin 2003) to base 2, from 0 to 1, and the
        95 % quantile of it over draws of both from their common distribution; None where one of
        them is empty.
    """
    counts = np.array([[one.get(feeling, 0) for feeling in Feeling] for one in (before, now)])
    sizes = counts.sum(axis=1)
    if not sizes.all():
        return None, None
    common = counts.sum(axis=0) / counts.sum()
    random = np.random.default_rng(1)
    drawn = np.stack([random.multinomial(size, common, DRAWS) for size in sizes], axis=1)
    by_chance = np.percentile([distance(pair / sizes[:, None]) for pair in drawn], 95)
    return round(distance(counts / sizes[:, None]), 3), round(float(by_chance), 3)


def distance(shares: np.ndarray) -> float:
    """Return the Jensen-Shannon distance of two rows of shares."""
    middle = shares.mean(axis=0)
    parts = np.divide(shares, middle, out=np.ones_like(shares), where=shares > 0)
    return float(np.sqrt(max(0.0, (shares * np.log2(parts)).sum() / 2)))
