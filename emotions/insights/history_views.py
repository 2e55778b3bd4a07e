"""The history: a month as a calendar, and the moments themselves, as a list or a gallery."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import get_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.requests import person_of, zone_of
from common.time_zones import today_in
from emotions.captures import presentation, selectors
from emotions.insights import calendars, charts, trends, wording
from emotions.insights.calendars import first_of_month, last_of_month
from emotions.insights.charts import Chart
from emotions.insights.forms import MAX_SPANS, HistoryFilter, MonthForm
from emotions.insights.trends import Span
from emotions.insights.views import FilterLink
from emotions.models import Capture, CaptureQuerySet, Feeling
from emotions.models.limits import FIRST_DAY
from emotions.offline.headers import available_offline

PAGE_SIZE = 30
"""The moments on a page; a history of more is shown month by month."""
MIN_SPAN_ON_CHART = timedelta(days=29)
MAX_BY_DAY = timedelta(days=62)
MAX_BY_WEEK = timedelta(days=366)


class View(StrEnum):
    CALENDAR = "calendar"
    LIST = "list"
    GALLERY = "gallery"


VIEW_LABELS = {
    View.CALENDAR: gettext_lazy("Calendar"),
    View.LIST: gettext_lazy("List"),
    View.GALLERY: gettext_lazy("Gallery"),
}


@login_required
@available_offline
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """Show a month as a calendar; or moments, newest first and filtered, above a chart of them."""
    person = person_of(request)
    today = today_in(zone_of(request, person))
    form = HistoryFilter(request.GET, owner=person)
    selection = form.selection()
    month_form = MonthForm(request.GET, today=today)
    query = {name: value for name, value in request.GET.dict().items() if value}
    view = view_of(query, filtered=bool(selection or form.errors))
    context: dict[str, Any] = {
        "form": form,
        "month_form": month_form,
        "view": view,
        "filters": form.in_words(),
    }
    if view is View.CALENDAR:
        month = month_form.chosen() or first_of_month(today)
        context |= {"view_links": list(view_links(query, view, month))}
        context |= calendar_context(person, month, today)
        return render(request, "emotions/calendar.html", context)
    captures = selectors.history(owner=person, **selection)
    found = moments_context(captures, month_form.chosen(), request.GET.get("page"))
    month, page = found["month"], found["page"]
    chart = chart_of_page(person, captures, page, month)
    total = selectors.history(owner=person).count() if selection else found["count"]
    elsewhere = without(query, "month", "page") | {"view": view.value}
    context |= found | {
        "view_links": list(view_links(query, view, month)),
        "days": items_by_day(page, words=selection.get("words", "")),
        "counted": wording.count_found(found["count"], total=total),
        "chart": chart,
        "month_fields": elsewhere,
        "month_query": urlencode(elsewhere),
        "page_query": urlencode(without(query, "page")),
        "feelings": list(Feeling),
    }
    return render(request, "emotions/history.html", context)


def view_of(query: Mapping[str, str], *, filtered: bool) -> View:
    """Return which view a query asks for; who filters looks for moments, not for days."""
    try:
        return View(query.get("view", ""))
    except ValueError:
        return View.LIST if filtered else View.CALENDAR


def view_links(query: Mapping[str, str], current: View, month: date | None) -> Iterator[FilterLink]:
    """Yield links to the three views; the calendar shows all moments, so it drops the filters."""
    for view, label in VIEW_LABELS.items():
        values = {} if view is View.CALENDAR else without(query, "page")
        values["view"] = view.value
        if month:
            values["month"] = f"{month:%Y-%m}"
        yield FilterLink(str(label), urlencode(values), current=view is current)


def without(query: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in query.items() if name not in names}


def calendar_context(person: User, month: date, today: date) -> dict[str, Any]:
    """Return the context of the calendar of a month."""
    first, last = first_of_month(month), last_of_month(month)
    days = calendars.load_days(owner=person, first=first, last=last)
    first_weekday = (get_format("FIRST_DAY_OF_WEEK") - 1) % 7
    weekdays = [(first_weekday + number) % 7 for number in range(7)]
    moments = sum(day.moments for day in days.values())
    return {
        "month": first,
        "previous_month": first_of_month(first - timedelta(days=1)) if first > FIRST_DAY else None,
        "next_month": last + timedelta(days=1) if last < today else None,
        "weekdays": [(WEEKDAYS_ABBR[number], WEEKDAYS[number]) for number in weekdays],
        "weeks": [
            [(cell, wording.day_in_words(cell.day) if cell and cell.day else "") for cell in week]
            for week in calendars.weeks_of_month(
                first, days, today=today, first_weekday=first_weekday
            )
        ],
        "summary": wording.moments_on_days(
            moments, days=len(days), of_days=(last - first).days + 1
        ),
        "threads": [
            (_("Looked"), sum((day.looked for day in days.values()), Counter()).most_common()),
            (_("Felt"), sum((day.felt for day in days.values()), Counter()).most_common()),
        ],
        "moments": moments,
        "empty": not days and not selectors.history(owner=person).exists(),
    }


def moments_context(
    captures: CaptureQuerySet, month: date | None, page: str | None
) -> dict[str, Any]:
    """Return a page of captures: all of them if they fit on it, else those of one month.

    Args:
        month: a day of the month to show; by default the latest with a capture.
    """
    count = captures.count()
    if month is None and count > PAGE_SIZE:
        month = latest_day(captures)
    shown: CaptureQuerySet = captures
    before = after = None
    if month:
        first, last = first_of_month(month), last_of_month(month)
        shown = captures.filter(local_date__range=(first, last))
        before = latest_day(captures.filter(local_date__lt=first))
        after = earliest_day(captures.filter(local_date__gt=last))
    return {
        "count": count,
        "month": month and first_of_month(month),
        "previous_month": before and first_of_month(before),
        "next_month": after and first_of_month(after),
        "page": Paginator(shown, PAGE_SIZE).get_page(page),
    }


def latest_day(captures: CaptureQuerySet) -> date | None:
    return captures.order_by("-local_date").values_list("local_date", flat=True).first()


def chart_of_page(
    person: User, captures: CaptureQuerySet, page: Page[Capture], month: date | None
) -> Chart | None:
    """Return a chart of the captures of a month or, where all fit on the page, of their days."""
    on_page = [capture.local_date for capture in page]
    if page.number > 1 or not on_page:
        return None
    if month:
        first, last = month, last_of_month(month)
    else:
        last = max(on_page)
        first = max(min(on_page), last - MAX_SPANS[Span.MONTH])
        first = max(min(first, last - MIN_SPAN_ON_CHART), FIRST_DAY)
    span = last - first
    by = Span.DAY if span <= MAX_BY_DAY else Span.WEEK if span <= MAX_BY_WEEK else Span.MONTH
    periods = trends.load_periods(owner=person, by=by, first=first, last=last, captures=captures)
    return charts.feelings_over_time(periods, by=by)


def earliest_day(captures: CaptureQuerySet) -> date | None:
    return captures.order_by("local_date").values_list("local_date", flat=True).first()


def items_by_day(page: Page[Capture], *, words: str) -> list[dict[str, Any]]:
    """Return the captures of a page, grouped by day."""
    items = [presentation.item(capture, words=words) for capture in page]
    return [
        {"date": on, "items": list(group)}
        for on, group in itertools.groupby(items, key=lambda item: item.local_date)
    ]
