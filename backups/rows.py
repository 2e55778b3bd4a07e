"""Rows of every table as JSON, the same on every database."""

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

LEFT_OUT = frozenset({"sessions.Session", "usersessions.UserSession"})
"""Who has a backup must not be signed in as anybody, so everybody signs in again."""
MADE_BY_MIGRATE = (ContentType, Permission)
"""Numbered by each database in its own way, so that others name them by what they are."""
AT_ONCE = 2000
"""Rows in one piece of a table."""


def tables() -> list[type[Model]]:
    """Return the tables that are backed up, each after those that its rows refer to."""
    kept = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and model._meta.label not in LEFT_OUT
        and not issubclass(model, MADE_BY_MIGRATE)
    ]
    graph: TopologicalSorter[type[Model]] = TopologicalSorter()
    for model in sorted(kept, key=lambda model: model._meta.label):
        needed = {referred(field) for field in model._meta.concrete_fields}
        graph.add(model, *(other for other in kept if other in needed and other is not model))
    return list(graph.static_order())


def referred(field: "Field[Any, Any]") -> Any:
    """Return the table that a column refers to, if it does."""
    return field.related_model if field.is_relation else None


def pieces(model: type[Model]) -> Iterator[tuple[int, bytes]]:
    """Yield the rows of a table, some at a time: how many they are, and a line of JSON for each."""
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.order_by("pk").values(*names).iterator(chunk_size=AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        yield len(some), b"".join(line(model, row) for row in some)


def line(model: type[Model], row: dict[str, Any]) -> bytes:
    """Return one row as a line of JSON.

    Raises:
        TypeError: a column has values that JSON has no words for.
    """
    for field in model._meta.concrete_fields:
        if referred(field) in MADE_BY_MIGRATE and row[field.attname] is not None:
            row[field.attname] = name_of(referred(field), row[field.attname])
    return json.dumps(row, default=as_text, ensure_ascii=False).encode() + b"\n"


def as_text(value: object) -> str:
    """Return what `Field.to_python` understands of the value of a column.

    Raises:
        TypeError: it has no such text.
    """
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return b64encode(value).decode()
    raise TypeError(f"Expected a value that JSON has words for, received {type(value)}.")


def objects(model: type[Model], lines: Iterable[bytes]) -> Iterator[Model]:
    """Yield the rows that lines of JSON tell.

    Raises:
        ValueError, TypeError, KeyError: they are no rows of this table.
    """
    columns = model._meta.concrete_fields
    for told in lines:
        row = json.loads(told)
        if row.keys() != {field.attname for field in columns}:
            raise ValueError("Expected the columns of this table.")
        yield model(**{field.attname: value_of(field, row[field.attname]) for field in columns})


def value_of(field: "Field[Any, Any]", told: Any) -> Any:
    """Return the value of a column as Python has it."""
    if told is not None and referred(field) in MADE_BY_MIGRATE:
        return number_of(referred(field), *told)
    return field.to_python(told)


def name_of(model: type[Model], number: int) -> list[str]:
    """Return what a row that `migrate` made is called everywhere."""
    return list(model._base_manager.get(pk=number).natural_key())  # type: ignore[attr-defined]


def number_of(model: type[Model], *name: str) -> int:
    """Return which number a row that `migrate` made has here."""
    number: int = model._default_manager.get_by_natural_key(*name).pk  # type: ignore[attr-defined]
    return number
