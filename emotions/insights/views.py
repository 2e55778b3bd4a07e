"""Moods over time: charts of some days, of a year, and reviews to print."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import person_of, zone_of
from common.spreadsheets import escape_formula
from common.time_zones import today_in
from emotions.captures import presentation, selectors
from emotions.insights import charts, patterns, reviews, trends, wording
from emotions.insights.charts import Chart
from emotions.insights.forms import TrendsForm
from emotions.insights.trends import Span
from emotions.models import Feeling

FIRST_YEAR = 1900
REVIEWED = {Span.WEEK, Span.MONTH}
SPANS = [
    (30, Span.DAY, _("30 days")),
    (90, Span.WEEK, _("90 days")),
    (365, Span.MONTH, _("12 months")),
]
"""The days that are one tap away, how they are cut, and what they are called."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Days that are one tap away."""

    label: str
    query: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What charts show.

    Attributes:
        read_by: name of the version that read kept photos again; empty for what was answered.
    """

    by: Span
    first: date
    last: date
    read_by: str = ""

    @property
    def query(self) -> str:
        """What an address asks for it with."""
        asked = {"by": self.by.value, "first": str(self.first), "last": str(self.last)}
        return urlencode(asked | ({"read_by": self.read_by} if self.read_by else {}))


def shown_to(request: HttpRequest) -> tuple[TrendsForm, list[str], Shown]:
    """Return the form, the versions that read photos of the person again, and what is shown."""
    person = person_of(request)
    versions = selectors.rescoring_versions(owner=person)
    form = TrendsForm(request.GET, today=today_in(zone_of(request, person)), versions=versions)
    return form, versions, Shown(*form.span(), form.read_by_version())


def choices(today: date, shown: Shown) -> Iterator[Choice]:
    """Yield the spans up to today, telling which of them is shown."""
    for days, cut, label in SPANS:
        start = today - timedelta(days=days - 1)
        one = replace(shown, by=cut, first=start, last=today)
        yield Choice(str(label), one.query, chosen=one == shown)


def readings(versions: list[str], shown: Shown) -> Iterator[Choice]:
    """Yield what charts can go by, where a version read photos again."""
    for name in ["", *versions] if versions else []:
        label = _("Read again by %(name)s") % {"name": name} if name else _("As it was answered")
        yield Choice(str(label), replace(shown, read_by=name).query, chosen=name == shown.read_by)


@login_required
@require_GET
def trends_page(request: HttpRequest) -> HttpResponse:
    """Show every chart of some days."""
    person = person_of(request)
    form, versions, shown = shown_to(request)
    context = {
        "form": form,
        "choices": list(choices(form.today, shown)),
        "readings": list(readings(versions, shown)),
        "charts": with_files(charts_of(person, shown), shown),
        "feelings": list(Feeling),
        "year": shown.last.year,
        "week": shown.last,
        "month": shown.last.replace(day=1),
        "empty": not selectors.history(owner=person).exists(),
    }
    return render(request, "emotions/trends.html", context)


def charts_of(person: User, shown: Shown) -> list[Chart]:
    """Return the charts of some days; of more than a year only those over time."""
    by, first, last, read_by = shown.by, shown.first, shown.last, shown.read_by
    periods = trends.trend(owner=person, by=by, first=first, last=last, read_by=read_by)
    if last - first >= patterns.LONGEST:
        return [
            charts.feelings_over_time(periods, by=by),
            charts.sentiment_over_time(periods, by=by, changes=[]),
        ]
    moments = patterns.read(owner=person, first=first, last=last, read_by=read_by)
    changes = patterns.changes_of_network(moments)
    return [
        charts.feelings_over_time(periods, by=by),
        charts.sentiment_over_time(periods, by=by, changes=changes),
        charts.distribution(patterns.distribution(moments)),
        charts.felt_beside_detected(*patterns.felt_and_looked(moments)),
        charts.hours_of_week(patterns.by_hour_of_week(moments)),
        charts.effects_of_tags(patterns.tag_effects(moments, owner=person)),
    ]


def with_files(found: list[Chart], shown: Shown) -> list[tuple[Chart, str]]:
    """Return each chart of some days with the address of its table as a file."""
    return [
        (chart, f"{reverse('emotions:trends_csv', args=[chart.name])}?{shown.query}")
        for chart in found
    ]


@login_required
@require_GET
def trends_csv(request: HttpRequest, name: str) -> HttpResponse:
    """Answer the table of one chart of some days as a file."""
    _form, _versions, shown = shown_to(request)
    return as_csv(charts_of(person_of(request), shown), name)


@login_required
@require_GET
def year(request: HttpRequest, number: int) -> HttpResponse:
    """Show a year in pixels."""
    person, today = person_of(request), today_in(zone_of(request, person_of(request)))
    chart = chart_of_year(person, number, today)
    context = {
        "year": number,
        "before": number - 1 if number > FIRST_YEAR else None,
        "after": number + 1 if number < today.year else None,
        "chart": chart,
        "csv": reverse("emotions:year_csv", args=[number]),
        "feelings": list(Feeling),
    }
    return render(request, "emotions/year.html", context)


@login_required
@require_GET
def year_csv(request: HttpRequest, number: int) -> HttpResponse:
    """Answer the table of a year in pixels as a file."""
    person = person_of(request)
    today = today_in(zone_of(request, person))
    return as_csv([chart_of_year(person, number, today)], "year")


def chart_of_year(person: User, number: int, today: date) -> Chart:
    """Return a year in pixels, or answer 404 where it is still to come."""
    if not FIRST_YEAR <= number <= today.year:
        raise Http404
    first, last = date(number, 1, 1), date(number, 12, 31)
    days = patterns.by_day(patterns.read(owner=person, first=first, last=last))
    return charts.year_in_pixels(days, year=number)


@login_required
@require_GET
def review(request: HttpRequest, span: str, on: date) -> HttpResponse:
    """Show a week or a month to look back over, on paper too."""
    if span not in REVIEWED:
        raise Http404
    person, kind = person_of(request), Span(span)
    try:
        told = reviews.review(owner=person, span=kind, on=on)
    except OverflowError as error:
        raise Http404 from error
    whole, today = told.whole, today_in(zone_of(request, person))
    chart = charts.feelings_over_time(told.periods, by=Span.DAY)
    context = {
        "title": wording.title_of_review(kind, whole),
        "sentence": wording.sum_of_review(whole, days=len(told.days)),
        "beside": wording.beside_the_one_before(kind, whole, told.before),
        "sentiment": wording.sentiment_label(whole.sentiment) if whole.sentiment else "",
        "chart": chart,
        "feelings": list(Feeling),
        "tags": told.tags,
        "days": [
            {
                "date": on,
                "pixel": pixel,
                "sentence": wording.sum_of_day(pixel),
                "items": [presentation.item(capture) for capture in told.noted_on(on)],
            }
            for on, pixel in told.days.items()
        ],
        "span": span,
        "before": told.before.first,
        "after": whole.last + timedelta(days=1) if whole.last < today else None,
    }
    return render(request, "emotions/review.html", context)


def as_csv(found: list[Chart], name: str) -> HttpResponse:
    """Return the table of a chart as a file that no spreadsheet takes for formulas."""
    chart: Chart | None = next((chart for chart in found if chart.name == name), None)
    if chart is None:
        raise Http404
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{chart.name}.csv"'
    writer = csv.writer(response)
    writer.writerow(chart.columns)
    for row in chart.rows:
        writer.writerow(map(escape_formula, row))
    return response
