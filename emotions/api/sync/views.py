"""Synchronisation: changes since a cursor, and batches of captures recorded offline."""

import base64
import re
from collections.abc import Collection
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.services import current_sequence
from emotions import feed
from emotions.api.base import PersonalView, person_of, validated, validated_query
from emotions.api.captures.changing import change_capture
from emotions.api.captures.serializers import CaptureSerializer
from emotions.api.captures.views import record
from emotions.api.etags import sequence_in
from emotions.api.pagination import InvalidCursorError
from emotions.api.problems import problem_response
from emotions.api.readings.views import record_reading
from emotions.api.sync.resources import CAPTURES, KINDS, read_resources
from emotions.api.sync.schema import BATCH, CHANGES
from emotions.api.sync.serializers import (
    MAX_PAGE_SIZE,
    BatchSerializer,
    ChangesPageSerializer,
    ChangesQuerySerializer,
    entry_type,
)
from emotions.api.throttling import CaptureThrottle
from emotions.api.unknown_fields import handle_unknown_fields, note_ignored, unknown_fields
from emotions.captures import selectors
from emotions.feed import States
from emotions.models import Capture, ResourceVersion

CURSOR = re.compile(r"after:(\d{1,18})((?::[a-z]+)*)")


def cursor_after(sequence: int, kinds: Collection[str] = ()) -> str:
    """Return the opaque cursor behind a change, for a copy of captures or of these kinds."""
    named = [] if set(kinds) <= {CAPTURES} else sorted(kinds)
    text = ":".join(["after", str(sequence), *named])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[int, set[str]]:
    """Return the sequence number in a cursor, and the kinds that it was made for.

    Raises:
        InvalidCursorError: it is not one of ours.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        match = CURSOR.fullmatch(base64.urlsafe_b64decode(padded).decode("ascii"))
    except ValueError as error:
        raise InvalidCursorError from error
    if match is None:
        raise InvalidCursorError
    sequence, kinds = int(match[1]), set(match[2].split(":")[1:])
    if cursor_after(sequence, kinds) != cursor:
        raise InvalidCursorError
    return sequence, kinds or {CAPTURES}


def change_of(capture: Capture) -> dict[str, Any]:
    """Return the latest change of a capture, of which nothing is told once it is deleted."""
    deleted = capture.deleted_at is not None
    return {
        "sequence": capture.sequence,
        "uuid": capture.uuid,
        "deleted": deleted,
        "capture": None if deleted else capture,
    }


def resource_change(change: ResourceVersion, states: States) -> dict[str, Any]:
    """Return the latest change of another resource, of which nothing is told once it is gone."""
    state = states.get((change.kind, change.key))
    return {
        "kind": change.kind,
        "id": change.key,
        "sequence": change.sequence,
        "deleted": state is None,
        **dict.fromkeys(KINDS),
        change.kind: state,
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
        person, kinds = person_of(request), set(query.get("kinds") or {CAPTURES})
        after, known = read_cursor(query["cursor"]) if "cursor" in query else (0, kinds)
        if after > person.sequence or not kinds <= known:
            raise InvalidCursorError
        limit = min(query["page_size"], MAX_PAGE_SIZE)
        others = kinds - {CAPTURES}
        states = feed.number_changes(
            owner=person, kinds=others, read=partial(read_resources, person, others)
        )
        # Numbers become visible in order, so whatever has one up to this is among the rows.
        until = current_sequence(person=person)
        window = {"owner": person, "after": after, "until": until, "limit": limit + 1}
        captures = selectors.changes(**window) if CAPTURES in kinds else []
        rows: list[Capture | ResourceVersion] = [
            *captures,
            *feed.resource_changes(kinds=others, **window),
        ]
        rows.sort(key=lambda row: row.sequence)
        changes, more = rows[:limit], len(rows) > limit
        answer = {
            "changes": [change_of(row) for row in changes if isinstance(row, Capture)],
            "resources": [
                resource_change(row, states) for row in changes if isinstance(row, ResourceVersion)
            ],
            "also_changed": selectors.also_changed(owner=person, after=after),
            "cursor": cursor_after(changes[-1].sequence if more else until, kinds),
            "more": more,
        }
        return Response(ChangesPageSerializer(answer, context={"request": request}).data)


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

        It is the part of that name, or the one among `photos` whose file has it.

        Raises:
            ValidationError: there is no file of that name.
        """
        photos = {photo.name: photo for photo in request.FILES.getlist("photos")}
        part = request.FILES.get(name) or photos.get(name)
        if part is None:
            raise serializers.ValidationError(
                {"photo": [_("There's no file part with that name.")]}
            )
        part.seek(0)
        return part
