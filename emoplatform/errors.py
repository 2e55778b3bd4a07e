"""Error handlers: an HTML page for people, a problem document (RFC 9457) for API clients."""

import sys
from collections.abc import Callable
from http import HTTPStatus

from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from accounts.requests import is_account_gone
from emoplatform import request_ids
from emoplatform.outages import is_outage, service_unavailable
from emotions.api.authentication import invalid_session_token
from emotions.api.problems import problem_json_response


def is_api_request(request: HttpRequest) -> bool:
    """Return whether the request was made to the API."""
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400, 413 if Django found the form data too large, or 401 if the session has ended."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    if isinstance(exception, SessionInterrupted):
        return signed_out_meanwhile(request)
    if is_api_request(request):
        return problem_json_response(
            HTTPStatus.BAD_REQUEST, "bad_request", _("The request isn't valid.")
        )
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api_request(request):
        return problem_json_response(
            HTTPStatus.FORBIDDEN, "permission_denied", _("You don't have permission to do this.")
        )
    return defaults.permission_denied(request, exception)


@csrf_exempt
def api_not_found(request: HttpRequest) -> HttpResponse:
    """Answer 404 below the API, even with `DEBUG`, where Django would send an HTML page."""
    return problem_json_response(HTTPStatus.NOT_FOUND, "not_found", _("Not found."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api_request(request):
        return problem_json_response(HTTPStatus.NOT_FOUND, "not_found", _("Not found."))
    return defaults.page_not_found(request, exception)


def too_large(request: HttpRequest) -> HttpResponse:
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if is_api_request(request):
        return problem_json_response(
            status, "too_large", _("The request is too large. Nothing was saved.")
        )
    return render(request, "413.html", status=status)


def too_many(request: HttpRequest, *, retry_after: int) -> HttpResponse:
    """Answer 429 with a page that asks to wait; `retry_after` is in seconds."""
    response = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(retry_after)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, 503 where something is unavailable, or 401 where the account is gone."""
    if is_outage(sys.exception()):
        return service_unavailable(request)
    if is_account_gone(request):
        return signed_out_meanwhile(request)
    if is_api_request(request):
        return problem_json_response(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "server_error",
            _("Something went wrong on our side. Nothing was saved."),
            request_id=request_ids.current.get(),
        )
    page = loader.get_template("500.html").render({"request_id": request_ids.current.get()})
    return HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR)


class DeletedAccountMiddleware:
    """Answers as to somebody who is not signed in where a view fails since the account is gone.

    With `DEBUG`, Django asks no handler of errors; `server_error` does the same for middleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, _: Exception) -> HttpResponse | None:
        return signed_out_meanwhile(request) if is_account_gone(request) else None


def signed_out_meanwhile(request: HttpRequest) -> HttpResponse:
    """Answer as to somebody who is not signed in: 401, or the page to sign in."""
    if not is_api_request(request):
        return redirect("account_login")
    refusal = invalid_session_token()
    answer = problem_json_response(
        HTTPStatus.UNAUTHORIZED, refusal.default_code, str(refusal.detail)
    )
    answer["WWW-Authenticate"] = 'X-Session-Token realm="api"'
    return answer
