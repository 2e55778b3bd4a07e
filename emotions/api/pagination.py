"""Cursor pagination of captures."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView

from emotions.api.document.integers import MAX_INT32
from emotions.api.fields import StrictIntegerField


class PageQuerySerializer(serializers.Serializer[Any]):
    """How much of a list is wanted at once."""

    page_size = StrictIntegerField(required=False, min_value=1, max_value=MAX_INT32)


class InvalidCursorError(APIException):
    status_code = HTTPStatus.BAD_REQUEST
    default_code = "invalid_cursor"
    default_detail = _("Use the cursor exactly as given in next and previous.")


class HistoryPagination(CursorPagination):
    """Newest first, by a cursor that is stable while captures are added."""

    ordering = ("-taken_at", "-id")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    page_size_query_description = "Captures a page; more than 200 count as 200."
    cursor_query_description = (
        "Where the page begins, opaque: follow next and previous instead of making one."
    )

    def get_page_size(self, request: Request) -> int:
        """Return the page size that the client asks for, at most `max_page_size`."""
        query = PageQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        return min(query.validated_data.get("page_size", self.page_size), self.max_page_size)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return the decoded cursor, validated before it reaches the database.

        Raises:
            InvalidCursorError: it is not one of ours.
        """
        try:
            cursor = super().decode_cursor(request)
            if cursor and cursor.position is not None:
                moment = datetime.fromisoformat(str(cursor.position))
                if moment.tzinfo is None:
                    raise InvalidCursorError
                moment.astimezone(UTC)
        except (NotFound, ValueError, OverflowError) as error:
            raise InvalidCursorError from error
        return cursor

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Add the bounds of the page size to the parameters."""
        cursor, size = super().get_schema_operation_parameters(view)
        size["schema"] |= {"minimum": 1, "maximum": MAX_INT32, "default": self.page_size}
        return [cursor, size]

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        """Return the schema of a page of what `schema` describes."""
        told = {"description": gettext("The captures, newest first.")}
        described = schema | told if isinstance(schema, dict) else schema  # of examples: a mark
        return {
            "type": "object",
            "description": gettext("A page of a list of captures."),
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": gettext("The address of the page with older captures."),
                    "example": "https://mood.example.org/api/v1/captures/?cursor=cD0yMDI2LTAz",
                },
                "previous": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": gettext("The address of the page with newer captures."),
                    "example": "https://mood.example.org/api/v1/captures/?cursor=cj0xJnA9MjAy",
                },
                "results": described,
            },
        }
