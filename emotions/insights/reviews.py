"""A week or a month to look back over, day by day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count

from accounts.models import User
from emotions.captures import selectors
from emotions.insights import patterns, trends
from emotions.insights.patterns import Pixel
from emotions.insights.trends import Period, Span
from emotions.models import Capture, Tag


@dataclass(frozen=True, slots=True)
class Review:
    """Some days together.

    Attributes:
        whole: all days as one period.
        before: the period before it.
        periods: the days one by one, those without moments too.
        days: what each day with moments was like, in order.
        noted: the captures with a note, in order.
        tags: the owner's tags with `uses`, how many moments have each, most used first.
    """

    whole: Period
    before: Period
    periods: list[Period]
    days: dict[date, Pixel]
    noted: list[Capture]
    tags: list[Tag]

    def noted_on(self, on: date) -> Iterator[Capture]:
        """Yield the captures of a day that have a note."""
        return (capture for capture in self.noted if capture.local_date == on)


def span_around(span: Span, on: date) -> tuple[date, date]:
    """Return the first and the last day of the week (from Monday) or the month with a day."""
    if span is Span.WEEK:
        first = on - timedelta(days=on.weekday())
        return first, first + timedelta(days=6)
    first = on.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def review(*, owner: User, span: Span, on: date) -> Review:
    """Return the owner's week or month with a day, in a constant number of queries.

    Raises:
        OverflowError: the calendar ends there.
    """
    first, last = span_around(span, on)
    first_before, last_before = span_around(span, first - timedelta(days=1))
    periods = trends.trend(owner=owner, by=Span.DAY, first=first, last=last)
    before = trends.trend(owner=owner, by=Span.DAY, first=first_before, last=last_before)
    captures = selectors.history(owner=owner, first=first, last=last)
    moments = patterns.read(owner=owner, first=first, last=last)
    return Review(
        whole=trends.together(periods),
        before=trends.together(before),
        periods=periods,
        days=patterns.by_day(moments),
        noted=list(captures.exclude(note="").order_by("taken_at", "id")),
        tags=list(
            Tag.objects.filter(captures__in=captures.order_by())
            .annotate(uses=Count("captures"))
            .order_by("-uses", "name")
        ),
    )
