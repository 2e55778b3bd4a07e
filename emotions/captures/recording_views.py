"""Consent, and the pages that record a moment."""

from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid5
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.consents import (
    ConsentRequiredError,
    give_consent,
    has_consent,
    standing_consent,
    withdraw_consent,
)
from accounts.models import Consent, User
from accounts.requests import person_of, zone_of
from common.content_security import allows_wasm
from common.imaging.images import MAX_BYTES, ImageError, taken_at
from common.time_zones import today_in
from emotions.captures import presentation, recording
from emotions.captures.errors import CaptureDeletedError, NoFaceError, RequestConflictError
from emotions.captures.forms import CaptureForm, ConsentForm, WordsForm, lived_moment
from emotions.captures.presentation import Item
from emotions.models import Capture, Feeling
from emotions.offline.headers import available_offline
from emotions.pictures.errors import STATUSES, error_message
from emotions.preferences.selectors import reads_on_device
from emotions.preferences.ways import Way, last_way, remember_way
from emotions.quotas.decorators import counted_by, heavy
from emotions.quotas.errors import MomentsQuotaError, PicturesQuotaError, TagsQuotaError
from emotions.quotas.wording import no_room_for_pictures, too_many_moments, too_many_tags
from ml.metrics.answer_sets import NO_MASS
from ml.registry import active_version


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest) -> HttpResponse:
    """Ask for consent before the first photo, and let the person withdraw it."""
    person, kind = person_of(request), Consent.Kind.USE
    if "withdraw" in request.POST:
        withdraw_consent(person=person, kind=kind)
        messages.success(request, _("You withdrew your consent. No more photos will be read."))
        return redirect("emotions:consent")
    form = ConsentForm(request.POST if request.method == "POST" else None)
    next_url = request.POST.get("next") or request.GET.get("next") or reverse("emotions:capture")
    if not url_has_allowed_host_and_scheme(next_url, {request.get_host()}, request.is_secure()):
        next_url = reverse("emotions:capture")
    if request.method == "POST" and form.is_valid():
        give_consent(person=person, kind=kind)
        return redirect(next_url)
    context = {
        "form": form,
        "next": next_url,
        "consent": standing_consent(person=person, kind=kind),
        "consented": has_consent(person=person, kind=kind),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "emotions/consent.html", context, status=status)


def redirect_to_consent(path: str) -> HttpResponseRedirect:
    """Redirect to the consent page, which leads to a page of ours then."""
    return redirect(f"{reverse('emotions:consent')}?{urlencode({'next': path})}")


@login_required
@allows_wasm
@available_offline
@require_http_methods(["GET", "HEAD", "POST"])
@heavy(limit="capture", methods=("POST",), charts=False)
def capture(request: HttpRequest) -> HttpResponse:
    """Record a photo."""
    person = person_of(request)
    if not has_consent(person=person, kind=Consent.Kind.USE):
        return redirect_to_consent(request.path)
    context: dict[str, Any] = {
        "feelings": list(Feeling),
        "viewfinder_first": last_way(request) == Way.CAMERA,
        "reads_here": reads_on_device(owner=person),
    }
    if request.method != "POST":
        return render(request, "emotions/capture.html", {"form": CaptureForm(), **context})

    if len(request.FILES.getlist("photo")) > 1:
        return capture_several(request)
    form = CaptureForm(request.POST, request.FILES)
    status, outcome = HTTPStatus.UNPROCESSABLE_ENTITY, None
    if form.is_valid():
        try:
            recorded = record(person, form, request)
        except ConsentRequiredError:
            return redirect_to_consent(request.path)
        except ImageError as error:
            form.refuse(error)
            status = STATUSES[error.code]
        except CaptureDeletedError:
            form = CaptureForm()
            messages.warning(request, _("That moment was deleted. You can add a new one."))
            status = HTTPStatus.GONE
        except PicturesQuotaError:
            form.add_error("photo", no_room_for_pictures())
            status = HTTPStatus.FORBIDDEN
        except MomentsQuotaError:
            form.add_error("photo", too_many_moments())
            status = HTTPStatus.TOO_MANY_REQUESTS
        except NoFaceError:
            outcome = "no_face"
        else:
            remember_way(request, Way(form.cleaned_data["source"]))
            return redirect("emotions:capture_detail", recorded.uuid)
    context |= {"form": form, "outcome": outcome}
    return render(request, "emotions/capture.html", context, status=status)


