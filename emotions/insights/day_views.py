"""The pages of days: today, any other day, and the history."""

import itertools
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import person_of, zone_of
from common.time_zones import today_in
from emotions.captures import presentation, selectors
from emotions.captures.days import Day, load_day
from emotions.captures.forms import HistoryFilter
from emotions.insights import baseline, charts, day_sentences, trends, wording
from emotions.insights.trends import Span
from emotions.insights.views import ChartQuery, with_csv_urls
from emotions.models import Feeling
from emotions.models.limits import FIRST_DAY
from emotions.offline.headers import available_offline

PAGE_SIZE = 24
MOMENTS_ON_DAY_PAGE = 60
DAYS_ON_CHART = 30
MAX_DAYS_ON_CHART = 366
DAYS_CACHED_OFFLINE = 7


@login_required
@available_offline
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Answer "what is the mood of today" and "what is the sentiment"."""
    person = person_of(request)
    return show_day(request, load_day(owner=person, on=today_in(zone_of(request, person))))


@login_required
@available_offline
@require_GET
def day(request: HttpRequest, on: date) -> HttpResponse:
    """Show the mood and the captures of any day."""
    return show_day(request, load_day(owner=person_of(request), on=on))


def show_day(request: HttpRequest, day: Day) -> HttpResponse:
    """Render a day: its mood, how that was computed, and a page of its captures in order."""
    person = person_of(request)
    today = today_in(zone_of(request, person))
    page = Paginator(day.captures, MOMENTS_ON_DAY_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "day": day,
        "page": page,
        "is_today": day.date == today,
        "day_before": day.date - timedelta(days=1) if day.date > FIRST_DAY else None,
        "day_after": day.date + timedelta(days=1) if day.date < today else None,
        "sentence": day_sentences.day_sentence(day, is_today=day.date == today),
        "parting": day_sentences.parting_sentence(day.threads),
        "threads": [
            (_("Looked"), day.threads.looked.most_common()),
            (_("Felt"), day.threads.felt.most_common()),
        ],
        "items": [presentation.item(capture) for capture in page],
        "mood": day.mood,
    }
    if day.date == today:
        context["offline_urls"] = offline_urls(person, today)
        context["streak"] = wording.streak_sentence(baseline.streak(owner=person, today=today))
    if day.mood:
        weeks = baseline.baseline_before(owner=person, on=day.date)
        context["comparison"] = wording.compare_with_baseline(day.mood, weeks)
        context["sentiment"] = wording.sentiment_label(day.mood.sentiment)
        context["explanation"] = day_sentences.explain_mood(day.mood)
    return render(request, "emotions/day.html", context)


def offline_urls(person: User, today: date) -> list[str]:
    """Return the pages that the service worker caches ahead, to be read offline."""
    pages = [reverse(f"emotions:{name}") for name in ("history", "capture", "words")]
    recent = selectors.days_with_captures(
        owner=person,
        first=today - timedelta(days=DAYS_CACHED_OFFLINE),
        last=today - timedelta(days=1),
    )
    return pages + [reverse("emotions:day", args=[on]) for on in recent]


@login_required
@available_offline
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """Show captures, newest first and filtered, under a chart of their days."""
    person = person_of(request)
    form = HistoryFilter(request.GET, owner=person)
    selection = form.selection()
    page = Paginator(selectors.history(owner=person, **selection), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    words = selection.get("words", "")
    items = [presentation.item(capture, words=words) for capture in page]
    days = [
        {"date": on, "items": list(group)}
        for on, group in itertools.groupby(items, key=lambda item: item.local_date)
    ]
    today = today_in(zone_of(request, person))
    last = selection.get("last") or max(today, selection.get("first", today))
    first = selection.get("first", last - timedelta(days=DAYS_ON_CHART - 1))
    first = max(first, last - timedelta(days=MAX_DAYS_ON_CHART - 1))
    periods = trends.load_periods(owner=person, by=Span.DAY, first=first, last=last)
    chart = charts.feelings_over_time(periods, by=Span.DAY)
    [(chart, csv_url)] = with_csv_urls([chart], ChartQuery(Span.DAY, first, last))
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
        "csv": csv_url,
        "feelings": list(Feeling),
    }
    return render(request, "emotions/history.html", context)


def query_with(request: HttpRequest, **changes: str) -> str:
    """Return the query string of the request with some values changed and empty ones left out."""
    values = request.GET.dict() | changes
    if "view" in changes:
        values.pop("page", None)
    return urlencode({name: value for name, value in values.items() if value})


@login_required
@require_GET
def agreement(request: HttpRequest) -> HttpResponse:
    """Show how often what was detected is what the person felt."""
    rows = baseline.self_agreement(owner=person_of(request))
    context = {
        "rows": rows,
        "said": sum(row.total for row in rows),
        "agreed": sum(row.agreed for row in rows),
    }
    return render(request, "emotions/agreement.html", context)
