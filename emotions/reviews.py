"""A week or a month to look back over, day by day."""

import itertools
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import User
from emotions import selectors, trends
from emotions.models import Capture
from emotions.moods import mood_of_captures
from emotions.selectors import Day
from emotions.trends import Period, Span


@dataclass(frozen=True, slots=True)
class Review:
    """Some days together.

    Attributes:
        whole: all days as one period.
        before: the period before it.
        periods: the days one by one, those without moments too.
        days: those with moments, in order.
        tags: how many moments have each, most used first.
    """

    whole: Period
    before: Period
    periods: list[Period]
    days: list[Day]
    tags: list[tuple[str, int]]


def span_around(span: Span, on: date) -> tuple[date, date]:
    """Return the first and the last day of the week (from Monday) or the month with a day."""
    if span is Span.WEEK:
        first = on - timedelta(days=on.weekday())
        return first, first + timedelta(days=6)
    first = on.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def review(*, owner: User, span: Span, on: date) -> Review:
    """Return the owner's week or month with a day, in a constant number of queries."""
    first, last = span_around(span, on)
    first_before, last_before = span_around(span, first - timedelta(days=1))
    periods = trends.trend(owner=owner, by=Span.DAY, first=first, last=last)
    before = trends.trend(owner=owner, by=Span.DAY, first=first_before, last=last_before)
    captures = list(selectors.history(owner=owner, first=first, last=last))[::-1]
    days = [
        day_of(on, list(of)) for on, of in itertools.groupby(captures, lambda one: one.local_date)
    ]
    tags = Counter(tag.name for capture in captures for tag in capture.tags.all())
    return Review(
        whole=trends.together(periods),
        before=trends.together(before),
        periods=periods,
        days=days,
        tags=tags.most_common(),
    )


def day_of(on: date, captures: list[Capture]) -> Day:
    """Return a day from its captures in the order of time."""
    return Day(date=on, captures=captures, mood=mood_of_captures(captures))
