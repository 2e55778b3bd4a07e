"""The page of a person's data: export and import."""

from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.consents import ConsentRequiredError, has_consent
from accounts.models import Consent
from accounts.reauthentication import is_recent, require_recent
from accounts.requests import person_of, zone_of
from common.streaming import keepalive_response
from emotions.captures.errors import ImportUnderWayError
from emotions.quotas.decorators import heavy
from emotions.quotas.errors import ImportsBusyError
from emotions.transfer import exports, importing
from emotions.transfer.forms import ImportForm
from emotions.transfer.importing import ImportReport
from emotions.transfer.readers import UnreadableError


def render_page(request: HttpRequest, form: ImportForm) -> HttpResponse:
    person = person_of(request)
    context: dict[str, Any] = {
        "form": form,
        "may_export": is_recent(person=person, session=request.session),
        "consented": has_consent(person=person, kind=Consent.Kind.USE),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "emotions/data.html", context, status=status)


@login_required
@require_GET
def data(request: HttpRequest) -> HttpResponse:
    """Offer the export, and a form to import a history.

    With `?export` it asks first who sits there, and then offers the export: a download that began
    on the page that asks would leave people on it.
    """
    if "export" in request.GET:
        require_recent(request)
    return render_page(request, ImportForm())


@login_required
@require_GET
@heavy(limit="chart")
def export(request: HttpRequest) -> HttpResponseBase:
    """Stream the export."""
    require_recent(request)
    return exports.export_response(owner=person_of(request))


@login_required
@require_POST
def import_view(request: HttpRequest) -> HttpResponseBase:
    """Import a history and show the report."""
    person = person_of(request)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return render_page(request, form)
    upload = form.cleaned_data["file"]
    try:
        reports = importing.import_history(
            owner=person,
            file=upload.file,
            size=upload.size,
            time_zone=zone_of(request, person),
            moods=form.cleaned_data["moods"],
        )
    except ConsentRequiredError:
        form.add_error("file", _("There are pictures in it, which need your consent first."))
    except ImportUnderWayError:
        form.add_error("file", _("Another file of yours is still being read."))
    except ImportsBusyError:
        form.add_error(
            "file", _("Files of other people are still being read. Try again in some minutes.")
        )
    except UnreadableError as error:
        form.add_error("file", str(error))
    else:
        return keepalive_response(
            reports, partial(render_report, request), content_type="text/html; charset=utf-8"
        )
    return render_page(request, form)


def render_report(request: HttpRequest, report: ImportReport) -> str:
    """Return the page with the report of an import."""
    return render_to_string("emotions/imported.html", {"report": report}, request)
