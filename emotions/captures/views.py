"""The pages of one moment, its pictures, and the trash."""

from contextlib import suppress
from http import HTTPStatus
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.consents import ConsentRequiredError
from accounts.requests import person_of
from emotions.captures import editing, explanations, presentation, selectors
from emotions.captures.editing import Changes
from emotions.captures.errors import (
    EmptyCaptureError,
    KeepsMoreError,
    NoSuchFaceError,
    NothingToTurnError,
    StaleError,
)
from emotions.captures.forms import EditForm, TimeForm, TurnForm
from emotions.captures.purging import TRASH_KEPT_FOR, purge_capture
from emotions.captures.recording_views import redirect_to_consent
from emotions.captures.trash import delete_capture, restore_capture
from emotions.captures.turning import turn_capture
from emotions.captures.wording import UNDO, describe_explanation
from emotions.models import Capture
from emotions.offline.headers import available_offline
from emotions.pictures import responses
from emotions.quotas.decorators import counted_by, heavy
from emotions.quotas.errors import TagsQuotaError
from emotions.quotas.wording import too_many_tags
from ml.inference.card import ModelFileError

TRASH_PAGE_SIZE = 24


def own_capture(request: HttpRequest, uuid: UUID) -> Capture:
    """Return the signed-in person's capture, or raise `Http404`, also for somebody else's."""
    return get_object_or_404(selectors.history(owner=person_of(request)), uuid=uuid)


