"""The pages of the person's way: landing, consent, capture, result, today, history."""

import itertools
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.consents import ConsentRequiredError, give_consent, has_consent
from accounts.models import Consent, User
from emotions import pictures, presentation, selectors, services, wording
from emotions.forms import CaptureForm, ConsentForm, HistoryFilter
from emotions.models import Capture, Feeling
from emotions.photo_errors import STATUSES
from emotions.zones import today_in, zone_of
from ml.images import MAX_BYTES, ImageError
from ml.registry import active_version

CAPTURES_A_PAGE = 24
DAYS_ON_CHART = 30
MOST_DAYS_ON_CHART = 366


def person_of(request: HttpRequest) -> User:
    """Return the signed-in person of a request behind `login_required`."""
    assert isinstance(request.user, User)  # noqa: S101 - narrows the type
    return request.user


def own_capture(request: HttpRequest, uuid: UUID) -> Capture:
    """Return the signed-in person's capture; somebody else's answers 404 like one that is not."""
    return get_object_or_404(selectors.history(owner=person_of(request)), uuid=uuid)


@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    """Say what the site is; who is signed in goes on to their day."""
    if request.user.is_authenticated:
        return redirect("emotions:today")
    return render(request, "emotions/landing.html", {"feelings": list(Feeling)})


@login_required
@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest) -> HttpResponse:
    """Ask for consent before the first photo."""
    form = ConsentForm(request.POST if request.method == "POST" else None)
    onward = request.POST.get("next") or request.GET.get("next") or reverse("emotions:capture")
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, request.is_secure()):
        onward = reverse("emotions:capture")
    if request.method == "POST" and form.is_valid():
        give_consent(person=person_of(request), kind=Consent.Kind.USE)
        return redirect(onward)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "emotions/consent.html", {"form": form, "next": onward}, status=status)


def ask_consent(request: HttpRequest) -> HttpResponseRedirect:
    """Send the person to the consent page and back here afterwards."""
    return redirect(f"{reverse('emotions:consent')}?{urlencode({'next': request.path})}")


@login_required
@require_http_methods(["GET", "POST"])
def capture(request: HttpRequest) -> HttpResponse:
    """Take a photo in and show what it expresses."""
    person = person_of(request)
    if not has_consent(person=person, kind=Consent.Kind.USE):
        return ask_consent(request)
    if request.method == "GET":
        return render(request, "emotions/capture.html", {"form": CaptureForm()})

    form = CaptureForm(request.POST, request.FILES)
    status, outcome = HTTPStatus.UNPROCESSABLE_ENTITY, None
    if form.is_valid():
        try:
            recorded = record(person, form, request)
        except ConsentRequiredError:
            return ask_consent(request)
        except ImageError as error:
            form.refuse(error.code)
            status = STATUSES[error.code]
        except services.CaptureDeletedError:
            form = CaptureForm()
            messages.warning(request, _("That moment was deleted. You can add a new one."))
            status = HTTPStatus.GONE
        except services.NoFaceError:
            outcome = "no_face"
        else:
            return redirect("emotions:capture_detail", recorded.uuid)
    return render(
        request, "emotions/capture.html", {"form": form, "outcome": outcome}, status=status
    )


def record(person: User, form: CaptureForm, request: HttpRequest) -> Capture:
    """Record what the form says; another photo in a form that was sent before is another moment."""
    moment: dict[str, Any] = {
        "owner": person,
        "photo": form.cleaned_data["photo"].read(MAX_BYTES + 1),
        "source": form.cleaned_data["source"],
        "time_zone": zone_of(request, person),
        "keep_without_face": "keep_without_face" in request.POST,
    }
    try:
        return services.record_capture(**moment, uuid=form.cleaned_data["client_uuid"])
    except services.RequestConflictError:
        return services.record_capture(**moment)


@login_required
@require_GET
def capture_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show one capture: the photo with its faces and all seven probabilities."""
    found = own_capture(request, uuid)
    return render(request, "emotions/result.html", presentation.result(found))


@login_required
@require_http_methods(["GET", "POST"])
def capture_delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask, then delete a capture with its photo and numbers."""
    found = own_capture(request, uuid)
    if request.method == "POST":
        services.purge_capture(capture=found)
        messages.success(request, _("Deleted, with its photo and numbers."))
        return redirect("emotions:history")
    context = {"item": presentation.item(found)}
    return render(request, "emotions/confirm_delete.html", context)


@login_required
@require_GET
def capture_photo(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """Send the photo to its owner."""
    return pictures.respond(request, own_capture(request, uuid).photo)


@login_required
@require_GET
def capture_thumbnail(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """Send the thumbnail to the owner of its photo."""
    return pictures.respond(request, own_capture(request, uuid).small_picture)


@login_required
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Answer "what is the mood of today" and "what is the sentiment"."""
    person = person_of(request)
    return show_day(request, selectors.day(owner=person, on=today_in(zone_of(request, person))))


@login_required
@require_GET
def day(request: HttpRequest, on: date) -> HttpResponse:
    """Show the mood and the captures of any one day."""
    return show_day(request, selectors.day(owner=person_of(request), on=on))


def show_day(request: HttpRequest, shown: selectors.Day) -> HttpResponse:
    """Show a day's mood, its captures in order, and how the mood was computed."""
    now = today_in(zone_of(request, person_of(request)))
    context: dict[str, Any] = {
        "day": shown,
        "is_today": shown.date == now,
        "day_before": shown.date - timedelta(days=1),
        "day_after": shown.date + timedelta(days=1) if shown.date < now else None,
        "sentence": wording.sentence_of_day(shown, is_today=shown.date == now),
        "items": [presentation.item(captured) for captured in shown.captures],
        "mood": shown.mood,
    }
    if shown.mood:
        context["sentiment"] = wording.sentiment_label(shown.mood.sentiment)
        context["how_computed"] = wording.how_computed(shown.mood)
    return render(request, "emotions/day.html", context)


@login_required
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """Show captures, newest first and filtered, under a chart of their days."""
    person = person_of(request)
    form = HistoryFilter(request.GET)
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
    counts = selectors.feelings_by_day(owner=person, first=first, last=last)
    context = {
        "form": form,
        "filtered": bool(selection),
        "gallery": request.GET.get("view") == "gallery",
        "gallery_query": query_with(request, view="gallery"),
        "list_query": query_with(request, view=""),
        "page_query": query_with(request, page=""),
        "page": page,
        "days": days,
        "chart": presentation.mood_chart(counts),
        "caption": wording.caption_of_chart(counts),
        "feelings": list(Feeling),
    }
    return render(request, "emotions/history.html", context)


def query_with(request: HttpRequest, **changes: str) -> str:
    """Return the query of this address with some values set and empty ones left out."""
    values = request.GET.dict() | changes
    if "view" in changes:
        values.pop("page", None)
    return urlencode({name: value for name, value in values.items() if value})


@require_GET
def model_card(request: HttpRequest) -> HttpResponse:
    """Show what the network is and how well it reads faces, by its own figures."""
    return render(request, "emotions/model_card.html", presentation.model_card(active_version()))
