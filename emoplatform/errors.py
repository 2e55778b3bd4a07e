"""Error handlers: an HTML page for people, a problem document (RFC 9457) for API clients."""

import sys
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from emoplatform import request_ids
from emoplatform.outages import is_outage, service_unavailable
from emotions.api.problems import problem_json_response


def is_api_request(request: HttpRequest) -> bool:
    """Return whether the request was made to the API."""
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400, or 413 if Django found the form data too large."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    if is_api_request(request):
        return problem_json_response(
            HTTPStatus.BAD_REQUEST, "bad_request", _("The request is not as expected.")
        )
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api_request(request):
        return problem_json_response(
            HTTPStatus.FORBIDDEN, "permission_denied", _("This is not open to you.")
        )
    return defaults.permission_denied(request, exception)


@csrf_exempt
def api_not_found(request: HttpRequest) -> HttpResponse:
    """Answer 404 below the API, even with `DEBUG`, where Django would send an HTML page."""
    return problem_json_response(HTTPStatus.NOT_FOUND, "not_found", _("There is nothing here."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api_request(request):
        return problem_json_response(HTTPStatus.NOT_FOUND, "not_found", _("There is nothing here."))
    return defaults.page_not_found(request, exception)


def too_large(request: HttpRequest) -> HttpResponse:
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if is_api_request(request):
        return problem_json_response(
            status, "too_large", _("The request is too large. Nothing was saved.")
        )
    return render(request, "413.html", status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 if something that the site depends on is unavailable."""
    if is_outage(sys.exception()):
        return service_unavailable(request)
    if is_api_request(request):
        return problem_json_response(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "server_error",
            _("Something went wrong on our side. Nothing was saved."),
            request_id=request_ids.current.get(),
        )
    page = loader.get_template("500.html").render({"request_id": request_ids.current.get()})
    return HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR)
