"""Reader of the colours and signs of tags in an export, which anybody may have changed."""

from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError

from common.json_documents import InvalidJsonError, parse_json
from emotions.models import Tag
from emotions.tags.services import TagChanges
from emotions.tags.signs import validate_sign

MAX_MARKS_BYTES = 2**20


def parse_marks(content: bytes) -> dict[str, TagChanges]:
    """Return colours and signs by the names of their tags, without those that are not valid."""
    try:
        rows = parse_json(content)
    except InvalidJsonError:
        return {}
    marks = {}
    for row in rows if isinstance(rows, list) else []:
        with suppress(ValidationError, TypeError, KeyError, ValueError):
            marks[str(row["name"])] = parse_mark(row)
    return marks


def parse_mark(row: dict[str, Any]) -> TagChanges:
    """Return the colour and the sign of one tag.

    Raises:
        ValueError, ValidationError, TypeError, KeyError: it has others than there are.
    """
    sign = row["sign"]
    if sign:
        validate_sign(sign)
    return TagChanges(colour=Tag.Colour(row["colour"]) if row["colour"] else "", sign=sign or "")
