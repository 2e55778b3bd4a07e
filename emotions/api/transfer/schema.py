"""OpenAPI descriptions of export and import."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiRequest, OpenApiResponse

from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import JSON_BODY_PROBLEMS, example_response, response_examples
from emotions.api.transfer.serializers import (
    ImportedSerializer,
    ImportJobSerializer,
    ImportSerializer,
)

EXPORT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "export",
    "summary": _("Export everything"),
    "description": _(
        "A zip archive with index.html to read, profile.json, security_log.json, captures.json, "
        "captures.csv and your pictures, made while it is sent. Requires a session that has "
        "reauthenticated recently, or an access token that may export."
    ),
    "responses": {
        (200, "application/zip"): OpenApiResponse(
            OpenApiTypes.BINARY, description=_("The archive.")
        ),
        **problem_responses("export_not_allowed", "reauthentication_required", "too_many_at_once"),
    },
}

OUTCOME = {
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
}
UUID = "8b0f4bb2-0d5c-4f0e-9c55-6a3d2f7e9b11"
STATE = {
    "uuid": UUID,
    "state": "finished",
    "created_at": "2026-03-14T08:30:00Z",
    "finished_at": "2026-03-14T08:30:21Z",
    "time_zone": "Europe/Lisbon",
    "position": 244,
    "undone": 0,
    "trashed": 0,
    "undo_until": "2026-04-13T08:30:21Z",
    "error": "",
    **OUTCOME,
}
UUID_PARAMETER = OpenApiParameter(
    "uuid",
    OpenApiTypes.UUID,
    OpenApiParameter.PATH,
    description=_("The UUID of the import."),
    examples=[OpenApiExample("import", value=UUID)],
)

IMPORT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "import",
    "summary": _("Bring a history in"),
    "description": _(
        "Imports an archive made by export/, on this site or another, or a CSV file exported by "
        "Daylio. Moments that already exist are left unchanged, including those in the trash, so "
        "the same file can be sent again. An invalid entry is reported with its position and does "
        "not stop the others. Pictures, and what was detected in them, require consent. White "
        "space is sent while the file is processed, then the result, after at most five minutes; "
        "imports/ reports later progress."
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
            _("The outcome of the import."),
            OUTCOME,
            "most of it is new",
        ),
        **problem_responses(
            *(*JSON_BODY_PROBLEMS, "consent_required", "too_large", "busy", "imports_busy")
        ),
    },
}

IMPORTS: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "imports_list",
    "summary": _("List imports"),
    "description": _("The latest 50 uploaded files, from apps and pages, newest first."),
    "responses": {
        200: OpenApiResponse(
            ImportJobSerializer(many=True),
            description=_("The imports."),
            examples=response_examples(STATE, "one that came in"),
        ),
        **problem_responses(),
    },
}

IMPORT_STATE: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "imports_retrieve",
    "summary": _("Get an import's progress"),
    "description": _(
        "One uploaded file. Poll every few seconds while its state is waiting, running or undoing."
    ),
    "parameters": [UUID_PARAMETER],
    "responses": {
        200: example_response(
            ImportJobSerializer, _("The import's progress."), STATE, "one that came in"
        ),
        **problem_responses("not_found"),
    },
}

UNDO_IMPORT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "imports_undo",
    "summary": _("Undo an import"),
    "description": _(
        "Permanently removes the moments that a file brought, within 30 days of the import; those "
        "changed since go to the trash. The worker does this: poll the import for its progress. "
        "The file can then be imported again."
    ),
    "request": None,
    "parameters": [UUID_PARAMETER],
    "responses": {
        202: example_response(
            ImportJobSerializer,
            _("Accepted; the worker undoes the import."),
            {**STATE, "state": "undoing", "undo_until": None},
            "one that is being undone",
        ),
        **problem_responses("permission_denied", "not_found", "not_undoable", "busy"),
    },
}
