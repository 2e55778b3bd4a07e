"""Descriptions of the operations over captures."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiRequest, OpenApiResponse

from emotions.api.captures.serializers import (
    CaptureSerializer,
    DeleteQuerySerializer,
    EditSerializer,
    FilterSerializer,
    NewCaptureSerializer,
    WordsSerializer,
)
from emotions.api.openapi import answers
from emotions.api.schema_shared import (
    CAPTURE,
    IF_MATCH,
    REVISION,
    UUID,
    WHICH,
    answered,
    example,
    picture,
)
from emotions.pictures.errors import MESSAGES

CREATE: dict[str, Any] = {
    "tags": ["captures"],
    "summary": _("Record a moment"),
    "description": _(
        "Reads one photo and records what its faces express, the largest face counting as yours, "
        "together with what you say of it; or records words alone, which may come as JSON. Make "
        "the UUID in the app, or send an Idempotency-Key, and send all of it again after a lost "
        "connection: the same request gives one capture and the same answer, another request "
        "under the same UUID or key is refused."
    ),
    "request": {
        "multipart/form-data": OpenApiRequest(
            NewCaptureSerializer,
            encoding={"photo": {"contentType": "image/jpeg, image/png, image/webp"}},
        ),
        "application/json": OpenApiRequest(
            WordsSerializer,
            examples=[
                OpenApiExample(
                    "words alone",
                    value={"uuid": UUID, "mood": 4, "felt": "happy", "tags": ["outside"]},
                    request_only=True,
                )
            ],
        ),
    },
    "parameters": [
        REVISION,
        OpenApiParameter(
            "Idempotency-Key",
            str,
            OpenApiParameter.HEADER,
            description=_("1 to 255 printable ASCII characters that no other request has."),
            examples=[OpenApiExample("a key", value="walk-by-the-river-1")],
        ),
        OpenApiParameter(
            "Location",
            OpenApiTypes.URI,
            OpenApiParameter.HEADER,
            description=_("The address of the capture."),
            response=[201],
        ),
    ],
    "responses": {
        201: OpenApiResponse(
            CaptureSerializer,
            description=_("Recorded."),
            examples=example(CAPTURE, "a happy face"),
        ),
        **answers(
            "invalid",
            "conflict",
            "parse_error",
            "bad_request",
            "permission_denied",
            "consent_required",
            "deleted",
            "unsupported_media_type",
            *MESSAGES,
            "no_face",
            "no_model",
        ),
    },
}

LIST: dict[str, Any] = {
    "tags": ["captures"],
    "summary": _("List captures"),
    "description": _(
        "Your captures by the moment they were taken, newest first, a page at a time. Follow "
        "next until it is null; captures that come meanwhile shift nothing."
    ),
    "parameters": [FilterSerializer],
    "responses": {
        200: OpenApiResponse(
            CaptureSerializer(many=True),
            description=_("One page."),
            examples=example(CAPTURE, "one page"),
        ),
        **answers("invalid", "invalid_cursor"),
    },
}

RETRIEVE: dict[str, Any] = {
    "tags": ["captures"],
    "summary": _("Read a capture"),
    "description": _("One capture of yours with all its faces."),
    "parameters": [WHICH, REVISION],
    "responses": {
        200: answered(CaptureSerializer, _("The capture."), CAPTURE, "a happy face"),
        304: OpenApiResponse(description=_("The capture that you have is the one.")),
        **answers("not_found"),
    },
}

UPDATE: dict[str, Any] = {
    "tags": ["captures"],
    "summary": _("Change a capture"),
    "description": _(
        "Changes what you say of a moment, which face is yours, or how much of its photo is kept. "
        "What was detected is never changed. What is not sent stays as it is."
    ),
    "request": {
        "application/json": OpenApiRequest(
            EditSerializer,
            examples=[
                OpenApiExample(
                    "it felt otherwise", value={"felt": "sad", "mood": 2}, request_only=True
                )
            ],
        )
    },
    "parameters": [WHICH, IF_MATCH, REVISION],
    "responses": {
        200: answered(CaptureSerializer, _("Changed."), CAPTURE, "changed"),
        **answers(
            "invalid",
            "parse_error",
            "bad_request",
            "permission_denied",
            "not_found",
            "deleted",
            "precondition_failed",
            "unsupported_media_type",
        ),
    },
}

DESTROY: dict[str, Any] = {
    "tags": ["captures"],
    "summary": _("Delete a capture"),
    "description": _(
        "Puts it into the trash, from where it can be restored for 30 days; with forever=true "
        "photo, numbers and note are removed at once. The UUID stays taken: to record it again "
        "answers 410."
    ),
    "parameters": [WHICH, DeleteQuerySerializer, IF_MATCH],
    "responses": {
        204: OpenApiResponse(description=_("Deleted.")),
        **answers("invalid", "permission_denied", "not_found", "precondition_failed"),
    },
}

RESTORE: dict[str, Any] = {
    "tags": ["captures"],
    "summary": _("Restore a capture"),
    "description": _("Brings a capture back from the trash."),
    "request": None,
    "parameters": [WHICH, IF_MATCH, REVISION],
    "responses": {
        200: answered(CaptureSerializer, _("Restored."), CAPTURE, "restored"),
        **answers("permission_denied", "not_found", "deleted", "precondition_failed"),
    },
}

PHOTO = picture(_("Get the photo"))
CROP = picture(_("Get the face"))
THUMBNAIL = picture(_("Get the thumbnail"))
