"""OpenAPI description of the endpoint for readings of devices."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from emotions.api.captures.schema import CAPTURE, CAPTURE_ETAG_HEADER, UUID
from emotions.api.captures.serializers import CaptureSerializer
from emotions.api.idempotency import KEY_HEADER
from emotions.api.openapi import problem_responses
from emotions.api.readings.serializers import ReadingSerializer
from emotions.api.schema_shared import (
    JSON_BODY_PROBLEMS,
    SHARES,
    json_request,
    response_examples,
)

BOX = {"x": 171, "y": 62, "width": 108, "height": 108}
READING_EXAMPLE = {
    "uuid": UUID,
    "taken_at": "2026-03-14T08:30:00Z",
    "time_zone": "Europe/Lisbon",
    "model_sha256": "5d2c" * 16,
    "picture": {"width": 512, "height": 512},
    "detections": [{"box": BOX, "probabilities": SHARES, "roll": 4, "is_me": True}],
    "felt": "happy",
}
RECORDED = {
    **CAPTURE,
    "kept": "nothing",
    **dict.fromkeys(("photo", "crop", "thumbnail")),
    "detections": [{**CAPTURE["detections"][0], "made_by": "device"}],
}

READING: dict[str, Any] = {
    "tags": ["captures"],
    "operation_id": "captures_readings_create",
    "summary": _("Record a reading"),
    "description": _(
        "Records a moment whose picture the device has read itself, with the files that `model/` "
        "names: no picture is sent, only numbers are kept. A reading by an earlier network is "
        "kept under that network's name. What was read is never part of figures about the "
        "network, and helps to train none. UUIDs and Idempotency-Keys work as for photos."
    ),
    "request": json_request(ReadingSerializer, READING_EXAMPLE, "a happy face"),
    "parameters": [
        CAPTURE_ETAG_HEADER,
        KEY_HEADER,
        OpenApiParameter(
            "Location",
            OpenApiTypes.URI,
            OpenApiParameter.HEADER,
            description=_("The URL of the capture."),
            response=[201],
        ),
    ],
    "responses": {
        201: OpenApiResponse(
            CaptureSerializer,
            description=_("Recorded."),
            examples=response_examples(RECORDED, "a happy face"),
        ),
        **problem_responses(
            *JSON_BODY_PROBLEMS,
            "conflict",
            "consent_required",
            "deleted",
            "no_face",
            "no_model",
            "too_many_tags",
            "too_many_moments",
        ),
    },
}
