"""OpenAPI descriptions of the endpoints for model versions."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from emotions.api.model_versions.serializers import AnsweredModelSerializer, ModelSerializer
from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import example_response

MODEL: dict[str, Any] = {
    "tags": ["model"],
    "operation_id": "model_retrieve",
    "summary": _("Read about the network"),
    "description": _(
        "The network that reads photos now, with everything that was measured when it was made: "
        "how often it is right, emotion by emotion, and when it says that it is unsure."
    ),
    "responses": {
        200: example_response(
            ModelSerializer,
            _("Its card."),
            {
                "name": "residual-2",
                "sha256": "5d2c" * 16,
                "created_at": "2026-11-23T06:00:00Z",
                "card": {"unsure_below": 0.53},
            },
            "a card",
        ),
        **problem_responses("no_model"),
    },
}


MODELS: dict[str, Any] = {
    "tags": ["model"],
    "operation_id": "models_list",
    "summary": _("Read about every network that answered"),
    "description": _(
        "The network that reads photos now comes first, then those before it, each with its card, "
        "when it answered, and how often its figures on the test photos were looked at."
    ),
    "responses": {
        200: example_response(
            AnsweredModelSerializer(many=True),
            _("Their cards."),
            {
                "name": "residual-2",
                "sha256": "5d2c" * 16,
                "created_at": "2026-11-23T06:00:00Z",
                "looks": 3,
                "answered": [{"since": "2026-11-23T06:00:00Z", "until": None}],
                "card": {"unsure_below": 0.53},
            },
            "a network",
        ),
        **problem_responses(),
    },
}
