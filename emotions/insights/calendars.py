"""Days as calendars show them: what was told most often on each, by week and by month."""

from calendar import Calendar
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Sum

from accounts.models import User
from emotions.captures.days import majority
from emotions.captures.moods import valence_column
from emotions.models import Capture, Feeling
from emotions.models.limits import FIRST_DAY

MAX_FACES = 2
"""The faces of a day on which no emotion stands for more than half of its moments."""


@dataclass(slots=True)
class CalendarDay:
    """What the moments of one day say.

    Attributes:
        moments: how many there are.
        told: how many are of each emotion: what was felt or, where nothing was said, what the face
            looked like; under None those whose face did not look like one emotion.
        perhaps: which emotion those resemble most.
        looked: how many faces looked like each emotion, as in `told`.
        felt: how many times each emotion was felt.
        latest: when each of `told` was seen last.
        rated: how many moments say something about how pleasant it was.
        total: the sum of their valences.
    """

    moments: int = 0
    told: Counter[Feeling | None] = field(default_factory=Counter)
    perhaps: Counter[Feeling] = field(default_factory=Counter)
    looked: Counter[Feeling | None] = field(default_factory=Counter)
    felt: Counter[Feeling] = field(default_factory=Counter)
    latest: dict[Feeling | None, datetime] = field(default_factory=dict)
    rated: int = 0
    total: float = 0.0

    @property
    def valence(self) -> float | None:
        """The mean, from -1 (unpleasant) to 1 (pleasant), or None."""
        return self.total / self.rated if self.rated else None

    @property
    def by_frequency(self) -> list[Feeling | None]:
        """What was told, most often first; a tie goes to what came last."""
        return sorted(self.told, key=lambda one: (self.told[one], self.latest[one]), reverse=True)

    @property
    def most(self) -> Feeling | None:
        """The emotion of more than half of the moments that have one, if there is one."""
        return majority(self.told)

    @property
    def is_unsure(self) -> bool:
        """Whether no moment has an emotion for sure."""
        return set(self.told) == {None}

    @property
    def likeliest(self) -> Feeling:
        """The emotion that most of the unsure faces resemble, where there are any."""
        return self.perhaps.most_common(1)[0][0]

    @property
    def faces(self) -> list[Feeling]:
        """The emotions that stand for the day: one, or the most frequent where none prevails."""
        if self.is_unsure:
            return [self.likeliest]
        known = [feeling for feeling in self.by_frequency if feeling]
        return [self.most] if self.most else known[:MAX_FACES]


def load_days(*, owner: User, first: date, last: date) -> dict[date, CalendarDay]:
    """Return the owner's days with moments from `first` to `last`, in order, by one query."""
    rows = (
        Capture.objects.of(owner)
        .filter(local_date__range=(first, last))
        .with_feeling()
        .values_list("local_date", "felt", "answer__emotion", "answer__unsure")  # type: ignore[misc]
        .annotate(
            Count("id"), Max("taken_at"), rated=Count(valence_column()), total=Sum(valence_column())
        )
        .order_by("local_date")
    )
    days: dict[date, CalendarDay] = {}
    for on, felt, seen, unsure, moments, latest, rated, total in rows:
        day = days.setdefault(on, CalendarDay())
        day.moments += moments
        day.rated += rated
        day.total += total or 0.0
        look = Feeling(seen) if seen and not unsure else None
        if seen:
            day.looked[look] += moments
        if felt:
            day.felt[Feeling(felt)] += moments
        if felt or seen:
            told = Feeling(felt) if felt else look
            day.told[told] += moments
            day.latest[told] = max(latest, day.latest.get(told, latest))
            if told is None:
                day.perhaps[Feeling(seen)] += moments
    return days


@dataclass(frozen=True, slots=True)
class Cell:
    """One day in a grid.

    Attributes:
        day: None where it has no moments.
        is_open: whether it has a page: it has begun, or has moments already.
    """

    date: date
    day: CalendarDay | None
    is_today: bool
    is_open: bool


def cell(on: date, days: Mapping[date, CalendarDay], *, today: date) -> Cell:
    is_open = on in days or FIRST_DAY <= on <= today
    return Cell(on, days.get(on), on == today, is_open)


def weeks_of_month(
    month: date, days: Mapping[date, CalendarDay], *, today: date, first_weekday: int
) -> Iterator[list[Cell | None]]:
    """Yield the weeks of a month, None where a day is of another month.

    Args:
        first_weekday: on which weeks begin; Monday is 0.
    """
    for week in Calendar(first_weekday).monthdatescalendar(month.year, month.month):
        yield [cell(on, days, today=today) if on.month == month.month else None for on in week]


def rows_of_year(
    year: int, days: Mapping[date, CalendarDay], *, today: date
) -> Iterator[list[Cell | None]]:
    """Yield the first days of the twelve months, the second days, and so on; None for no day."""
    for number in range(1, 32):
        yield [
            cell(date(year, month, number), days, today=today)
            if number <= days_in_month(date(year, month, 1))
            else None
            for month in range(1, 13)
        ]


def days_in_month(month: date) -> int:
    return (first_of_next_month(month) - first_of_month(month)).days


def first_of_month(on: date) -> date:
    return on.replace(day=1)


def first_of_next_month(on: date) -> date:
    return first_of_month(first_of_month(on) + timedelta(days=31))


def last_of_month(on: date) -> date:
    return first_of_next_month(on) - timedelta(days=1)
