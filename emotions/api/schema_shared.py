"""Examples and parameters that several operations have."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from emotions.api.openapi import answers

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
    "created_at": "2026-03-14T08:30:02.118034Z",
    "deleted_at": None,
    "detections": [
        {
            "id": 1207,
            "role": "answer",
            "box": {"x": 171, "y": 62, "width": 108, "height": 108},
            "probabilities": SHARES,
            "emotion": "happy",
            "confidence": 0.931,
            "unsure": False,
            "is_me": True,
            "model_version": "residual-2",
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


REVISION = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    description=_("Names this state of the capture, for If-Match and If-None-Match."),
    response=[200, 201],
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description=_("The ETag that you have read: 412 if the capture has changed since."),
    examples=[OpenApiExample("the state that was read", value='"42"')],
)


def answered(serializer: Any, description: Any, value: Any, name: str) -> OpenApiResponse:
    """Describe an answer with its one example."""
    return OpenApiResponse(serializer, description=description, examples=example(value, name))


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
