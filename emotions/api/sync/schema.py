"""OpenAPI descriptions of the endpoints for synchronisation."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiRequest

from emotions.api.captures.schema import CAPTURE, UUID
from emotions.api.openapi import problem_example, problem_responses
from emotions.api.reminders.schema import REMINDER
from emotions.api.schema_shared import example_response
from emotions.api.sync.resources import KINDS
from emotions.api.sync.serializers import (
    BatchOutcomesSerializer,
    BatchSerializer,
    ChangesPageSerializer,
    ChangesQuerySerializer,
)

TOMBSTONE = {
    "sequence": 43,
    "uuid": "90b0e2a4-2d5f-4f7e-8a38-0b9d3f1f4c11",
    "deleted": True,
    "capture": None,
}

CHANGES: dict[str, Any] = {
    "tags": ["sync"],
    "operation_id": "changes_list",
    "summary": _("Get changes"),
    "description": _(
        "Everything created, changed, deleted or restored since the cursor: each capture once, "
        "in its current state, ordered by its latest change. With kinds, also tags, reminders, "
        "settings and consents; without, only which other resources to read again, such as "
        "`tags/`. Apply the changes in order, store the cursor and send it with the next "
        "request, and your copy matches the server's."
    ),
    "parameters": [ChangesQuerySerializer],
    "responses": {
        200: example_response(
            ChangesPageSerializer,
            _("The changes, possibly none."),
            {
                "changes": [
                    {"sequence": 42, "uuid": UUID, "deleted": False, "capture": CAPTURE},
                    TOMBSTONE,
                ],
                "resources": [
                    {
                        "kind": "reminder",
                        "id": "5",
                        "sequence": 41,
                        "deleted": False,
                        **dict.fromkeys(KINDS),
                        "reminder": REMINDER,
                    },
                ],
                "also_changed": ["tags"],
                "cursor": "YWZ0ZXI6NDM",
                "more": False,
            },
            "a change and a deletion",
        ),
        **problem_responses("invalid", "invalid_cursor"),
    },
}

BATCH: dict[str, Any] = {
    "tags": ["sync"],
    "operation_id": "captures_batch",
    "summary": _("Send a batch"),
    "description": _(
        "Creates, edits, deletes and restores up to 20 captures in the order given, each "
        "independently: if one is refused, the others still count. Repeat the same request if "
        "the connection is lost: what is created has its UUID, and the other actions take a key."
    ),
    "request": {
        "multipart/form-data": OpenApiRequest(
            BatchSerializer,
            encoding={"captures": {"contentType": "application/json"}},
            examples=[
                OpenApiExample(
                    "one with a photo, one to edit",
                    value={
                        "captures": [
                            {
                                "uuid": UUID,
                                "photo": "first",
                                "taken_at": "2026-03-14T08:30:00+00:00",
                            },
                            {
                                "action": "edit",
                                "uuid": TOMBSTONE["uuid"],
                                "key": "edit-7",
                                "if_match": '"43"',
                                "mood": 4,
                            },
                        ]
                    },
                    request_only=True,
                )
            ],
        )
    },
    "responses": {
        200: example_response(
            BatchOutcomesSerializer,
            _("The outcome of each, in order."),
            {
                "outcomes": [
                    {
                        "uuid": UUID,
                        "key": None,
                        "status": 201,
                        "capture": CAPTURE,
                        "problem": None,
                    },
                    {
                        "uuid": TOMBSTONE["uuid"],
                        "key": "edit-7",
                        "status": 412,
                        "capture": None,
                        "problem": problem_example("precondition_failed").value,
                    },
                ]
            },
            "one recorded, one refused",
        ),
        **problem_responses(
            "invalid",
            "parse_error",
            "bad_request",
            "permission_denied",
            "too_large",
            "unsupported_media_type",
            "too_many_at_once",
        ),
    },
}
