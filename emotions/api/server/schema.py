"""OpenAPI description of the endpoint for what a site is and allows."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse

from emotions.api.captures.schema import ETAG_HEADER
from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import example_response
from emotions.api.server.serializers import RatesSerializer, ServerSerializer

MINUTE = {"requests": 600, "seconds": 60}
SERVER: dict[str, Any] = {
    "tags": ["server"],
    "operation_id": "server_retrieve",
    "summary": _("Get facts about the site"),
    "description": _(
        "Its version, languages, features and limits, and who may sign up. Needs no account. "
        "What one person may use of the site is in the quotas of the profile."
    ),
    "parameters": [ETAG_HEADER],
    "responses": {
        200: example_response(
            ServerSerializer,
            _("The site."),
            {
                "name": "Emoplatform",
                "version": "1.1.0",
                "sign_up": "open",
                "languages": [{"code": "en", "name": "English"}],
                "consents": {"use": "2026-11-27", "improve": "2026-11-27"},
                "features": {"push": True, "email_verification": True},
                "limits": {
                    "request_bytes": 41_943_040,
                    "import_bytes": 1_073_741_824,
                    "photo_bytes": 15_728_640,
                    "photo_pixels": 25_000_000,
                    "photo_side": 20_000,
                    "read_side": 2048,
                    "frames": 8,
                    "batch": 20,
                    "page_size": 200,
                    "note_length": 2000,
                    "tags": 20,
                    "tag_length": 40,
                    "reminders": 20,
                    "rates": dict.fromkeys(RatesSerializer().fields, MINUTE),
                },
            },
            "a site",
        ),
        304: OpenApiResponse(description=_("Your copy is current.")),
        **problem_responses(),
    },
}
