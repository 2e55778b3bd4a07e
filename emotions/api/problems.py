"""Errors of the API as `application/problem+json` (RFC 9457) with stable codes."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.consents import ConsentRequiredError
from common.imaging.images import ImageError
from emotions.api.negotiation import PROBLEM_TYPE
from emotions.captures.errors import (
    CaptureDeletedError,
    EmptyCaptureError,
    ImportUnderWayError,
    KeepsMoreError,
    NoFaceError,
    NoSuchFaceError,
    NothingToTurnError,
    RequestConflictError,
    StaleError,
)
from emotions.idempotency import KeyReusedError
from emotions.pictures.errors import STATUSES, error_message
from emotions.quotas.errors import (
    ImportsBusyError,
    MomentsQuotaError,
    PicturesQuotaError,
    TagsQuotaError,
    TooManyAtOnceError,
)
from emotions.quotas.turns import RETRY_AFTER
from emotions.quotas.usage import seconds_until_tomorrow
from emotions.reminders.errors import (
    InvalidEndpointError,
    InvalidKeysError,
    PushNotOfferedError,
    TooManyRemindersError,
)
from emotions.tags.errors import TagExistsError
from emotions.transfer.cancelling import NotReadyError
from emotions.transfer.readers import UnreadableError
from emotions.transfer.undoing import NotUndoableError
from ml.registry import NoModelError

CONTENT_TYPE = PROBLEM_TYPE


def problem(*, status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """Return the members of a problem; `code` is what programs may rely on."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": int(status), "code": code} | {
        "detail": detail,
        **more,
    }


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Exception handler of DRF: return a problem, or None to let the error become a 500."""
    payload = service_problem(error)
    headers = {"Retry-After": str(wait())} if (wait := WAITS.get(type(error))) else {}
    if payload is None:
        response = exception_handler(error, context)
        if response is None:
            return None
        payload = framework_problem(error, response)
        headers = {
            name: response[name] for name in ("WWW-Authenticate", "Retry-After") if name in response
        }
    if payload["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.setdefault("Retry-After", "30")
    return Response(payload, status=payload["status"], headers=headers, content_type=CONTENT_TYPE)


CONFLICT = (
    HTTPStatus.CONFLICT,
    "conflict",
    _(
        "This UUID or key was already used for a different request. Nothing was saved. "
        "Send this one with a new one."
    ),
)

SERVICE_PROBLEMS: dict[type[Exception], tuple[HTTPStatus, str, str | Promise]] = {
    NoFaceError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "no_face",
        _(
            "No face was found and nothing was saved. Turn the photo upright, or try again in "
            "better light, facing the camera, or send keep_without_face=true to log it anyway."
        ),
    ),
    ConsentRequiredError: (
        HTTPStatus.FORBIDDEN,
        "consent_required",
        _("Consent to the current text is required before a photo is read."),
    ),
    CaptureDeletedError: (HTTPStatus.GONE, "deleted", _("This capture was deleted.")),
    RequestConflictError: CONFLICT,
    KeyReusedError: CONFLICT,
    ImportUnderWayError: (
        HTTPStatus.TOO_MANY_REQUESTS,
        "busy",
        _("Another of your files is still being imported, so this one wasn't read."),
    ),
    NotReadyError: (
        HTTPStatus.CONFLICT,
        "not_ready",
        _("This import isn't waiting for confirmation."),
    ),
    NotUndoableError: (
        HTTPStatus.CONFLICT,
        "not_undoable",
        _("This import can't be undone, or can no longer be undone."),
    ),
    ImportsBusyError: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "imports_busy",
        _("The site is busy with other imports, so this file wasn't read."),
    ),
    TooManyAtOnceError: (
        HTTPStatus.TOO_MANY_REQUESTS,
        "too_many_at_once",
        _("Your other requests are still being processed. Nothing was saved."),
    ),
    MomentsQuotaError: (
        HTTPStatus.TOO_MANY_REQUESTS,
        "too_many_moments",
        _("You've reached today's limit of moments. Nothing was saved."),
    ),
    PicturesQuotaError: (
        HTTPStatus.FORBIDDEN,
        "storage_full",
        _(
            "There's no room left for another picture. Nothing was saved. Delete some captures "
            "permanently, or save less of your photos."
        ),
    ),
    TagsQuotaError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "too_many_tags",
        _("You've reached the maximum number of tags. Nothing was saved."),
    ),
    StaleError: (
        HTTPStatus.PRECONDITION_FAILED,
        "precondition_failed",
        _("It has changed since you last read it. Read it again first."),
    ),
    NothingToTurnError: (
        HTTPStatus.CONFLICT,
        "no_picture",
        _("This capture has no saved picture to turn."),
    ),
    PushNotOfferedError: (
        HTTPStatus.CONFLICT,
        "push_not_offered",
        _("This site doesn't send notifications. Choose email instead."),
    ),
    TooManyRemindersError: (
        HTTPStatus.CONFLICT,
        "too_many_reminders",
        _("You've reached the maximum number of reminders. Remove one first."),
    ),
    NoModelError: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "no_model",
        _("No trained network is available right now. Nothing was saved."),
    ),
}
"""Problems for the errors of services."""

WAITS: dict[type[Exception], Callable[[], int]] = {
    ImportUnderWayError: lambda: 30,
    TooManyAtOnceError: lambda: RETRY_AFTER,
    MomentsQuotaError: seconds_until_tomorrow,
}
"""After how many seconds it is worth trying again, by the error."""

FIELD_PROBLEMS: dict[type[Exception], tuple[str, str | Promise]] = {
    EmptyCaptureError: ("photo", _("Send a photo, or at least one of felt, mood and note.")),
    NoSuchFaceError: ("me", _("This isn't the id of a face in this capture.")),
    InvalidEndpointError: (
        "endpoint",
        _("This isn't the https address of a push service on the internet."),
    ),
    InvalidKeysError: (
        "p256dh",
        _("Send p256dh, a public key on P-256, and auth, 16 bytes, both as base64url."),
    ),
    KeepsMoreError: ("kept", _("You can't save more of a photo than is still there.")),
}
"""Problems for the errors of services that concern one field."""


def service_problem(error: Exception) -> dict[str, Any] | None:
    """Return the problem for an error of our own services, or None for any other."""
    if isinstance(error, ImageError):
        return problem(
            status=STATUSES[error.code],
            code=error.code,
            detail=error_message(error.code, error.found),
        )
    if isinstance(error, UnreadableError):
        return validation_problem({"file": [str(error)]})
    if isinstance(error, TagExistsError):
        return problem(
            status=HTTPStatus.CONFLICT,
            code="tag_exists",
            detail=gettext("You already have a tag with this name. You can merge the two."),
            existing=error.existing.pk,
        )
    if refusal := SERVICE_PROBLEMS.get(type(error)):
        status, code, detail = refusal
        return problem(status=status, code=code, detail=str(detail))
    if unfit := FIELD_PROBLEMS.get(type(error)):
        field, detail = unfit
        return validation_problem({field: [str(detail)]})
    return None


def validation_problem(errors: Any) -> dict[str, Any]:
    """Return the problem for invalid fields."""
    return problem(
        status=HTTPStatus.BAD_REQUEST,
        code="invalid",
        detail=gettext("Some fields aren't valid."),
        errors={name: flatten_errors(nested) for name, nested in errors.items()}
        if isinstance(errors, dict)
        else {"request": flatten_errors(errors)},
    )


def flatten_errors(errors: Any, path: str = "") -> list[str]:
    """Return nested errors of a field as a flat list of texts that begin with their path."""
    if isinstance(errors, dict):
        return [
            text
            for name, part in errors.items()
            for text in flatten_errors(part, f"{path} {name}".strip())
        ]
    if isinstance(errors, list):
        return [text for part in errors for text in flatten_errors(part, path)]
    return [f"{path}: {errors}" if path else str(errors)]


def framework_problem(error: Exception, response: Response) -> dict[str, Any]:
    """Return the problem for an error that DRF handles."""
    if isinstance(error, exceptions.ValidationError):
        return validation_problem(response.data)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    assert isinstance(error, exceptions.APIException)  # noqa: S101 - the handler knows no others
    return problem(
        status=response.status_code, code=str(error.get_codes()), detail=str(error.detail)
    )


def problem_json_response(status: HTTPStatus, code: str, detail: str, **more: Any) -> JsonResponse:
    """Return a problem outside of DRF, such as for a URL that does not exist."""
    payload = problem(status=status, code=code, detail=detail, **more)
    return JsonResponse(payload, status=status, content_type=CONTENT_TYPE)
