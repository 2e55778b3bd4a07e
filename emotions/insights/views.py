"""The pages of trends: charts of a span of days, a year day by day, and reviews."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.requests import person_of, zone_of
from common.spreadsheets import escape_formula
from common.time_zones import today_in
from emotions.captures import presentation, selectors
from emotions.insights import (
    calendars,
    captions,
    charts,
    partings,
    patterns,
    reviews,
    trends,
    wording,
)
from emotions.insights.calendars import CalendarDay
from emotions.insights.charts import Chart
from emotions.insights.forms import TrendsForm
from emotions.insights.trends import Span
from emotions.insights.wording import MIN_ENTRIES
from emotions.models import Feeling
from emotions.models.limits import FIRST_DAY
from emotions.quotas.decorators import heavy

FIRST_YEAR = 1900
REVIEWABLE_SPANS = {Span.WEEK, Span.MONTH}
PRESETS = [
    (30, Span.DAY, _("30 days")),
    (90, Span.WEEK, _("90 days")),
    (365, Span.MONTH, _("12 months")),
]
"""The spans offered as links: number of days, length of a period, label."""


@dataclass(frozen=True, slots=True)
class FilterLink:
    """A link to the same page with another query."""

    label: str
    query: str
    current: bool


@dataclass(frozen=True, slots=True)
class ChartQuery:
    """What the charts show.

    Attributes:
        read_by: name of the version that rescored kept photos; empty for the original answers.
    """

    by: Span
    first: date
    last: date
    read_by: str = ""

    def urlencode(self) -> str:
        values = {"by": self.by.value, "first": str(self.first), "last": str(self.last)}
        return urlencode(values | ({"read_by": self.read_by} if self.read_by else {}))


def parse_query(request: HttpRequest) -> tuple[TrendsForm, list[str], ChartQuery]:
    """Return the form, the versions that rescored photos of the person, and what to show."""
    person = person_of(request)
    versions = selectors.rescoring_versions(owner=person)
    form = TrendsForm(request.GET, today=today_in(zone_of(request, person)), versions=versions)
    return form, versions, ChartQuery(*form.span(), form.read_by_version())


def span_links(today: date, query: ChartQuery) -> Iterator[FilterLink]:
    """Yield links to the preset spans up to today."""
    for days, by, label in PRESETS:
        start = today - timedelta(days=days - 1)
        target = replace(query, by=by, first=start, last=today)
        yield FilterLink(str(label), target.urlencode(), current=target == query)


def version_links(versions: list[str], query: ChartQuery) -> Iterator[FilterLink]:
    """Yield links to the original answers and to each version that rescored photos, if any did."""
    for name in ["", *versions] if versions else []:
        label = _("Read again by %(name)s") % {"name": name} if name else _("As it was answered")
        target = replace(query, read_by=name)
        yield FilterLink(str(label), target.urlencode(), current=target == query)


@login_required
@require_safe
@heavy(limit="chart")
def trends_page(request: HttpRequest) -> HttpResponse:
    """Show the charts of a span of days."""
    person = person_of(request)
    form, versions, query = parse_query(request)
    context: dict[str, Any] = {
        "form": form,
        "span_links": list(span_links(form.today, query)),
        "version_links": list(version_links(versions, query)),
        "feelings": list(Feeling),
        "year": query.last.year,
        "week": query.last,
        "month": query.last.replace(day=1),
    }
    moments = count_up_to_enough(person)
    in_span = count_up_to_enough(person, first=query.first, last=query.last)
    if moments < MIN_ENTRIES:
        context["beginning"] = captions.too_few_for_charts(moments)
    elif in_span < MIN_ENTRIES:
        context["too_few"] = captions.too_few_in_span(in_span)
    else:
        context["charts"] = with_csv_urls(load_charts(person, query), query)
        pairs = partings.load_pairs(owner=person, first=query.first, last=query.last)
        context["seen"] = partings.sentences(pairs)
    return render(request, "emotions/trends.html", context)


def count_up_to_enough(person: User, *, first: date | None = None, last: date | None = None) -> int:
    """Count the moments of a person, or of some of their days, up to those that charts need."""
    return selectors.history(owner=person, first=first, last=last)[:MIN_ENTRIES].count()


def load_charts(person: User, query: ChartQuery) -> list[Chart]:
    """Return the charts of a span of days; beyond `patterns.MAX_SPAN` only those over time."""
    by, first, last, read_by = query.by, query.first, query.last, query.read_by
    periods = trends.load_periods(owner=person, by=by, first=first, last=last, read_by=read_by)
    if last - first >= patterns.MAX_SPAN:
        return [
            charts.feelings_over_time(periods, by=by),
            charts.sentiment_over_time(periods, by=by, changes=[]),
        ]
    moments = patterns.load_moments(owner=person, first=first, last=last, read_by=read_by)
    changes = patterns.network_changes(moments)
    of_moments = [
        charts.felt_beside_detected(*patterns.felt_and_detected(moments)),
        charts.hours_of_week(
            patterns.by_hour_of_week(moments),
            patterns.weekday_means(moments, enough=wording.MIN_ENTRIES),
        ),
        charts.effects_of_tags(patterns.tag_effects(moments)),
    ]
    if moments.are_latest:
        of_moments = [charts.of_latest(chart, len(moments)) for chart in of_moments]
    return [
        charts.feelings_over_time(periods, by=by),
        charts.sentiment_over_time(periods, by=by, changes=changes),
        charts.distribution(trends.merge(periods).feelings),
        *of_moments,
    ]


def with_csv_urls(charts_shown: list[Chart], query: ChartQuery) -> list[tuple[Chart, str]]:
    """Return each chart with the URL of its table as a CSV file."""
    return [
        (chart, f"{reverse('emotions:trends_csv', args=[chart.name])}?{query.urlencode()}")
        for chart in charts_shown
    ]


@login_required
@require_safe
@heavy(limit="chart")
def trends_csv(request: HttpRequest, name: str) -> HttpResponse:
    """Send the table of one chart of a span of days as a CSV file."""
    _form, _versions, query = parse_query(request)
    return csv_response(load_charts(person_of(request), query), name)


@login_required
@require_safe
@heavy(limit="chart")
def year(request: HttpRequest, number: int) -> HttpResponse:
    """Show a year as a grid of days, a month in each column."""
    person, today = person_of(request), today_in(zone_of(request, person_of(request)))
    days = load_year(person, number, today)
    chart = charts.year_of_days(days, year=number)
    context = {
        "year": number,
        "months": [date(number, month, 1) for month in range(1, 13)],
        "rows": [
            [(cell, wording.day_in_words(cell.day) if cell and cell.day else "") for cell in row]
            for row in calendars.rows_of_year(number, days, today=today)
        ],
        "before": number - 1 if number > FIRST_YEAR else None,
        "after": number + 1 if number < today.year else None,
        "chart": chart,
        "csv": reverse("emotions:year_csv", args=[number]),
    }
    return render(request, "emotions/year.html", context)


@login_required
@require_safe
@heavy(limit="chart")
def year_csv(request: HttpRequest, number: int) -> HttpResponse:
    """Send the days of a year as a CSV file."""
    person = person_of(request)
    days = load_year(person, number, today_in(zone_of(request, person)))
    return csv_response([charts.year_of_days(days, year=number)], "year")


def load_year(person: User, number: int, today: date) -> dict[date, CalendarDay]:
    """Return the days of a year that have moments.

    Raises:
        Http404: the year is in the future, or before `FIRST_YEAR`.
    """
    if not FIRST_YEAR <= number <= today.year:
        raise Http404
    return calendars.load_days(owner=person, first=date(number, 1, 1), last=date(number, 12, 31))


@login_required
@require_safe
@heavy(limit="chart")
def review(request: HttpRequest, span: str, on: date) -> HttpResponse:
    """Show a week or a month in review, fit to be printed."""
    if span not in REVIEWABLE_SPANS:
        raise Http404
    person, kind = person_of(request), Span(span)
    found = reviews.review(owner=person, span=kind, on=on)
    whole, today = found.whole, today_in(zone_of(request, person))
    chart = charts.feelings_over_time(found.periods, by=Span.DAY)
    context = {
        "title": wording.review_title(kind, whole),
        "sentence": wording.review_summary(whole, days=len(found.days)),
        "comparison": wording.compare_with_previous(kind, whole, found.before),
        "sentiment": wording.sentiment_label(whole.sentiment) if whole.sentiment else "",
        "chart": chart,
        "feelings": list(Feeling),
        "tags": found.tags,
        "days": [
            {
                "date": on,
                "faces": day.faces,
                "is_unsure": day.is_unsure,
                "sentence": wording.day_in_words(day),
                "items": [presentation.item(capture) for capture in found.noted_on(on)],
                "more": found.notes_left_out_on(on),
            }
            for on, day in found.days.items()
        ],
        "span": span,
        "before": found.before.first if found.before.first >= FIRST_DAY else None,
        "after": whole.last + timedelta(days=1) if whole.last < today else None,
    }
    return render(request, "emotions/review.html", context)


def csv_response(available: list[Chart], name: str) -> HttpResponse:
    """Return the table of one of several charts as a CSV file.

    Raises:
        Http404: none of them has that name.
    """
    chart: Chart | None = next((chart for chart in available if chart.name == name), None)
    if chart is None:
        raise Http404
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{chart.name}.csv"'
    writer = csv.writer(response)
    writer.writerow(chart.columns)
    for row in chart.rows:
        writer.writerow(map(escape_formula, row))
    return response
