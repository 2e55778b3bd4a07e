"""The page that shows the schema to people, made on our own server from the schema itself."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from emotions.api.openapi import PROBLEMS

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter or field."""

    name: str
    kind: str
    schema: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Example:
    """An answer as it may look."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One status that an operation answers."""

    status: str
    media_type: str
    schema: str
    description: str
    headers: list[Row]
    examples: list[Example]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Row]
    body_type: str
    body: list[Row]
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Component:
    """One kind of object, or the values of a word."""

    name: str
    description: str
    rows: list[Row]
    values: list[str]


def reference(schema: Json) -> str:
    """Return the name of the component that a schema is, or is a list of, or may be."""
    parts = [schema, schema.get("items", {}), *schema.get("allOf", []), *schema.get("oneOf", [])]
    return next((part["$ref"].rpartition("/")[2] for part in parts if "$ref" in part), "")


def kind(schema: Json) -> str:
    """Say in a few words what a schema lets through."""
    if "$ref" in schema:
        return reference(schema)
    if parts := schema.get("allOf", []) + schema.get("oneOf", []):
        return " or ".join(kind(part) for part in parts)
    if "enum" in schema:
        return ", ".join(str(value) for value in schema["enum"])
    types = schema.get("type", "anything")
    if types == "array":
        return f"list of {kind(schema['items'])}"
    words = types if isinstance(types, str) else " or ".join(types)
    return f"{words} ({schema['format']})" if "format" in schema else words


def row(name: str, schema: Json, *, required: bool, description: str = "") -> Row:
    """Return the line of a table for one parameter or field."""
    return Row(
        name=name,
        kind=kind(schema),
        schema=reference(schema),
        required=required,
        description=description or schema.get("description", ""),
    )


def rows_of(schema: Json) -> list[Row]:
    """Return the fields of an object."""
    needed = schema.get("required", [])
    return [
        row(name, field, required=name in needed)
        for name, field in schema.get("properties", {}).items()
    ]


def only(content: dict[str, Json]) -> tuple[str, Json]:
    """Return the one media type that something has, and what is said of it."""
    return next(iter(content.items()), ("", {}))


def answer_of(status: str, told: Json) -> Answer:
    """Return one status of an operation."""
    media_type, content = only(told.get("content", {}))
    return Answer(
        status=status,
        media_type=media_type,
        schema=reference(content.get("schema", {})),
        description=told.get("description", ""),
        headers=[
            row(name, header["schema"], required=False, description=header.get("description", ""))
            for name, header in told.get("headers", {}).items()
        ],
        examples=[
            Example(
                example.get("summary", name),
                json.dumps(example["value"], indent=2, ensure_ascii=False),
            )
            for name, example in content.get("examples", {}).items()
        ],
    )


def operation_of(path: str, method: str, told: Json, components: Json) -> Operation:
    """Return one method of one address."""
    body_type, content = only(told.get("requestBody", {}).get("content", {}))
    return Operation(
        anchor=slugify(told["operationId"]),
        method=method.upper(),
        path=path,
        summary=told["summary"],
        description=told["description"],
        parameters=[
            row(
                parameter["name"],
                parameter["schema"],
                required=parameter.get("required", False),
                description=parameter.get("description", ""),
            )
            for parameter in told.get("parameters", [])
        ],
        body_type=body_type,
        body=rows_of(components.get(reference(content.get("schema", {})), {})),
        answers=[answer_of(status, answer) for status, answer in sorted(told["responses"].items())],
    )


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show every operation, every kind of object and every code."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    components: Json = schema["components"]["schemas"]
    context = {
        "info": schema["info"],
        "operations": [
            operation_of(path, method, told, components)
            for path, methods in schema["paths"].items()
            for method, told in methods.items()
        ],
        "components": [
            Component(name, told.get("description", ""), rows_of(told), told.get("enum", []))
            for name, told in components.items()
        ],
        "problems": [
            {"code": code, "status": int(status), "detail": gettext(detail)}
            for code, (status, detail) in PROBLEMS.items()
        ],
    }
    return render(request, "api/docs.html", context)
