"""OpenAPI descriptions of the endpoints for model versions."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse

from emotions.api.captures.schema import ETAG_HEADER
from emotions.api.model_versions.serializers import AnsweredModelSerializer, ModelSerializer
from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import example_response
from ml.emotions import EMOTIONS

MODEL: dict[str, Any] = {
    "tags": ["model"],
    "operation_id": "model_retrieve",
    "summary": _("Get the active model version"),
    "description": _(
        "The active network with every figure measured when it was created: how often it is "
        "right for each emotion, and when it reports that it is unsure. Also its files and how "
        "photos are prepared, so that a device can read faces itself. Needs no account."
    ),
    "parameters": [ETAG_HEADER],
    "responses": {
        200: example_response(
            ModelSerializer,
            _("Its model card."),
            {
                "name": "residual-2",
                "sha256": "5d2c" * 16,
                "created_at": "2026-11-23T06:00:00Z",
                "emotions": [str(emotion) for emotion in EMOTIONS],
                "shown": "shown",
                "unsure_below": 0.53,
                "set_mass": 0.98,
                "preprocessing": {
                    "input_side": 48,
                    "face_margin": 0.0,
                    "grey_weights": {"red": 0.299, "green": 0.587, "blue": 0.114},
                    "detector_side": 128,
                    "box_scale": 1.25,
                    "box_rise": 0.1,
                    "roll_margin": 0.25,
                    "steps": ["Turn the photo upright by its EXIF orientation."],
                },
                "files": [
                    {
                        "name": "network",
                        "url": f"https://mood.example.org/model-files/{'5d2c' * 16}",
                        "sha256": "5d2c" * 16,
                        "size": 1383904,
                        "media_type": "application/octet-stream",
                    }
                ],
                "conformance": {
                    "name": "conformance",
                    "url": f"https://mood.example.org/model-files/{'7a31' * 16}",
                    "sha256": "7a31" * 16,
                    "size": 630524,
                    "media_type": "application/zip",
                },
                "card": {"unsure_below": 0.53},
            },
            "a card",
        ),
        304: OpenApiResponse(description=_("Your copy is current.")),
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
