"""How each operation is described in the schema and on the page made from it."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiRequest, OpenApiResponse

from emotions.api.schema import answers
from emotions.api.serializers import (
    CaptureSerializer,
    NewCaptureSerializer,
    TodayQuerySerializer,
    TodaySerializer,
)
from emotions.photo_errors import MESSAGES

UUID = "3f2b8c1e-5a94-4d1b-9a5e-0c7d1f6f2a10"
ADDRESS = f"https://mood.example.org/api/v1/captures/{UUID}/"
SHARES = {
    "angry": 0.004,
    "disgust": 0.001,
    "fear": 0.012,
    "happy": 0.931,
    "neutral": 0.038,
    "sad": 0.006,
    "surprise": 0.008,
}
CAPTURE = {
    "uuid": UUID,
    "source": "api",
    "taken_at": "2026-03-14T08:30:00Z",
    "time_zone": "Europe/Lisbon",
    "local_date": "2026-03-14",
    "photo": f"{ADDRESS}photo/",
    "thumbnail": f"{ADDRESS}thumbnail/",
    "width": 512,
    "height": 512,
    "note": "",
    "felt": None,
    "mood": None,
    "sequence": 42,
    "created_at": "2026-03-14T08:30:02.118034Z",
    "detections": [
        {
            "role": "answer",
            "box": {"x": 171, "y": 62, "width": 108, "height": 108},
            "probabilities": SHARES,
            "emotion": "happy",
            "confidence": 0.931,
            "unsure": False,
            "is_me": True,
            "model_version": "residual-1",
        }
    ],
}
TODAY_ANSWER = {
    "date": "2026-03-14",
    "time_zone": "Europe/Lisbon",
    "captures": 3,
    "computed_from": 2,
    "dominant": "happy",
    "sentiment": "positive",
    "valence": 0.914,
    "probabilities": SHARES,
}

WHICH = OpenApiParameter(
    "uuid",
    OpenApiTypes.UUID,
    OpenApiParameter.PATH,
    description=_("The UUID of the capture."),
    examples=[OpenApiExample("capture", value=UUID)],
)
ENTITY_TAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    description=_("Send it as If-None-Match the next time; 304 says that nothing changed."),
    response=[200],
)


def example(value: Any, name: str) -> list[OpenApiExample]:
    """Return the one example of an answer."""
    return [OpenApiExample(name, value=value, response_only=True)]


def picture(summary: Any) -> dict[str, Any]:
    """Describe an operation that sends a stored picture."""
    return {
        "tags": ["captures"],
        "summary": summary,
        "description": _(
            "Always a JPEG, whatever was sent, without the metadata of the original. "
            "404 where it is not kept. May be cached by the app, never by anything between."
        ),
        "parameters": [WHICH, ENTITY_TAG],
        "responses": {
            (200, "image/jpeg"): OpenApiResponse(OpenApiTypes.BINARY, description=_("The JPEG.")),
            304: OpenApiResponse(description=_("The picture that you have is the one.")),
            **answers("not_found"),
        },
    }


CREATE: dict[str, Any] = {
    "tags": ["captures"],
    "summary": _("Record a photo"),
    "description": _(
        "Reads one photo and records what its faces express; the largest face counts as yours. "
        "Make the UUID in the app and send it again after a lost connection: the same UUID "
        "answers 200 with the capture that is there and changes nothing."
    ),
    "request": {
        "multipart/form-data": OpenApiRequest(
            NewCaptureSerializer,
            encoding={"photo": {"contentType": "image/jpeg, image/png, image/webp"}},
        )
    },
    "parameters": [
        OpenApiParameter(
            "Location",
            OpenApiTypes.URI,
            OpenApiParameter.HEADER,
            description=_("The address of the capture."),
            response=[200, 201],
        )
    ],
    "responses": {
        201: OpenApiResponse(
            CaptureSerializer,
            description=_("Recorded."),
            examples=example(CAPTURE, "a happy face"),
        ),
        200: OpenApiResponse(
            CaptureSerializer,
            description=_("It had been recorded already; nothing changed."),
            examples=example(CAPTURE, "the same again"),
        ),
        **answers(
            "invalid",
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
    "parameters": [WHICH],
    "responses": {
        200: OpenApiResponse(
            CaptureSerializer,
            description=_("The capture."),
            examples=example(CAPTURE, "a happy face"),
        ),
        **answers("not_found"),
    },
}

DESTROY: dict[str, Any] = {
    "tags": ["captures"],
    "summary": _("Delete a capture"),
    "description": _(
        "Removes photo, numbers and note at once and for ever. The UUID stays taken: to record "
        "it again answers 410."
    ),
    "parameters": [WHICH],
    "responses": {
        204: OpenApiResponse(description=_("Deleted.")),
        **answers("permission_denied", "not_found"),
    },
}

PHOTO = picture(_("Get the photo"))
THUMBNAIL = picture(_("Get the thumbnail"))

TODAY: dict[str, Any] = {
    "tags": ["today"],
    "operation_id": "today_retrieve",
    "summary": _("Read today's mood"),
    "description": _(
        "The mood of today and its sentiment, computed from today's captures. A day is the mean "
        "over them; what you say you felt goes before what was detected. Without a capture that "
        "says something, mood and sentiment are null."
    ),
    "parameters": [TodayQuerySerializer],
    "responses": {
        200: OpenApiResponse(
            TodaySerializer,
            description=_("Today so far."),
            examples=example(TODAY_ANSWER, "a good day"),
        ),
        **answers("invalid"),
    },
}
