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
from django.apps.registry import Apps
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Field, Model

from backups.archive import TableChunk

EXCLUDED = frozenset(
    {"accounts.Session", "sessions.Session", "usersessions.UserSession", "emotions.Lease"}
)
"""Sessions, so that nobody can sign in with a backup, and places of work that runs no more."""
NATURAL_KEYS = {
    "contenttypes.ContentType": ("app_label", "model"),
    "auth.Permission": ("codename", "content_type__app_label", "content_type__model"),
}
"""Rows that `migrate` creates, with other primary keys in every database: references name them."""
CHUNK_ROWS = 2000


def backed_up_models(registry: Apps = apps) -> list[type[Model]]:
    """Return the models that are backed up, each after those that its rows refer to.

    Args:
        registry: the models of this software, or those of a historical state.
    """
    models = [
        model
        for model in registry.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.label not in {*EXCLUDED, *NATURAL_KEYS}
    ]
    graph: TopologicalSorter[type[Model]] = TopologicalSorter()
    for model in sorted(models, key=lambda model: model._meta.label):
        needed = {related_model(field) for field in model._meta.concrete_fields}
        graph.add(model, *(other for other in models if other in needed and other is not model))
    return list(graph.static_order())


def related_model(field: "Field[Any, Any]") -> Any:
    """Return the model that a foreign key refers to; None for other fields."""
    return field.related_model if field.is_relation else None


def has_natural_key(field: "Field[Any, Any]") -> bool:
    """Tell whether a foreign key is written as a natural key."""
    model = related_model(field)
    return model is not None and model._meta.label in NATURAL_KEYS


def serialized_chunks(
    model: type[Model], using: str = DEFAULT_DB_ALIAS
) -> Iterator[tuple[int, bytes]]:
    """Yield the rows of a table in chunks: the number of rows, and as many lines of JSON."""
    names = [field.attname for field in model._meta.concrete_fields]
    table = model._base_manager.using(using).order_by("pk")
    rows = table.values(*names).iterator(chunk_size=CHUNK_ROWS)
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield len(chunk), b"".join(serialize_row(model, row, using) for row in chunk)


def serialize_row(model: type[Model], row: dict[str, Any], using: str) -> bytes:
    """Return a row as a line of JSON.

    Raises:
        TypeError: a column has a value that cannot be serialized.
    """
    for field in model._meta.concrete_fields:
        if has_natural_key(field) and row[field.attname] is not None:
            row[field.attname] = natural_key_of(related_model(field), row[field.attname], using)
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


def insert_tables(
    chunks: Iterable[TableChunk], registry: Apps = apps, using: str = DEFAULT_DB_ALIAS
) -> dict[str, int]:
    """Insert the rows of all tables, and return their number in each, by label.

    Raises:
        ValueError, TypeError, KeyError, ObjectDoesNotExist, DatabaseError: rows are invalid or do
            not belong together.
    """
    models = {model._meta.label: model for model in backed_up_models(registry)}
    inserted = dict.fromkeys(models, 0)
    for label, lines in chunks:
        inserted[label] += insert_rows(models[label], lines, using)
    return inserted


def insert_rows(model: type[Model], lines: Iterable[bytes], using: str) -> int:
    """Insert rows with their primary keys from lines of JSON, and return their number.

    Raises:
        ValueError, TypeError, KeyError: a line is not a row of this table.
        ObjectDoesNotExist: a row refers to a permission or content type that does not exist.
    """
    columns = model._meta.concrete_fields
    inserted = 0
    for line in lines:
        row = json.loads(line)
        if row.keys() != {field.attname for field in columns}:
            raise ValueError("Expected the columns of this table.")
        values = {one.attname: decode_value(one, row[one.attname], using) for one in columns}
        model(**values).save_base(raw=True, force_insert=True, using=using)
        inserted += 1
    return inserted


def decode_value(field: "Field[Any, Any]", value: Any, using: str) -> Any:
    """Return the Python value of a column from its JSON value."""
    if value is not None and has_natural_key(field):
        return pk_of_natural_key(related_model(field), value, using)
    return field.to_python(value)


def natural_key_of(model: type[Model], pk: int, using: str) -> list[str]:
    lookups = NATURAL_KEYS[model._meta.label]
    return list(model._base_manager.using(using).values_list(*lookups).get(pk=pk))


def pk_of_natural_key(model: type[Model], key: list[str], using: str) -> int:
    lookup = dict(zip(NATURAL_KEYS[model._meta.label], key, strict=True))
    pk: int = model._base_manager.using(using).get(**lookup).pk
    return pk
