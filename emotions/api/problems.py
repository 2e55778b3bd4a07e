"""Errors of the API as `application/problem+json` (RFC 9457) with stable codes."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.consents import ConsentRequiredError
from emotions.photo_errors import STATUSES, message
from emotions.services import CaptureDeletedError, NoFaceError
from ml.images import ImageError
from ml.registry import NoModelError

CONTENT_TYPE = "application/problem+json"


def problem(*, status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """Return the members of a problem; `code` is what programs may rely on."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": int(status), "code": code} | {
        "detail": detail,
        **more,
    }


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of a view into a problem; None lets an unknown one become a 500."""
    told = known_problem(error)
    headers = {}
    if told is None:
        answered = exception_handler(error, context)
        if answered is None:
            return None
        told = framework_problem(error, answered)
        headers = {
            name: answered[name] for name in ("WWW-Authenticate", "Retry-After") if name in answered
        }
    if told["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "30"
    return Response(told, status=told["status"], headers=headers, content_type=CONTENT_TYPE)


def known_problem(error: Exception) -> dict[str, Any] | None:
    """Return the problem for an error of our own services."""
    match error:
        case ImageError(code=code):
            return problem(status=STATUSES[code], code=code, detail=message(code))
        case NoFaceError():
            return problem(
                status=HTTPStatus.UNPROCESSABLE_ENTITY,
                code="no_face",
                detail=_(
                    "No face was found and nothing was saved. Try again in better light, facing "
                    "the camera, or send keep_without_face=true to log it anyway."
                ),
            )
        case ConsentRequiredError():
            return problem(
                status=HTTPStatus.FORBIDDEN,
                code="consent_required",
                detail=_("Consent to the current text is needed before a photo is read."),
            )
        case CaptureDeletedError():
            return problem(
                status=HTTPStatus.GONE, code="deleted", detail=_("This capture was deleted.")
            )
        case NoModelError():
            return problem(
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                code="no_model",
                detail=_("No trained network can answer right now. Nothing was saved."),
            )
    return None


def framework_problem(error: Exception, answered: Response) -> dict[str, Any]:
    """Return the problem for an error that the framework knows."""
    if isinstance(error, exceptions.ValidationError):
        return problem(
            status=answered.status_code,
            code="invalid",
            detail=_("Some fields are not as expected."),
            errors=answered.data,
        )
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    assert isinstance(error, exceptions.APIException)  # noqa: S101 - the handler knows no others
    return problem(
        status=answered.status_code, code=str(error.get_codes()), detail=str(error.detail)
    )


def plain_problem(status: HTTPStatus, code: str, detail: str) -> JsonResponse:
    """Return a problem outside the framework, such as for an address that does not exist."""
    return JsonResponse(
        problem(status=status, code=code, detail=detail), status=status, content_type=CONTENT_TYPE
    )
