"""Synchronisation: changes since a cursor, and batches of captures recorded offline."""

import base64
import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from emotions.api.base import PersonalView, person_of, validated, validated_query
from emotions.api.captures.changing import change_capture
from emotions.api.captures.serializers import CaptureSerializer
from emotions.api.captures.views import record
from emotions.api.etags import sequence_in
from emotions.api.pagination import InvalidCursorError
from emotions.api.problems import problem_response
from emotions.api.readings.views import record_reading
from emotions.api.sync.schema import BATCH, CHANGES
from emotions.api.sync.serializers import (
    MAX_PAGE_SIZE,
    BatchSerializer,
    ChangesQuerySerializer,
    ChangesSerializer,
    entry_type,
)
from emotions.api.throttling import CaptureThrottle
from emotions.api.unknown_fields import handle_unknown_fields, note_ignored, unknown_fields
from emotions.captures import selectors
from emotions.models import Capture

CURSOR = re.compile(r"after:(\d{1,18})")


def cursor_after(sequence: int) -> str:
    """Return the opaque cursor behind a change."""
    return base64.urlsafe_b64encode(f"after:{sequence}".encode()).decode().rstrip("=")


def sequence_of(cursor: str) -> int:
    """Return the sequence number in a cursor.

    Raises:
        InvalidCursorError: it is not one of ours.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        match = CURSOR.fullmatch(base64.urlsafe_b64decode(padded).decode("ascii"))
    except ValueError as error:
        raise InvalidCursorError from error
    if match is None or cursor_after(int(match[1])) != cursor:
        raise InvalidCursorError
    return int(match[1])


def change_of(capture: Capture) -> dict[str, Any]:
    """Return the latest change of a capture, of which nothing is told once it is deleted."""
    deleted = capture.deleted_at is not None
    return {
        "sequence": capture.sequence,
        "uuid": capture.uuid,
        "deleted": deleted,
        "capture": None if deleted else capture,
    }


STATUSES = {
    "create": status.HTTP_201_CREATED,
    "edit": status.HTTP_200_OK,
    "delete": status.HTTP_204_NO_CONTENT,
    "restore": status.HTTP_200_OK,
}
"""What an entry of a batch is answered with, by its action."""


class ChangesView(PersonalView):
    """Everything that was created, changed or deleted since."""

    @extend_schema(**CHANGES)
    def get(self, request: Request) -> Response:
        """Return changes in their order."""
        query = validated_query(ChangesQuerySerializer, request)
        person = person_of(request)
        after = sequence_of(query["cursor"]) if "cursor" in query else 0
        if after > person.sequence:
            raise InvalidCursorError
        limit = min(query["page_size"], MAX_PAGE_SIZE)
        rows = selectors.changes(owner=person, after=after, limit=limit + 1)
        changes, more = rows[:limit], len(rows) > limit
        # Numbers become visible in order, so whatever came up to the person's is among the rows.
        last = changes[-1].sequence if changes else after
        answer = {
            "changes": [change_of(capture) for capture in changes],
            "also_changed": selectors.also_changed(owner=person, after=after),
            "cursor": cursor_after(last if more else max(last, person.sequence)),
            "more": more,
        }
        return Response(ChangesSerializer(answer, context={"request": request}).data)


class BatchView(PersonalView):
    """Many captures in one request, each on its own."""

    cost = 10
    post_throttle_classes = [CaptureThrottle]
    heavy_methods = frozenset({"POST"})

    parser_classes = [MultiPartParser]

    @extend_schema(**BATCH)
    def post(self, request: Request) -> Response:
        """Do what waited, one after the other; an entry that fails stops none."""
        parts = unknown_fields(BatchSerializer(), request.data)
        note_ignored(request._request, [part for part in parts if part not in request.FILES])
        waiting = validated(BatchSerializer, request.data)["captures"]
        outcomes = [self.outcome(request, *numbered) for numbered in enumerate(waiting)]
        return Response({"outcomes": outcomes}, status=status.HTTP_200_OK)

    def outcome(self, request: Request, number: int, sent: Any) -> dict[str, Any]:
        """Do what an entry says, and return its outcome."""
        said = sent if isinstance(sent, dict) else {}
        outcome = {"uuid": said.get("uuid"), "key": said.get("key"), "capture": None}
        try:
            entry = entry_type(sent)
            path = f"captures.{number}."
            handle_unknown_fields(entry(), sent, request._request, path=path)
            values = validated(entry, sent)
            action = values.pop("action")
            make = self.create if action == "create" else self.change
            capture = make(request, action, values)
        except Exception as error:
            answer = problem_response(error, {"view": self, "request": request})
            if answer is None:
                raise
            return {**outcome, "status": answer.status_code, "problem": answer.data}
        if capture:
            outcome["capture"] = CaptureSerializer(capture, context={"request": request}).data
        return {**outcome, "status": STATUSES[action], "problem": None}

    def create(self, request: Request, _action: str, values: dict[str, Any]) -> Capture:
        """Record a capture, or what a device has read."""
        if "photo" in values:
            values["photo"] = self.part(request, values["photo"])
        record_entry = record_reading if "detections" in values else record
        recorded = record_entry(person_of(request), values, key=values.pop("key", None))
        return selectors.get_capture(owner=recorded.owner, uuid=recorded.uuid)

    def change(self, request: Request, action: str, values: dict[str, Any]) -> Capture | None:
        """Edit, delete or restore a capture."""
        return change_capture(
            action,
            owner=person_of(request),
            uuid=values.pop("uuid"),
            expected=sequence_in(values.pop("if_match", "")),
            key=values.pop("key", None),
            values=values,
        )

    def part(self, request: Request, name: str) -> Any:
        """Return an uploaded file, rewound, since several captures may share it.

        Raises:
            ValidationError: there is no file of that name.
        """
        part = request.FILES.get(name)
        if part is None:
            raise serializers.ValidationError(
                {"photo": [_("There's no file part with that name.")]}
            )
        part.seek(0)
        return part
