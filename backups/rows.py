"""Serializing the rows of every table as JSON, independently of the database."""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from graphlib import TopologicalSorter
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Field, Model

EXCLUDED = frozenset({"sessions.Session", "usersessions.UserSession"})
"""Sessions: whoever holds a backup must not be able to sign in as anybody with it."""
NATURAL_KEY_MODELS = (ContentType, Permission)
"""Created by `migrate`, with other primary keys in every database; references use natural keys."""
CHUNK_ROWS = 2000


def backed_up_models() -> list[type[Model]]:
    """Return the models that are backed up, each after those that its rows refer to."""
    models = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and model._meta.label not in EXCLUDED
        and not issubclass(model, NATURAL_KEY_MODELS)
    ]
    graph: TopologicalSorter[type[Model]] = TopologicalSorter()
    for model in sorted(models, key=lambda model: model._meta.label):
        needed = {related_model(field) for field in model._meta.concrete_fields}
        graph.add(model, *(other for other in models if other in needed and other is not model))
    return list(graph.static_order())


def related_model(field: "Field[Any, Any]") -> Any:
    """Return the model that a foreign key refers to; None for other fields."""
    return field.related_model if field.is_relation else None


def serialized_chunks(model: type[Model]) -> Iterator[tuple[int, bytes]]:
    """Yield the rows of a table in chunks: the number of rows, and as many lines of JSON."""
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.order_by("pk").values(*names).iterator(chunk_size=CHUNK_ROWS)
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield len(chunk), b"".join(serialize_row(model, row) for row in chunk)


def serialize_row(model: type[Model], row: dict[str, Any]) -> bytes:
    """Return a row as a line of JSON.

    Raises:
        TypeError: a column has a value that cannot be serialized.
    """
    for field in model._meta.concrete_fields:
        if related_model(field) in NATURAL_KEY_MODELS and row[field.attname] is not None:
            row[field.attname] = natural_key_of(related_model(field), row[field.attname])
    return json.dumps(row, default=encode_value, ensure_ascii=False).encode() + b"\n"


def encode_value(value: object) -> str:
    """Return a text from which `Field.to_python` restores the value of a column.

    Raises:
        TypeError: there is no such text.
    """
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return b64encode(value).decode()
    raise TypeError(f"Expected a value that can be serialized as JSON, received {type(value)}.")


def deserialize_rows(model: type[Model], lines: Iterable[bytes]) -> Iterator[Model]:
    """Yield unsaved instances of a model from lines of JSON.

    Raises:
        ValueError, TypeError, KeyError: a line is not a row of this table.
    """
    columns = model._meta.concrete_fields
    for line in lines:
        row = json.loads(line)
        if row.keys() != {field.attname for field in columns}:
            raise ValueError("Expected the columns of this table.")
        yield model(**{field.attname: decode_value(field, row[field.attname]) for field in columns})


def decode_value(field: "Field[Any, Any]", value: Any) -> Any:
    """Return the Python value of a column from its JSON value."""
    if value is not None and related_model(field) in NATURAL_KEY_MODELS:
        return pk_of_natural_key(related_model(field), *value)
    return field.to_python(value)


def natural_key_of(model: type[Model], pk: int) -> list[str]:
    return list(model._base_manager.get(pk=pk).natural_key())  # type: ignore[attr-defined]


def pk_of_natural_key(model: type[Model], *key: str) -> int:
    pk: int = model._default_manager.get_by_natural_key(*key).pk  # type: ignore[attr-defined]
    return pk