def record(
    person: User, form: CaptureForm, request: HttpRequest, *, dated: bool = False
) -> Capture:
    """Record the photo of a form; another photo in a form that was sent before is a new moment.

    Args:
        dated: it was taken when it says, if it says so, and not just now.
    """
    photo, zone = form.cleaned_data["photo"].read(MAX_BYTES + 1), zone_of(request, person)
    moment: dict[str, Any] = {
        "owner": person,
        "photo": photo,
        "source": form.cleaned_data["source"],
        "time_zone": zone,
        "taken_at": moment_of_photo(photo, zone) if dated else None,
        "keep_without_face": "keep_without_face" in request.POST,
        "me": form.me(),
        "turn": form.cleaned_data["turn"] or 0,
    }
    try:
        return recording.record_capture(**moment, uuid=form.cleaned_data["client_uuid"])
    except RequestConflictError:
        return recording.record_capture(**moment)


@dataclass(frozen=True, slots=True)
class PhotoOutcome:
    """What became of one of several photos: a moment, or the reason why there is none."""

    name: str
    item: Item | None = None
    reason: str = ""
    no_face: bool = False


def capture_several(request: HttpRequest) -> HttpResponse:
    """Record the photos of one form, and show what became of each; scripts send them singly."""
    try:
        outcomes = record_each(request)
    except ConsentRequiredError:
        return redirect_to_consent(request.path)
    return render(request, "emotions/several.html", {"outcomes": outcomes})


def record_each(request: HttpRequest) -> list[PhotoOutcome]:
    """Record each photo of a form, at the time at which it says it was taken.

    The same form sent again records nothing twice.

    Raises:
        ConsentRequiredError: the person has not consented to the current text.
    """
    outcomes = []
    for number, photo in enumerate(request.FILES.getlist("photo")):
        form = CaptureForm(request.POST, MultiValueDict({"photo": [photo]}))
        name = str(photo.name)
        if not form.is_valid():
            reason = " ".join(str(text) for texts in form.errors.values() for text in texts)
            outcomes.append(PhotoOutcome(name, reason=reason))
            continue
        form.cleaned_data["client_uuid"] = uuid5(form.cleaned_data["client_uuid"], str(number))
        try:
            recorded = record(person_of(request), form, request, dated=True)
        except NoFaceError:
            outcomes.append(PhotoOutcome(name, reason=no_face_found(), no_face=True))
        except ImageError as error:
            outcomes.append(PhotoOutcome(name, reason=error_message(error.code, error.found)))
        except CaptureDeletedError:
            outcomes.append(PhotoOutcome(name, reason=_("You deleted this moment.")))
        except PicturesQuotaError:
            outcomes.append(PhotoOutcome(name, reason=no_room_for_pictures()))
        except MomentsQuotaError:
            outcomes.append(PhotoOutcome(name, reason=too_many_moments()))
        else:
            outcomes.append(PhotoOutcome(name, item=presentation.item(recorded)))
    return outcomes


def no_face_found() -> str:
    return _("We couldn't find a face in this photo. Nothing was saved.")


def moment_of_photo(photo: bytes, zone: str) -> datetime | None:
    """Return when a photo says it was taken by the clocks of a zone, if that can have been."""
    clock = taken_at(photo)
    try:
        return clock and lived_moment(clock, ZoneInfo(zone))
    except ValidationError:
        return None


@login_required
@allows_wasm
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Show what the camera sees and what faces in it express, storing nothing."""
    person = person_of(request)
    if not has_consent(person=person, kind=Consent.Kind.USE):
        return redirect_to_consent(request.path)
    card = active_version().card
    context = {
        "form": CaptureForm(initial={"source": Capture.Source.LIVE}),
        "feelings": list(Feeling),
        "unsure_below": card["unsure_below"],
        "set_mass": card.get("set_mass", NO_MASS),
        "reads_here": reads_on_device(owner=person),
    }
    return render(request, "emotions/live.html", context)


@login_required
@available_offline
@require_http_methods(["GET", "HEAD", "POST"])
@counted_by("capture", methods=("POST",))
def words(request: HttpRequest, on: date | None = None) -> HttpResponse:
    """Record a moment without a photo, of now or of an earlier day."""
    person = person_of(request)
    zone = zone_of(request, person)
    if on and on > today_in(zone):
        raise Http404
    form = WordsForm(request.POST if request.method == "POST" else None, zone=zone, on=on)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            recorded = recording.record_capture(
                owner=person,
                source=Capture.Source.MANUAL,
                time_zone=zone,
                taken_at=form.cleaned_data["taken_at"],
                self_report=form.self_report(),
            )
        except MomentsQuotaError:
            form.add_error(None, too_many_moments())
            status = HTTPStatus.TOO_MANY_REQUESTS
        except TagsQuotaError:
            form.add_error("tags", too_many_tags())
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        else:
            if on is None:
                remember_way(request, Way.WORDS)
            messages.success(request, _("Saved."))
            return redirect("emotions:capture_detail", recorded.uuid)
    context = {
        **presentation.choices(form, owner=person),
        "form": form,
        "on": on,
    }
    return render(request, "emotions/words.html", context, status=status)