def render_capture(
    request: HttpRequest,
    capture: Capture,
    form: EditForm,
    status: int = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    context = {
        **presentation.page_context(capture),
        **presentation.choices(form, owner=capture.owner),
        "form": form,
        **more,
    }
    return render(request, "emotions/result.html", context, status=status)


@login_required
@available_offline
@require_safe
def capture_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show the photo with its faces and all seven probabilities."""
    found = own_capture(request, uuid)
    return render_capture(request, found, EditForm.of(found))


@login_required
@require_POST
def capture_edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change the fields that the form sends, and no others; the page sends it as one goes."""
    found = own_capture(request, uuid)
    form = EditForm(request.POST)
    in_place = not request.accepts("text/html")
    if form.is_valid():
        leaving = form.cleaned_data["leaving"]
        if form.overwrites(found) and not leaving:
            conflict = presentation.conflict(found, form)
            return render_capture(request, found, form, HTTPStatus.CONFLICT, conflict=conflict)
        expected = found.sequence if form.cleaned_data["opened_with"] else None
        try:
            if changes := form.joined_changes(found) if leaving else form.changes():
                editing.edit_capture(capture=found, changes=changes, expected=expected)
        except StaleError:  # It changed this very moment: compare with what it says now.
            return capture_edit(request, uuid)
        except EmptyCaptureError:
            form.add_error(None, _("A moment without a photo needs a feeling, a rating or a note."))
        except KeepsMoreError:
            form.add_error("kept", _("What has been deleted can't be brought back."))
        except TagsQuotaError:
            form.add_error("tags", too_many_tags())
        except NoSuchFaceError:
            form.add_error("me", _("That face isn't in this photo."))
        else:
            if in_place:
                return JsonResponse(presentation.saved(own_capture(request, uuid), form))
            messages.success(request, _("Saved."))
            return redirect("emotions:capture_detail", uuid)
    if in_place:
        errors = [error for found_errors in form.errors.values() for error in found_errors]
        return JsonResponse({"errors": errors}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return render_capture(request, found, form, HTTPStatus.UNPROCESSABLE_ENTITY)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def capture_delete(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Move a capture into the trash, after asking."""
    found = own_capture(request, uuid)
    if request.method == "POST":
        delete_capture(capture=found)
        offer_undo(request, [found])
        return redirect("emotions:history")
    context = {"item": presentation.item(found)}
    return render(request, "emotions/confirm_delete.html", context)


@login_required
@require_POST
def bulk_delete(request: HttpRequest) -> HttpResponse:
    """Move the chosen captures into the trash."""
    chosen = selectors.history(owner=person_of(request)).filter(uuid__in=submitted_uuids(request))
    deleted = list(chosen)
    for capture in deleted:
        delete_capture(capture=capture)
    if deleted:
        offer_undo(request, deleted)
    else:
        messages.info(request, _("Choose some moments first."))
    return redirect_to_list()


@login_required
@require_POST
def restore(request: HttpRequest) -> HttpResponse:
    """Bring captures back from the trash."""
    trash = selectors.history(owner=person_of(request), in_trash=True)
    restored = [
        restore_capture(capture=capture)
        for capture in trash.filter(uuid__in=submitted_uuids(request))
    ]
    if len(restored) == 1:
        messages.success(request, _("Restored."))
        return redirect("emotions:capture_detail", restored[0].uuid)
    messages.success(request, _("%(number)d restored.") % {"number": len(restored)})
    return redirect_to_list()


def redirect_to_list() -> HttpResponseRedirect:
    """Redirect to the moments themselves, where several can be chosen."""
    return redirect(f"{reverse('emotions:history')}?view=list")


@login_required
@require_safe
@heavy(limit="chart")
def explanation(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show which part of the face the answer rests on."""
    found = own_capture(request, uuid)
    context = {"capture": found, "item": presentation.item(found), "description": ""}
    with suppress(explanations.NothingToExplainError, ModelFileError):
        context["description"] = describe_explanation(explanations.explain(found))
    return render(request, "emotions/explanation.html", context)


@login_required
@require_safe
@heavy(limit="chart")
def explanation_picture(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """Serve the face with the heat over it."""
    try:
        found = explanations.explain(own_capture(request, uuid))
    except (explanations.NothingToExplainError, ModelFileError) as error:
        raise Http404("There is nothing to explain.") from error
    return responses.make_private(HttpResponse(found.picture, content_type="image/jpeg"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def capture_time(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change when a capture was, in the zone in which it was lived."""
    found = own_capture(request, uuid)
    form = TimeForm(request.POST if request.method == "POST" else None, capture=found)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        moment = form.cleaned_data["taken_at"]
        try:
            if form.overwrites():
                raise StaleError
            editing.edit_capture(
                capture=found, changes=Changes(taken_at=moment), expected=found.sequence
            )
        except StaleError:
            form = TimeForm(capture=own_capture(request, uuid))
            form.initial["taken_at"] = moment.astimezone(form.zone).replace(tzinfo=None)
            status = HTTPStatus.CONFLICT
        else:
            messages.success(request, _("Saved."))
            return redirect("emotions:capture_detail", uuid)
    context = {
        "form": form,
        "item": presentation.item(form.capture),
        "changed_meanwhile": status == HTTPStatus.CONFLICT,
    }
    return render(request, "emotions/time.html", context, status=status)


@login_required
@require_POST
def use_time_of_photo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Move a capture to the time at which its photo says it was taken."""
    found = own_capture(request, uuid)
    if found.clock_of_photo is None:
        raise Http404("The photo says nothing.")
    moment = found.clock_of_photo.replace(tzinfo=ZoneInfo(found.time_zone))
    if moment <= timezone.now():
        editing.edit_capture(capture=found, changes=Changes(taken_at=moment))
        messages.success(request, _("Saved."))
    return redirect("emotions:capture_detail", uuid)


@login_required
@require_POST
@heavy(limit="capture", methods=("POST",), charts=False)
def capture_turn(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Turn the pictures of a capture and read its faces anew; a form sent twice turns once."""
    found = own_capture(request, uuid)
    form = TurnForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choose how to turn the picture first."))
        return redirect("emotions:capture_detail", uuid)
    degrees, sequence = form.cleaned_data["degrees"], form.cleaned_data["sequence"]
    try:
        turn_capture(capture=found, degrees=degrees, expected=sequence)
    except ConsentRequiredError:
        return redirect_to_consent(reverse("emotions:capture_detail", args=[uuid]))
    except StaleError:
        messages.warning(request, _("This moment has changed since. Here's the current version."))
    except NothingToTurnError:
        messages.warning(request, _("This moment has no saved picture to turn."))
    else:
        messages.success(request, _("Turned, and read again."))
    return redirect("emotions:capture_detail", uuid)


@login_required
@require_safe
def trash(request: HttpRequest) -> HttpResponse:
    """List what can still be restored."""
    deleted = selectors.history(owner=person_of(request), in_trash=True)
    newest_first = deleted.order_by("-deleted_at", "-id")
    page = Paginator(newest_first, TRASH_PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "items": [presentation.item(capture) for capture in page],
        "days": TRASH_KEPT_FOR.days,
    }
    return render(request, "emotions/trash.html", context)


@login_required
@require_POST
def purge(request: HttpRequest, uuid: UUID) -> HttpResponse:
    trash = selectors.history(owner=person_of(request), in_trash=True)
    purge_capture(capture=get_object_or_404(trash, uuid=uuid))
    messages.success(request, _("Deleted permanently."))
    return redirect("emotions:trash")


def submitted_uuids(request: HttpRequest) -> list[UUID]:
    """Return the UUIDs that a form sends, without what is not a UUID."""
    found = []
    for text in request.POST.getlist("uuid"):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def offer_undo(request: HttpRequest, deleted: list[Capture]) -> None:
    """Add a message about captures that went into the trash, with a button to undo it."""
    words = ngettext("Moved to the trash.", "%(number)d moved to the trash.", len(deleted))
    messages.success(
        request,
        words % {"number": len(deleted)},
        extra_tags=" ".join([UNDO, *(str(capture.uuid) for capture in deleted)]),
    )


@login_required
@available_offline
@require_safe
@counted_by("picture")
def capture_photo(request: HttpRequest, uuid: UUID, version: str = "") -> HttpResponseBase:
    photo = own_capture(request, uuid).photo
    return responses.picture_response(request, photo, version=version)


@login_required
@available_offline
@require_safe
@counted_by("picture")
def capture_thumbnail(request: HttpRequest, uuid: UUID, version: str = "") -> HttpResponseBase:
    picture = own_capture(request, uuid).small_picture
    return responses.picture_response(request, picture, version=version)
