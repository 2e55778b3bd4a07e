"""OpenAPI descriptions of the endpoints for captures."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiRequest, OpenApiResponse

from emotions.api.captures.filters import CaptureFilterSerializer, DeleteQuerySerializer
from emotions.api.captures.serializers import (
    CaptureSerializer,
    EditSerializer,
    NewCaptureSerializer,
    TurnSerializer,
    WordsSerializer,
)
from emotions.api.idempotency import KEY_HEADER
from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import (
    JSON_BODY_PROBLEMS,
    SHARES,
    example_response,
    json_request,
    response_examples,
)
from emotions.pictures.errors import MESSAGES
from emotions.pictures.responses import VERSION_PARAMETER

UUID = "3f2b8c1e-5a94-4d1b-9a5e-0c7d1f6f2a10"
ADDRESS = f"https://mood.example.org/api/v1/captures/{UUID}/"
CAPTURE: dict[str, Any] = {
    "uuid": UUID,
    "source": "api",
    "taken_at": "2026-03-14T08:30:00Z",
    "time_zone": "Europe/Lisbon",
    "local_date": "2026-03-14",
    "kept": "photo",
    "others_blurred": False,
    "photo": f"{ADDRESS}photo/",
    "crop": f"{ADDRESS}crop/",
    "thumbnail": f"{ADDRESS}thumbnail/",
    "width": 512,
    "height": 512,
    "note": "A walk by the river.",
    "tags": ["outside"],
    "felt": "happy",
    "mood": 4,
    "sequence": 42,
    "etag": '"42"',
    "created_at": "2026-03-14T08:30:02.118034Z",
    "deleted_at": None,
    "detections": [
        {
            "id": 1207,
            "role": "answer",
            "box": {"x": 171, "y": 62, "width": 108, "height": 108},
            "roll": 4,
            "probabilities": SHARES,
            "emotion": "happy",
            "confidence": 0.931,
            "unsure": False,
            "set": ["happy"],
            "is_me": True,
            "made_by": "server",
            "model_version": "residual-2",
        }
    ],
}
IN_WORDS = CAPTURE | {
    "source": "manual",
    "photo": None,
    "crop": None,
    "thumbnail": None,
    "width": None,
    "height": None,
    "detections": [],
}

UUID_PARAMETER = OpenApiParameter(
    "uuid",
    OpenApiTypes.UUID,
    OpenApiParameter.PATH,
    description=_("The UUID of the capture."),
    examples=[OpenApiExample("capture", value=UUID)],
)
ETAG_HEADER = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    description=_("Send it as If-None-Match next time; 304 means nothing has changed."),
    response=[200],
)
CAPTURE_ETAG_HEADER = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    description=_("The version of the capture, for If-Match and If-None-Match."),
    response=[200, 201],
)
IF_MATCH_HEADER = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description=_("The ETag you last read; 412 if the capture has changed since."),
    examples=[OpenApiExample("the state that was read", value='"42"')],
)
LOCATION_HEADER = OpenApiParameter(
    "Location",
    OpenApiTypes.URI,
    OpenApiParameter.HEADER,
    description=_("The URL of the capture."),
    response=[201],
)


CREATE: dict[str, Any] = {
    "tags": ["captures"],
    "summary": _("Record a moment"),
    "description": _(
        "Reads one photo and records what its faces express, with the largest face counting as "
        "yours, together with what you say about it. Words alone are still accepted, also as "
        "JSON, but that is deprecated: use captures/words/. Generate the UUID in the app, or "
        "send an Idempotency-Key, and repeat the whole request if the connection is lost: the "
        "same request creates one capture and returns "
        "the same response; a different request with the same UUID or key is refused."
    ),
    "request": {
        "multipart/form-data": OpenApiRequest(
            NewCaptureSerializer,
            encoding={"photo": {"contentType": "image/jpeg, image/png, image/webp"}},
        ),
    },
    "parameters": [CAPTURE_ETAG_HEADER, KEY_HEADER, LOCATION_HEADER],
    "responses": {
        201: OpenApiResponse(
            CaptureSerializer,
            description=_("Recorded."),
            examples=response_examples(CAPTURE, "a happy face"),
        ),
        **problem_responses(
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
            "storage_full",
            "too_many_tags",
            "too_many_at_once",
            "too_many_moments",
        ),
    },
}

WORDS: dict[str, Any] = {
    "tags": ["captures"],
    "operation_id": "captures_words_create",
    "summary": _("Record a moment in words"),
    "description": _(
        "Records what you say without a photo. Generate the UUID in the app, or send an "
        "Idempotency-Key, and repeat the whole request if the connection is lost, as with photos."
    ),
    "request": json_request(
        WordsSerializer,
        {"uuid": UUID, "mood": 4, "felt": "happy", "tags": ["outside"]},
        "words alone",
    ),
    "parameters": [CAPTURE_ETAG_HEADER, KEY_HEADER, LOCATION_HEADER],
    "responses": {
        201: example_response(
            CaptureSerializer, _("Recorded."), IN_WORDS, "a moment without a photo"
        ),
        **problem_responses(
            *JSON_BODY_PROBLEMS,
            "conflict",
            "deleted",
            "too_many_tags",
            "too_many_at_once",
            "too_many_moments",
        ),
    },
}

LIST: dict[str, Any] = {
    "tags": ["captures"],
    "summary": _("List captures"),
    "description": _(
        "Your captures by the time they were taken, newest first, in pages. Follow next until "
        "it is null; captures added in the meantime don't shift the pages."
    ),
    "parameters": [CaptureFilterSerializer],
    "responses": {
        200: OpenApiResponse(
            CaptureSerializer(many=True),
            description=_("One page."),
            examples=response_examples(CAPTURE, "one page"),
        ),
        **problem_responses("invalid", "invalid_cursor"),
    },
}

RETRIEVE: dict[str, Any] = {
    "tags": ["captures"],
    "summary": _("Get a capture"),
    "description": _("One of your captures, with all its faces."),
    "parameters": [UUID_PARAMETER, CAPTURE_ETAG_HEADER],
    "responses": {
        200: example_response(CaptureSerializer, _("The capture."), CAPTURE, "a happy face"),
        304: OpenApiResponse(description=_("Your copy is current.")),
        **problem_responses("not_found"),
    },
}

UPDATE: dict[str, Any] = {
    "tags": ["captures"],
    "summary": _("Change a capture"),
    "description": _(
        "Updates what you say about a moment, which face is yours, or how much of its photo is "
        "saved. Detections never change. Fields that you leave out keep their values."
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
    "parameters": [UUID_PARAMETER, IF_MATCH_HEADER, KEY_HEADER, CAPTURE_ETAG_HEADER],
    "responses": {
        200: example_response(CaptureSerializer, _("Changed."), CAPTURE, "changed"),
        **problem_responses(
            "invalid",
            "parse_error",
            "bad_request",
            "permission_denied",
            "not_found",
            "conflict",
            "deleted",
            "precondition_failed",
            "unsupported_media_type",
            "too_many_tags",
        ),
    },
}

DESTROY: dict[str, Any] = {
    "tags": ["captures"],
    "summary": _("Delete a capture"),
    "description": _(
        "Moves the capture to the trash, where it can be restored for 30 days. With "
        "forever=true, its photo, readings and note are deleted immediately. The UUID stays "
        "reserved: recording it again returns 410."
    ),
    "parameters": [UUID_PARAMETER, DeleteQuerySerializer, IF_MATCH_HEADER, KEY_HEADER],
    "responses": {
        204: OpenApiResponse(description=_("Deleted.")),
        **problem_responses(
            "invalid", "permission_denied", "not_found", "conflict", "precondition_failed"
        ),
    },
}

RESTORE: dict[str, Any] = {
    "tags": ["captures"],
    "summary": _("Restore a capture"),
    "description": _("Restores a capture from the trash."),
    "request": None,
    "parameters": [UUID_PARAMETER, IF_MATCH_HEADER, KEY_HEADER, CAPTURE_ETAG_HEADER],
    "responses": {
        200: example_response(CaptureSerializer, _("Restored."), CAPTURE, "restored"),
        **problem_responses(
            "invalid",
            "permission_denied",
            "not_found",
            "conflict",
            "deleted",
            "precondition_failed",
        ),
    },
}


TURN: dict[str, Any] = {
    "tags": ["captures"],
    "summary": _("Turn a capture's pictures"),
    "description": _(
        "Turns what is saved of a photo and reads its faces again; the new detections, with "
        "new ids, replace the earlier ones. Blurred faces keep their readings, and if no face "
        "is found, all do. Send an Idempotency-Key, or the ETag you last read as If-Match, so that "
        "a repeated request doesn't turn it twice."
    ),
    "request": {
        "application/json": OpenApiRequest(
            TurnSerializer,
            examples=[
                OpenApiExample("to the right", value={"degrees": 90}, request_only=True),
            ],
        )
    },
    "parameters": [UUID_PARAMETER, IF_MATCH_HEADER, KEY_HEADER, CAPTURE_ETAG_HEADER],
    "responses": {
        200: example_response(CaptureSerializer, _("Turned."), CAPTURE, "turned"),
        **problem_responses(
            "invalid",
            "parse_error",
            "bad_request",
            "permission_denied",
            "consent_required",
            "not_found",
            "conflict",
            "no_picture",
            "deleted",
            "precondition_failed",
            "unsupported_media_type",
            "no_model",
            "too_many_at_once",
        ),
    },
}


VERSION_IN_ADDRESS = OpenApiParameter(
    VERSION_PARAMETER,
    str,
    description=_("The picture's version, as it is in the address that a capture gives."),
    examples=[OpenApiExample("a version", value="3f2b8c1e5a944d1b")],
)


def picture_operation(summary: Any) -> dict[str, Any]:
    """Describe an operation that sends a stored picture."""
    return {
        "tags": ["captures"],
        "summary": summary,
        "description": _(
            "Always a JPEG, whatever was sent, without the original's metadata. 404 if it "
            "isn't saved. The app may cache it, for a year if the address has its version; "
            "shared caches may not."
        ),
        "parameters": [UUID_PARAMETER, VERSION_IN_ADDRESS, ETAG_HEADER],
        "responses": {
            (200, "image/jpeg"): OpenApiResponse(OpenApiTypes.BINARY, description=_("The JPEG.")),
            304: OpenApiResponse(description=_("Your copy is current.")),
            **problem_responses("not_found"),
        },
    }


PHOTO = picture_operation(_("Get the photo"))
CROP = picture_operation(_("Get the face crop"))
THUMBNAIL = picture_operation(_("Get the thumbnail"))
