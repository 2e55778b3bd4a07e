"""The page of a person's data, and the pages of imports."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.consents import ConsentRequiredError, has_consent
from accounts.models import Consent
from accounts.requests import person_of, zone_of
from accounts.sign_in.reauthentication import is_recent, require_recent
from emotions.captures.errors import ImportUnderWayError
from emotions.models import Import
from emotions.quotas.decorators import heavy
from emotions.transfer import exports, uploads
from emotions.transfer.cancelling import NotReadyError, cancel_import
from emotions.transfer.choosing import confirm_import, read_again
from emotions.transfer.forms import ImportForm, PreviewForm
from emotions.transfer.previewing import shown_preview
from emotions.transfer.readers import UnreadableError
from emotions.transfer.undoing import NotUndoableError, can_undo, undo_import

MAX_LISTED = 10


def render_page(request: HttpRequest, form: ImportForm) -> HttpResponse:
    person = person_of(request)
    context: dict[str, Any] = {
        "form": form,
        "may_export": is_recent(person=person, session=request.session),
        "consented": has_consent(person=person, kind=Consent.Kind.USE),
        "imports": Import.objects.of(person)[:MAX_LISTED],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "emotions/data.html", context, status=status)


@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Offer the export, and a form to import a history.

    With `?export` it asks first who sits there, and then offers the export: a download that began
    on the page that asks would leave people on it.
    """
    if "export" in request.GET:
        require_recent(request)
    zone = zone_of(request, person_of(request))
    return render_page(request, ImportForm(initial={"time_zone": zone}))


@login_required
@require_safe
@heavy(limit="chart", charts=False)
def export(request: HttpRequest) -> HttpResponseBase:
    """Stream the export."""
    require_recent(request)
    return exports.export_response(owner=person_of(request))


@login_required
@require_POST
def import_view(request: HttpRequest) -> HttpResponseBase:
    """Take in a file for the worker, and show how far it is."""
    person = person_of(request)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return render_page(request, form)
    try:
        job = uploads.start_import(
            owner=person,
            upload=form.cleaned_data["file"],
            time_zone=form.cleaned_data["time_zone"] or zone_of(request, person),
            moods={},
            preview=True,
        )
    except ConsentRequiredError:
        form.add_error("file", _("It contains pictures, so your consent is needed first."))
    except ImportUnderWayError:
        form.add_error("file", _("Another of your files is still being imported."))
    except UnreadableError as error:
        form.add_error("file", str(error))
    else:
        return redirect("emotions:import_detail", uuid=job.uuid)
    return render_page(request, form)


@login_required
@require_safe
def import_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show what is in a file, how far its import is, and what became of its entries."""
    job = get_object_or_404(Import.objects.of(person_of(request)), uuid=uuid)
    if job.state == Import.State.READY:
        return render_preview(request, job, PreviewForm(job))
    return render(request, "emotions/import.html", {"job": job, "can_undo": can_undo(job)})


def render_preview(request: HttpRequest, job: Import, form: PreviewForm) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"job": job, "form": form, "preview": shown_preview(job.preview or {})}
    return render(request, "emotions/import_preview.html", context, status=status)


@login_required
@require_POST
def import_decide(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Bring a file in that waits for that, look through it again, or forget it."""
    job = get_object_or_404(Import.objects.of(person_of(request)), uuid=uuid)
    form = PreviewForm(job, request.POST)
    if job.state == Import.State.READY and not form.is_valid():
        return render_preview(request, job, form)
    try:
        if job.state != Import.State.READY:
            raise NotReadyError
        if "cancel" in request.POST:
            cancel_import(job=job)
            messages.success(request, _("Import cancelled. The file has been deleted."))
            return redirect("emotions:data")
        if "again" in request.POST:
            read_again(job=job, choices=form.choices)
        else:
            confirm_import(job=job, choices=form.choices, update=form.wants_update)
    except NotReadyError:
        messages.warning(request, _("This import is no longer waiting for your confirmation."))
    except ImportUnderWayError:
        messages.warning(request, _("Another of your files is still being imported."))
    return redirect("emotions:import_detail", uuid=job.uuid)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_undo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask whether to undo an import, and have the worker do it."""
    job = get_object_or_404(Import.objects.of(person_of(request)), uuid=uuid)
    if request.method != "POST" and can_undo(job):
        return render(request, "emotions/import_undo.html", {"job": job})
    if request.method == "POST":
        try:
            undo_import(job=job)
        except NotUndoableError:
            messages.warning(request, _("This import can no longer be undone."))
        except ImportUnderWayError:
            messages.warning(request, _("Another of your files is still being imported."))
    return redirect("emotions:import_detail", uuid=job.uuid)
