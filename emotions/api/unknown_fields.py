"""Fields of requests that the API does not know: refused, or named in a warning."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.serializers import BaseSerializer

IGNORED_KEY = "emotions.api.ignored_fields"
"""Where `request.META` holds what `note_ignored` notes."""

MAX_NAMED = 10
MAX_NAME_LENGTH = 60
OF_FORMS = {"csrfmiddlewaretoken"}
"""What the site's own pages send along."""


class StrictSerializer(serializers.Serializer[Any]):
    """Input of operations that refuse fields which they do not know.

    Operations that once ignored them go on doing so, for the sake of apps that send some, and
    name them in a `Warning`. Every new operation takes a serializer of this kind.
    """


def unknown_fields(serializer: BaseSerializer[Any], data: Any, path: str = "") -> list[str]:
    """Return the paths of what was sent and no field of the serializer takes."""
    if isinstance(serializer, serializers.ListSerializer):
        return unknown_in_list(serializer.child, data, path)
    if not isinstance(serializer, serializers.Serializer) or not isinstance(data, Mapping):
        return []
    fields = {name: field for name, field in serializer.fields.items() if not field.read_only}
    found: list[str] = []
    for name, value in data.items():
        # A form has a list in parts named `tags[]` or `tags[0]`.
        key = name.partition("[")[0] if isinstance(data, QueryDict) else name
        field: Any = fields.get(key)
        if field is None:
            found += [] if isinstance(data, QueryDict) and name in OF_FORMS else [f"{path}{name}"]
        elif isinstance(field, serializers.ListField):
            found += unknown_in_list(field.child, value, f"{path}{name}.")
        else:
            found += unknown_fields(field, value, f"{path}{name}.")
    return found


def unknown_in_list(child: Any, data: Any, path: str) -> list[str]:
    if not isinstance(data, Sequence) or not isinstance(child, serializers.Serializer):
        return []
    return [
        name
        for number, item in enumerate(data)
        for name in unknown_fields(child, item, f"{path}{number}.")
    ]


def handle_unknown_fields(
    serializer: BaseSerializer[Any], data: Any, request: HttpRequest, *, path: str = ""
) -> None:
    """Refuse fields that a strict serializer does not know; note those that another ignores.

    Args:
        path: where in the request the data is, for the note.

    Raises:
        ValidationError: it is strict, and there are some.
    """
    names = unknown_fields(serializer, data)
    if names and isinstance(serializer, StrictSerializer):
        refused = [_("This field isn't known here.")]
        raise serializers.ValidationError(dict.fromkeys(names[:MAX_NAMED], refused))
    note_ignored(request, [f"{path}{name}" for name in names])


def note_ignored(request: HttpRequest, names: list[str]) -> None:
    """Note with a request that fields of it were ignored."""
    request.META.setdefault(IGNORED_KEY, []).extend(names)


def warning_headers(request: HttpRequest) -> dict[str, str]:
    """Return a `Warning` (RFC 7234) that names the fields that were ignored, if any were."""
    ignored: list[str] = list(dict.fromkeys(request.META.get(IGNORED_KEY, [])))
    if not ignored:
        return {}
    named = ", ".join(
        re.sub(r"[^\w.\[\]-]", "?", name[:MAX_NAME_LENGTH], flags=re.ASCII)
        for name in ignored[:MAX_NAMED]
    )
    more = f" and {len(ignored) - MAX_NAMED} more" if len(ignored) > MAX_NAMED else ""
    return {"Warning": f'299 - "Unknown fields were ignored: {named}{more}"'}
