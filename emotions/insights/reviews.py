"""A week or a month in review."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from emotions.captures import selectors
from emotions.captures.selectors import UsedTag
from emotions.insights import calendars, trends
from emotions.insights.calendars import CalendarDay
from emotions.insights.trends import Period, Span
from emotions.models import Capture

MAX_NOTES = 10
"""The notes of one day that a review shows."""
MAX_TAGS = 50
"""The tags that a review shows."""


@dataclass(frozen=True, slots=True)
class Review:
    """A week or a month.

    Attributes:
        whole: all days as one period.
        before: the week or month before as one period.
        periods: every day as a period, including those without moments.
        days: each day with moments, in order.
        noted: the first `MAX_NOTES` captures with a note of each day, in order.
        notes: how many captures with a note each day has that has any.
        tags: the owner's `MAX_TAGS` most used tags.
    """

    whole: Period
    before: Period
    periods: list[Period]
    days: dict[date, CalendarDay]
    noted: list[Capture]
    notes: dict[date, int]
    tags: list[UsedTag]

    def noted_on(self, on: date) -> list[Capture]:
        return [capture for capture in self.noted if capture.local_date == on]

    def notes_left_out_on(self, on: date) -> int:
        """Return how many notes of a day are not among `noted`."""
        return max(0, self.notes.get(on, 0) - MAX_NOTES)


def bounds(span: Span, on: date) -> tuple[date, date]:
    """Return the first and the last day of the week (from Monday) or month that contains a day."""
    if span is Span.WEEK:
        first = on - timedelta(days=on.weekday())
        return first, first + timedelta(days=6)
    first = on.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def review(*, owner: User, span: Span, on: date) -> Review:
    """Return the review of the week or month around a day, in a constant number of queries."""
    first, last = bounds(span, on)
    first_before, last_before = bounds(span, first - timedelta(days=1))
    periods = trends.load_periods(owner=owner, by=Span.DAY, first=first, last=last)
    before = trends.load_periods(owner=owner, by=Span.DAY, first=first_before, last=last_before)
    captures = Capture.objects.of(owner).filter(local_date__range=(first, last))
    noted = captures.exclude(note="")
    position = Window(
        RowNumber(), partition_by=F("local_date"), order_by=(F("taken_at").asc(), F("id").asc())
    )
    # By key, so that the window over all notes of the period holds no other columns.
    positions = noted.order_by().annotate(position=position).filter(position__lte=MAX_NOTES)
    shown = Capture.objects.filter(pk__in=positions.values("pk"))
    notes = noted.order_by().values_list("local_date").annotate(Count("id"))
    return Review(
        whole=trends.merge(periods),
        before=trends.merge(before),
        periods=periods,
        days=calendars.load_days(owner=owner, first=first, last=last),
        noted=list(selectors.with_answers(shown).order_by("taken_at", "id")),
        notes=dict(notes),
        tags=selectors.tags_between(owner=owner, first=first, last=last, limit=MAX_TAGS),
    )
