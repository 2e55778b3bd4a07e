"""OpenAPI description of the security log."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse

from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import response_examples
from emotions.api.security_events.serializers import SecurityEventSerializer

EVENT = {
    "id": 81,
    "kind": "token_made",
    "at": "2026-03-14T08:30:00Z",
    "device": "Firefox on Linux",
    "address": "203.0.113.7",
    "about": "backup script",
}

EVENTS: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "security_events_list",
    "summary": _("Get the security log"),
    "description": _(
        "Sign-ins and changes to your account in the last 180 days: the 200 latest events, "
        "newest first. Other kinds may be added."
    ),
    "responses": {
        200: OpenApiResponse(
            SecurityEventSerializer(many=True),
            description=_("Your security log."),
            examples=response_examples(EVENT, "a token"),
        ),
        **problem_responses(),
    },
}
