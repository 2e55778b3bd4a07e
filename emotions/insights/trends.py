"""Moods over time, by day, week or month."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Count, Q, Sum

from accounts.models import User
from emotions.captures.moods import Sentiment, sentiment_of, valence_column
from emotions.models import Capture, CaptureQuerySet, Feeling


class Span(StrEnum):
    """The length of a period."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(slots=True)
class Period:
    """Consecutive days, taken together.

    Attributes:
        captures: how many there are.
        computed_from: how many of them say something about a mood.
        total: the sum of their valences.
        feelings: how many show each emotion: felt where the person said so, otherwise detected.
    """

    first: date
    last: date
    captures: int = 0
    computed_from: int = 0
    total: float = 0.0
    feelings: Counter[Feeling] = field(default_factory=Counter)

    @property
    def valence(self) -> float | None:
        """The mean, from -1 (unpleasant) to 1 (pleasant), or None."""
        return self.total / self.computed_from if self.computed_from else None

    @property
    def sentiment(self) -> Sentiment | None:
        return None if self.valence is None else sentiment_of(self.valence)


def load_periods(
    *,
    owner: User,
    by: Span,
    first: date,
    last: date,
    read_by: str = "",
    captures: CaptureQuerySet | None = None,
) -> list[Period]:
    """Return the owner's moods from `first` to `last` in one query, however many periods there are.

    Weeks begin on Monday. The first and the last period are cut off where the span is.

    Args:
        read_by: name of a version that rescored kept photos. Its detections are used where there
            are any, instead of the original answers.
        captures: those of the owner that count; by default all.
    """
    periods = list(split(by, first, last))
    by_day = {
        period.first + timedelta(days=n): period
        for period in periods
        for n in range((period.last - period.first).days + 1)
    }
    # A column for each emotion: the index of days gives the groups in order, without a sort.
    by_feeling = {
        f"showing_{feeling.value}": Count("id", filter=Q(feeling=feeling.value))
        for feeling in Feeling
    }
    says_something = Count("id", filter=Q(mood__isnull=False) | Q(feeling__isnull=False))
    rows = (
        (Capture.objects.of(owner) if captures is None else captures)
        .filter(local_date__range=(first, last))
        .with_feeling(read_by=read_by)
        .values_list("local_date")
        .annotate(
            Count("id"),
            computed_from=says_something,
            total=Sum(valence_column(read_by)),
            **by_feeling,
        )
        .order_by()
    )
    for on, number, computed_from, total, *counts in rows:
        period = by_day[on]
        period.captures += number
        period.computed_from += computed_from
        period.total += total or 0.0
        for feeling, count in zip(Feeling, counts, strict=True):
            if count:
                period.feelings[feeling] += count
    return periods


def merge(periods: Sequence[Period]) -> Period:
    """Return consecutive periods, at least one, as a single one."""
    return Period(
        first=periods[0].first,
        last=periods[-1].last,
        captures=sum(period.captures for period in periods),
        computed_from=sum(period.computed_from for period in periods),
        total=sum(period.total for period in periods),
        feelings=sum((period.feelings for period in periods), Counter()),
    )


def split(by: Span, first: date, last: date) -> Iterator[Period]:
    """Split a span of days into periods."""
    begin = first
    while begin <= last:
        following = begin + timedelta(days=1)
        while following <= last and not begins_period(by, following):
            following += timedelta(days=1)
        yield Period(begin, following - timedelta(days=1))
        begin = following


def begins_period(by: Span, on: date) -> bool:
    if by is Span.WEEK:
        return on.weekday() == 0
    return by is Span.DAY or on.day == 1
