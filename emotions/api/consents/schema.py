"""OpenAPI descriptions of the endpoint for the texts that people consent to."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from accounts.models import Consent
from emotions.api.captures.schema import ETAG_HEADER
from emotions.api.consents.serializers import ConsentTextQuerySerializer, ConsentTextSerializer
from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import example_response

CONSENT_TEXT: dict[str, Any] = {
    "tags": ["server"],
    "operation_id": "consent_text_retrieve",
    "summary": _("Get a consent text"),
    "description": _(
        "The text that people read before they consent, in the language you ask for. Show all "
        "of it, then send its version with the consent. Needs no account."
    ),
    "parameters": [
        OpenApiParameter(
            "kind",
            str,
            OpenApiParameter.PATH,
            enum=Consent.Kind.values,
            description=_("use: photos are read. improve: they may help the network."),
        ),
        ConsentTextQuerySerializer,
        ETAG_HEADER,
    ],
    "responses": {
        200: example_response(
            ConsentTextSerializer,
            _("The current text."),
            {
                "kind": "use",
                "version": "2026-11-27",
                "language": "en",
                "title": "Before your first photo",
                "text": "A face is personal.\n\n## Who sees it\n\nOnly you.",
                "statement": "I agree to my photos being read in this way.",
            },
            "a text",
        ),
        304: OpenApiResponse(description=_("Your copy is current.")),
        **problem_responses("invalid", "not_found"),
    },
}
