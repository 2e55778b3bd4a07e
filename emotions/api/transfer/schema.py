"""OpenAPI descriptions of export and import."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiRequest, OpenApiResponse

from emotions.api.openapi import problem_responses
from emotions.api.schema_shared import (
    JSON_BODY_PROBLEMS,
    example_response,
    json_request,
    response_examples,
)
from emotions.api.transfer.serializers import (
    ChoicesSerializer,
    ConfirmationSerializer,
    ImportDetailSerializer,
    ImportedSerializer,
    ImportFileSerializer,
    ImportJobSerializer,
    NewImportSerializer,
)

EXPORT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "me_export",
    "summary": _("Export everything"),
    "description": _(
        "A zip archive with index.html to read, profile.json, tags.json, security_log.json, "
        "captures.json, captures.csv and your pictures, streamed as it is created. Requires a "
        "session that has reauthenticated recently, or an access token that can export."
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
    "updated": 3,
    "reverted": 0,
    "kept_until": None,
    **OUTCOME,
}
DETAIL = {**STATE, "preview": None}
MOMENT = {
    "taken_at": "2026-01-07T20:30:00+01:00",
    "time_zone": "Europe/Berlin",
    "felt": None,
    "mood": 2,
    "note": "A long day.",
    "tags": ["work"],
}
PREVIEW = {
    "format": "daylio",
    "encoding": "utf-8-sig",
    "separator": ",",
    "language": "de",
    "date_order": "year_first",
    "dates_are_certain": True,
    "pictures": 0,
    "first": "2025-11-02",
    "last": "2026-03-13",
    "new": 212,
    "changed": 3,
    "already_there": 27,
    "deleted": 1,
    "refused": 15,
    "moods": [
        {"name": "Grübelig", "count": 14, "value": None},
        {"name": "Gut", "count": 120, "value": 4},
    ],
    "entries": [{**MOMENT, "note": "Slept well.", "mood": 4}],
    "changes": [{"before": MOMENT, "after": {**MOMENT, "tags": ["office"]}}],
    "refusals": [{"place": "line 45", "reason": "A quotation mark in this row is never closed."}],
    "remarks": [],
}
UNDECIDED = {
    **DETAIL,
    **dict.fromkeys(("position", "new", "updated", "already_there", "deleted", "refused"), 0),
    "refusals": [],
    "complete": False,
    "state": "ready",
    "undo_until": None,
}
READY = {**UNDECIDED, "kept_until": "2026-03-15T08:30:21Z", "preview": PREVIEW}
WAITING = {**UNDECIDED, "state": "waiting", "finished_at": None}
READING = {**WAITING, "state": "reading"}
CANCELLED = {**UNDECIDED, "state": "cancelled"}
CHOICES = {"time_zone": "Europe/Berlin", "moods": {"Grübelig": 2}}
UUID_PARAMETER = OpenApiParameter(
    "uuid",
    OpenApiTypes.UUID,
    OpenApiParameter.PATH,
    description=_("The UUID of the import."),
    examples=[OpenApiExample("import", value=UUID)],
)

IMPORT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "me_import",
    "summary": _("Import a file"),
    "description": _(
        "Imports an archive made by export/, on this site or another, a CSV file exported by "
        "Daylio, or a JSON file exported by Pixels. Moments that already exist are left unchanged, "
        "including those in the trash, so the same file can be sent again. An invalid entry is "
        "reported with its position and does not stop the others. Pictures, and what was detected "
        "in them, require consent. White space is sent while the file is processed, then the "
        "result, after at most five minutes; imports/ reports later progress."
    ),
    "request": {
        "multipart/form-data": OpenApiRequest(
            NewImportSerializer,
            encoding={"file": {"contentType": "application/zip, text/csv, application/json"}},
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

PREVIEW_IMPORT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "imports_create",
    "summary": _("Preview a file"),
    "description": _(
        "Uploads the same files as me/import/, but imports nothing yet. The worker looks through "
        "the file: poll the import until its state is ready, show its preview, then confirm or "
        "cancel. Unless confirmed, the file is deleted after a day, and as soon as another one is "
        "uploaded. Pictures require consent."
    ),
    "request": {
        "multipart/form-data": OpenApiRequest(
            ImportFileSerializer,
            encoding={"file": {"contentType": "application/zip, text/csv, application/json"}},
        )
    },
    "responses": {
        202: example_response(
            ImportDetailSerializer,
            _("Accepted; the worker looks through the file."),
            READING,
            "one that is being looked through",
        ),
        **problem_responses(*(*JSON_BODY_PROBLEMS, "consent_required", "too_large", "busy")),
    },
}

PREVIEW_AGAIN: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "imports_preview",
    "summary": _("Preview a file again"),
    "description": _(
        "Has the worker look through a file again with other choices, to see what would change. "
        "The import must be ready. Fields that you leave out keep their values."
    ),
    "request": json_request(ChoicesSerializer, CHOICES, "a zone and a mood"),
    "parameters": [UUID_PARAMETER],
    "responses": {
        202: example_response(
            ImportDetailSerializer,
            _("Accepted; the worker looks through the file."),
            READING,
            "one that is being looked through",
        ),
        **problem_responses(*JSON_BODY_PROBLEMS, "not_found", "not_ready", "busy"),
    },
}

CONFIRM_IMPORT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "imports_confirm",
    "summary": _("Import a previewed file"),
    "description": _(
        "Has the worker import a file whose preview is ready. Poll the import for its progress; "
        "it can be undone for 30 days. Fields that you leave out keep their values."
    ),
    "request": json_request(
        ConfirmationSerializer, {**CHOICES, "update": True}, "with a zone and a mood"
    ),
    "parameters": [UUID_PARAMETER],
    "responses": {
        202: example_response(
            ImportDetailSerializer,
            _("Accepted; the worker imports the file."),
            WAITING,
            "one that waits for its turn",
        ),
        **problem_responses(*JSON_BODY_PROBLEMS, "not_found", "not_ready", "busy"),
    },
}

CANCEL_IMPORT: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "imports_cancel",
    "summary": _("Cancel a previewed file"),
    "description": _("Deletes a file whose preview is ready, without importing anything."),
    "request": None,
    "parameters": [UUID_PARAMETER],
    "responses": {
        200: example_response(
            ImportDetailSerializer, _("The cancelled import."), CANCELLED, "one that is cancelled"
        ),
        **problem_responses("permission_denied", "not_found", "not_ready"),
    },
}

IMPORT_STATE: dict[str, Any] = {
    "tags": ["me"],
    "operation_id": "imports_retrieve",
    "summary": _("Get an import's progress"),
    "description": _(
        "One uploaded file. Poll every few seconds while its state is reading, waiting, running or "
        "undoing."
    ),
    "parameters": [UUID_PARAMETER],
    "responses": {
        200: OpenApiResponse(
            ImportDetailSerializer,
            description=_("The import's progress."),
            examples=[
                *response_examples(DETAIL, "one that came in"),
                *response_examples(READY, "one that waits for a decision"),
            ],
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
            ImportDetailSerializer,
            _("Accepted; the worker undoes the import."),
            {**DETAIL, "state": "undoing", "undo_until": None},
            "one that is being undone",
        ),
        **problem_responses("permission_denied", "not_found", "not_undoable", "busy"),
    },
}
