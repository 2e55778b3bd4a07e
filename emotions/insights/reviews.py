"""A week or a month in review."""

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
    """A week or a month.

    Attributes:
        whole: all days as one period.
        before: the week or month before as one period.
        periods: every day as a period, including those without moments.
        days: the mood of each day with moments, in order.
        noted: the captures with a note, in order.
        tags: the owner's tags, annotated with `uses`, the number of moments; most used first.
    """

    whole: Period
    before: Period
    periods: list[Period]
    days: dict[date, Pixel]
    noted: list[Capture]
    tags: list[Tag]

    def noted_on(self, on: date) -> Iterator[Capture]:
        return (capture for capture in self.noted if capture.local_date == on)


def bounds(span: Span, on: date) -> tuple[date, date]:
    """Return the first and the last day of the week (from Monday) or month that contains a day."""
    if span is Span.WEEK:
        first = on - timedelta(days=on.weekday())
        return first, first + timedelta(days=6)
    first = on.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def review(*, owner: User, span: Span, on: date) -> Review:
    """Return the review of the week or month that contains a day, in a constant number of queries.

    Raises:
        OverflowError: the period reaches beyond the dates that Python knows.
    """
    first, last = bounds(span, on)
    first_before, last_before = bounds(span, first - timedelta(days=1))
    periods = trends.load_periods(owner=owner, by=Span.DAY, first=first, last=last)
    before = trends.load_periods(owner=owner, by=Span.DAY, first=first_before, last=last_before)
    captures = selectors.history(owner=owner, first=first, last=last)
    moments = patterns.load_moments(owner=owner, first=first, last=last)
    return Review(
        whole=trends.merge(periods),
        before=trends.merge(before),
        periods=periods,
        days=patterns.by_day(moments),
        noted=list(captures.exclude(note="").order_by("taken_at", "id")),
        tags=list(
            Tag.objects.filter(captures__in=captures.order_by())
            .annotate(uses=Count("captures"))
            .order_by("-uses", "name")
        ),
    )
