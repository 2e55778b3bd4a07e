"""OpenAPI descriptions of the endpoints for model versions."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from emotions.api.model_versions.serializers import AnsweredModelSerializer, ModelSerializer
from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import example_response

MODEL: dict[str, Any] = {
    "tags": ["model"],
    "operation_id": "model_retrieve",
    "summary": _("Get the active model version"),
    "description": _(
        "The active network with every figure measured when it was created: how often it is "
        "right for each emotion, and when it reports that it is unsure."
    ),
    "responses": {
        200: example_response(
            ModelSerializer,
            _("Its model card."),
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
    "summary": _("List model versions"),
    "description": _(
        "The active network first, then earlier ones, each with its model card, when it was "
        "active, and how many times its test figures have been looked at."
    ),
    "responses": {
        200: example_response(
            AnsweredModelSerializer(many=True),
            _("Their model cards."),
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
