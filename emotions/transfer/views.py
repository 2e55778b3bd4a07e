"""Everything that is a person's: the way out, and the way in."""

from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.consents import ConsentRequiredError, has_consent
from accounts.models import Consent
from accounts.requests import person_of, zone_of
from common.streaming import while_working
from emotions.captures.errors import ImportUnderWayError
from emotions.transfer import exports, importing
from emotions.transfer.forms import ImportForm
from emotions.transfer.importing import Tally
from emotions.transfer.readers import UnreadableError


def show(request: HttpRequest, form: ImportForm) -> HttpResponse:
    """Show the page, with what the form was answered."""
    context: dict[str, Any] = {
        "form": form,
        "consented": has_consent(person=person_of(request), kind=Consent.Kind.USE),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "emotions/data.html", context, status=status)


@login_required
@require_GET
def data(request: HttpRequest) -> HttpResponse:
    """Offer everything to take along, and a history to be brought in."""
    return show(request, ImportForm())


@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """Send the archive while it is made."""
    return exports.respond(owner=person_of(request))


@login_required
@require_POST
def bring_in(request: HttpRequest) -> HttpResponseBase:
    """Bring a history in and tell what became of it."""
    person = person_of(request)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return show(request, form)
    upload = form.cleaned_data["file"]
    try:
        tallies = importing.import_history(
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
    except UnreadableError as error:
        form.add_error("file", str(error))
    else:
        return StreamingHttpResponse(while_working(tallies, partial(page_about, request)))
    return show(request, form)


def page_about(request: HttpRequest, tally: Tally) -> str:
    """Return the page that tells what became of a file."""
    return render_to_string("emotions/imported.html", {"tally": tally}, request)
