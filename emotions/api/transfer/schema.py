"""OpenAPI descriptions of export and import."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiRequest, OpenApiResponse

from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import JSON_BODY_PROBLEMS, example_response
from emotions.api.transfer.serializers import ImportedSerializer, ImportSerializer

EXPORT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "export",
    "summary": _("Take everything with you"),
    "description": _(
        "A zip archive with index.html to read, profile.json, captures.json, captures.csv and "
        "your pictures, made while it is sent. A sign-in needs to have confirmed just now "
        "who it is."
    ),
    "responses": {
        (200, "application/zip"): OpenApiResponse(
            OpenApiTypes.BINARY, description=_("The archive.")
        ),
        **problem_responses("reauthentication_required", "too_many_at_once"),
    },
}


IMPORT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "import",
    "summary": _("Bring a history in"),
    "description": _(
        "Takes in an archive that export/ made, here or elsewhere, or Daylio's table. What is "
        "there already is left alone, also in the trash, so the same file may be sent again; an "
        "entry that is not as expected is told with its place and stops none of the others. "
        "Pictures and what was read from them need consent. White space comes while it is read, "
        "then the answer."
    ),
    "request": {
        "multipart/form-data": OpenApiRequest(
            ImportSerializer,
            encoding={"file": {"contentType": "application/zip, text/csv"}},
        )
    },
    "responses": {
        200: example_response(
            ImportedSerializer,
            _("What became of the entries."),
            {
                "new": 212,
                "already_there": 30,
                "deleted": 1,
                "refused": 1,
                "refusals": [
                    {
                        "place": "captures.json, line 45",
                        "reason": "mood: expected a number from 1 to 5, or null.",
                    }
                ],
                "complete": True,
            },
            "most of it is new",
        ),
        **problem_responses(
            *(*JSON_BODY_PROBLEMS, "consent_required", "too_large", "busy", "imports_busy")
        ),
    },
}
