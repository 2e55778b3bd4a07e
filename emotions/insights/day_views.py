"""Today, other days, and history."""

import itertools
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import person_of, zone_of
from common.time_zones import today_in
from emotions.captures import presentation, selectors
from emotions.captures.forms import HistoryFilter
from emotions.insights import baseline, charts, trends, wording
from emotions.insights.trends import Span
from emotions.insights.views import Shown, with_files
from emotions.models import Feeling
from emotions.offline.headers import available_offline

CAPTURES_A_PAGE = 24
DAYS_ON_CHART = 30
MOST_DAYS_ON_CHART = 366
DAYS_KEPT_AHEAD = 7


@login_required
@available_offline
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Answer "what is the mood of today" and "what is the sentiment"."""
    person = person_of(request)
    return show_day(request, selectors.day(owner=person, on=today_in(zone_of(request, person))))


@login_required
@available_offline
@require_GET
def day(request: HttpRequest, on: date) -> HttpResponse:
    """Show the mood and the captures of any one day."""
    return show_day(request, selectors.day(owner=person_of(request), on=on))


def show_day(request: HttpRequest, shown: selectors.Day) -> HttpResponse:
    """Show a day's mood, its captures in order, and how the mood was computed."""
    person = person_of(request)
    now = today_in(zone_of(request, person))
    context: dict[str, Any] = {
        "day": shown,
        "is_today": shown.date == now,
        "day_before": shown.date - timedelta(days=1),
        "day_after": shown.date + timedelta(days=1) if shown.date < now else None,
        "sentence": wording.sentence_of_day(shown, is_today=shown.date == now),
        "items": [presentation.item(captured) for captured in shown.captures],
        "mood": shown.mood,
    }
    if shown.date == now:
        context["kept_ahead"] = addresses_to_keep(person, now)
        context["row"] = wording.days_in_a_row(baseline.days_in_a_row(owner=person, today=now))
    if shown.mood:
        weeks = baseline.weeks_before(owner=person, on=shown.date)
        context["beside_usual"] = wording.beside_usual(shown.mood, weeks)
        context["sentiment"] = wording.sentiment_label(shown.mood.sentiment)
        context["how_computed"] = wording.how_computed(shown.mood)
    return render(request, "emotions/day.html", context)


def addresses_to_keep(person: User, now: date) -> list[str]:
    """Return what a browser shall have at hand when there is no connection."""
    pages = [reverse(f"emotions:{name}") for name in ("history", "capture", "words")]
    recent = selectors.days_with_captures(
        owner=person, first=now - timedelta(days=DAYS_KEPT_AHEAD), last=now - timedelta(days=1)
    )
    return pages + [reverse("emotions:day", args=[on]) for on in recent]


@login_required
@available_offline
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """Show captures, newest first and filtered, under a chart of their days."""
    person = person_of(request)
    tags = [tag.name for tag in selectors.tags(owner=person)]
    form = HistoryFilter(request.GET, tags=tags)
    selection = form.selection()
    page = Paginator(selectors.history(owner=person, **selection), CAPTURES_A_PAGE).get_page(
        request.GET.get("page")
    )
    items = [presentation.item(captured) for captured in page]
    days = [
        {"date": on, "items": list(group)}
        for on, group in itertools.groupby(items, key=lambda item: item.local_date)
    ]
    last = selection.get("last", today_in(zone_of(request, person)))
    first = selection.get("first", last - timedelta(days=DAYS_ON_CHART - 1))
    first = max(first, last - timedelta(days=MOST_DAYS_ON_CHART - 1))
    periods = trends.trend(owner=person, by=Span.DAY, first=first, last=last)
    chart = charts.feelings_over_time(periods, by=Span.DAY)
    [(chart, csv)] = with_files([chart], Shown(Span.DAY, first, last))
    context = {
        "form": form,
        "filtered": bool(selection),
        "gallery": request.GET.get("view") == "gallery",
        "gallery_query": query_with(request, view="gallery"),
        "list_query": query_with(request, view=""),
        "page_query": query_with(request, page=""),
        "page": page,
        "days": days,
        "chart": chart,
        "csv": csv,
        "feelings": list(Feeling),
    }
    return render(request, "emotions/history.html", context)


def query_with(request: HttpRequest, **changes: str) -> str:
    """Return the query of this address with some values set and empty ones left out."""
    values = request.GET.dict() | changes
    if "view" in changes:
        values.pop("page", None)
    return urlencode({name: value for name, value in values.items() if value})


@login_required
@require_GET
def agreement(request: HttpRequest) -> HttpResponse:
    """Show how often the network and the person say the same."""
    rows = baseline.agreement(owner=person_of(request))
    context = {
        "rows": rows,
        "said": sum(row.said for row in rows),
        "agreed": sum(row.agreed for row in rows),
    }
    return render(request, "emotions/agreement.html", context)
