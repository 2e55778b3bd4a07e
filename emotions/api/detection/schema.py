"""OpenAPI description of detection without storage."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiRequest

from emotions.api.detection.serializers import FramesReadSerializer, FramesSerializer
from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import SHARES, example_response

SEEN = {
    "model_version": "residual-2",
    "photos": [
        {
            "width": 320,
            "height": 240,
            "faces": [
                {
                    "box": {"x": 107, "y": 39, "width": 68, "height": 68},
                    "probabilities": SHARES,
                    "emotion": "happy",
                    "confidence": 0.931,
                    "unsure": False,
                    "roll": 4,
                    "set": ["happy"],
                }
            ],
            "problem": None,
        }
    ],
}


DETECT: dict[str, Any] = {
    "tags": ["detect"],
    "operation_id": "detect",
    "summary": _("Read frames without saving them"),
    "description": _(
        "Reads up to 8 pictures and stores nothing, for live view and previews. Scale frames "
        "down to 320 pixels, and wait for the response before sending the next: each person "
        "can have one request in progress; others return 429 with Retry-After."
    ),
    "request": {
        "multipart/form-data": OpenApiRequest(
            FramesSerializer,
            encoding={"photos": {"contentType": "image/jpeg, image/png, image/webp"}},
        )
    },
    "responses": {
        200: example_response(FramesReadSerializer, _("What they show."), SEEN, "a happy face"),
        **problem_responses(
            "invalid",
            "parse_error",
            "bad_request",
            "permission_denied",
            "consent_required",
            "unsupported_media_type",
            "too_large",
            "busy",
            "no_model",
        ),
    },
}
