"""Problems of the sign-in API that allauth answers otherwise, or not at all.

They are `application/problem+json` (RFC 9457) as everywhere below `/api/`, with allauth's `errors`
for clients that know only its form.
"""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.account import app_settings
from allauth.core.internal.ratelimit import parse_rates
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from common.json_documents import InvalidJsonError, parse_json
from emotions.api.problems import problem_json_response

AUTH_PATH = "/api/auth/"
TOO_MANY_ATTEMPTS = "too_many_login_attempts"
REFUSALS = {TOO_MANY_ATTEMPTS, "rate_limited"}
"""The codes with which allauth refuses attempts as if they were invalid."""

ACTIONS = {
    "account/email": "manage_email",
    "account/password/change": "change_password",
    "auth/code/request": "request_login_code",
    "auth/password/request": "reset_password",
    "auth/password/reset": "reset_password_from_key",
    "auth/reauthenticate": "reauthenticate",
    "auth/signup": "signup",
}
"""What allauth counts by route; everywhere else, failed sign-ins."""


class HeadlessJsonMiddleware:
    """Answers 400 where the body for one of allauth's views is not a JSON object.

    Those views would fail with some of what Python reads as JSON. It has to come after the limit
    of a request's size.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        # They read bodies whatever these say that they are.
        if not request.path_info.startswith(AUTH_PATH) or not request.body:
            return None
        try:
            value = parse_json(request.body)
        except InvalidJsonError as error:
            return invalid_json(str(error))
        return None if isinstance(value, dict) else invalid_json("Expected a JSON object.")


class HeadlessThrottlingMiddleware:
    """Answers 429 with `Retry-After` where allauth refuses more attempts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith(AUTH_PATH) or not is_throttled(response):
            return response
        detail = _("Too many attempts. Try again later.")
        answer = auth_problem(HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY_ATTEMPTS, detail)
        answer["Retry-After"] = str(longest_wait(request))
        return answer


def is_throttled(response: HttpResponse) -> bool:
    """Return whether allauth refused an attempt because there were too many."""
    if response.status_code != HTTPStatus.BAD_REQUEST or not is_json(response):
        return response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    errors = json.loads(response.content).get("errors", [])
    return any(error["code"] in REFUSALS for error in errors)


def is_json(response: HttpResponse) -> bool:
    return response.get("Content-Type", "") == "application/json"


def longest_wait(request: HttpRequest) -> int:
    """Return after how many seconds an attempt is let in for certain, perhaps sooner."""
    route = request.path_info.removeprefix(f"{AUTH_PATH}app/v1/")
    action = ACTIONS.get(route, "login_failed")
    return int(max(rate.duration for rate in parse_rates(app_settings.RATE_LIMITS[action])))


def invalid_json(message: str) -> HttpResponse:
    return auth_problem(HTTPStatus.BAD_REQUEST, "invalid_json", message)


def auth_problem(status: HTTPStatus, code: str, detail: str) -> HttpResponse:
    """Return a problem that also has the members of allauth's errors."""
    return problem_json_response(status, code, detail, errors=[{"code": code, "message": detail}])
