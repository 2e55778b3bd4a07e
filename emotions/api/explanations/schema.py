"""OpenAPI descriptions of the endpoints for what an answer rests on."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse

from emotions.api.captures.schema import UUID_PARAMETER
from emotions.api.explanations.serializers import ExplanationSerializer
from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import example_response

EXPLANATION: dict[str, Any] = {
    "tags": ["captures"],
    "operation_id": "captures_explanation_retrieve",
    "summary": _("Get what the network looked at"),
    "description": _(
        "Covers one area of the face after another and tells what that changes. Takes a second "
        "of computing. 404 if no face was read, or no picture of it is saved."
    ),
    "parameters": [UUID_PARAMETER],
    "responses": {
        200: example_response(
            ExplanationSerializer,
            _("The explanation."),
            {
                "emotion": "happy",
                "part": "mouth",
                "drop": 0.41,
                "description": "Mainly your mouth and chin.",
                "picture": "https://mood.example.org/api/v1/captures/"
                "3f2b8c1e-5a94-4d1b-9a5e-0c7d1f6f2a10/explanation/picture/",
            },
            "a smile",
        ),
        **problem_responses("not_found", "too_many_at_once"),
    },
}

EXPLANATION_PICTURE: dict[str, Any] = {
    "tags": ["captures"],
    "operation_id": "captures_explanation_picture_retrieve",
    "summary": _("Get a picture of what the network looked at"),
    "description": _("The face with the areas coloured that the answer rests on."),
    "parameters": [UUID_PARAMETER],
    "responses": {
        (200, "image/jpeg"): OpenApiResponse(OpenApiTypes.BINARY, description=_("The JPEG.")),
        **problem_responses("not_found", "too_many_at_once"),
    },
}
