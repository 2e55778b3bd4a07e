"""The pages of days: today and any other; and how often readings match."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.requests import person_of, zone_of
from common.time_zones import today_in
from emotions.captures import presentation, selectors
from emotions.captures.days import Day, load_day
from emotions.insights import baseline, day_sentences, partings, wording
from emotions.models.limits import FIRST_DAY
from emotions.offline.headers import available_offline
from emotions.preferences.selectors import get_preferences

MOMENTS_ON_DAY_PAGE = 60
MOMENTS_IN_SIGHT = 6
"""The moments of a day beyond which a link leads to the latest."""
DAYS_CACHED_OFFLINE = 7
DAYS_OF_PARTINGS = 90
"""The days of which Today says where what was felt and what faces looked like part."""
QUESTION_DISMISSED_ON = "question_dismissed_on"
"""In a session, the last day whose question somebody would rather not answer."""


@login_required
@available_offline
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Answer "what is the mood of today" and "what is the sentiment"."""
    person = person_of(request)
    return show_day(request, load_day(owner=person, on=today_in(zone_of(request, person))))


@login_required
@require_POST
def question_dismiss(request: HttpRequest) -> HttpResponse:
    """Ask no more today, on this device."""
    request.session[QUESTION_DISMISSED_ON] = str(today_in(zone_of(request, person_of(request))))
    return redirect("emotions:today")


@login_required
@available_offline
@require_safe
def day(request: HttpRequest, on: date) -> HttpResponse:
    """Show the mood and the captures of any day."""
    return show_day(request, load_day(owner=person_of(request), on=on))


def show_day(request: HttpRequest, day: Day) -> HttpResponse:
    """Render a day: its mood, how that was computed, and a page of its captures in order."""
    person = person_of(request)
    today = today_in(zone_of(request, person))
    page = Paginator(day.captures, MOMENTS_ON_DAY_PAGE).get_page(request.GET.get("page"))
    items = [presentation.item(capture) for capture in page]
    context: dict[str, Any] = {
        "day": day,
        "page": page,
        "is_today": day.date == today,
        "is_past": day.date < today,
        "is_long": day.count > MOMENTS_IN_SIGHT,
        "day_before": day.date - timedelta(days=1) if day.date > FIRST_DAY else None,
        "day_after": day.date + timedelta(days=1) if day.date < today else None,
        "sentence": day_sentences.day_sentence(day, is_today=day.date == today),
        "parting": day_sentences.parting_sentence(day.threads),
        "threads": [
            (_("Looked"), day.threads.looked.most_common()),
            (_("Felt"), day.threads.felt.most_common()),
        ],
        "items": items,
        "mood": day.mood,
    }
    if day.date == today:
        context["offline_urls"] = offline_urls(person, today)
        is_asked = page.number == 1 and request.session.get(QUESTION_DISMISSED_ON) != str(today)
        context |= what_parts(person, today, items if is_asked else [])
        if get_preferences(owner=person).show_streak:
            context["streak"] = wording.streak_sentence(baseline.streak(owner=person, today=today))
    if day.mood:
        weeks = baseline.baseline_before(owner=person, on=day.date)
        context["comparison"] = wording.compare_with_baseline(day.mood, weeks)
        context["sentiment"] = wording.sentiment_label(day.mood.sentiment)
        context["explanation"] = day_sentences.explain_mood(day.mood)
    return render(request, "emotions/day.html", context)


def what_parts(person: User, today: date, items: list[presentation.Item]) -> dict[str, Any]:
    """Return the context of what is felt and what faces look like: a question, and what is seen."""
    first = today - timedelta(days=DAYS_OF_PARTINGS - 1)
    asked = partings.item_to_ask_about(items)
    return {
        "asked": asked,
        "question": partings.question(asked) if asked else "",
        "seen": partings.sentences(partings.load_pairs(owner=person, first=first, last=today)),
    }


def offline_urls(person: User, today: date) -> list[str]:
    """Return the pages that the service worker caches ahead, to be read offline."""
    pages = [reverse(f"emotions:{name}") for name in ("today", "history", "capture", "words")]
    recent = selectors.days_with_captures(
        owner=person,
        first=today - timedelta(days=DAYS_CACHED_OFFLINE),
        last=today - timedelta(days=1),
    )
    return pages + [reverse("emotions:day", args=[on]) for on in recent]


@login_required
@require_safe
def agreement(request: HttpRequest) -> HttpResponse:
    """Show how often what was detected is what the person felt."""
    rows = baseline.self_agreement(owner=person_of(request))
    context = {
        "rows": rows,
        "said": sum(row.total for row in rows),
        "agreed": sum(row.agreed for row in rows),
    }
    return render(request, "emotions/agreement.html", context)
