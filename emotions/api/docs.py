"""The API reference, rendered on the server from the OpenAPI document."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from emotions.api.openapi import PROBLEMS
from emotions.api.schema_document import schema_document

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
    """An example of a response."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Response:
    """A response of an operation, by status."""

    status: str
    media_type: str
    schema: str
    description: str
    headers: list[Row]
    examples: list[Example]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Row]
    body_type: str
    body: list[Row]
    responses: list[Response]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of a tag."""

    description: str
    operations: list[Operation]


@dataclass(frozen=True, slots=True)
class Component:
    """A schema of the document: an object with fields."""

    name: str
    description: str
    rows: list[Row]


def component_name(schema: Json) -> str:
    """Return the name of the first component that a schema refers to, or an empty string."""
    parts = [schema, schema.get("items", {}), *schema.get("allOf", []), *schema.get("oneOf", [])]
    return next((part["$ref"].rpartition("/")[2] for part in parts if "$ref" in part), "")


def describe_type(schema: Json) -> str:
    """Return the type of a schema in a few words."""
    if "$ref" in schema:
        return component_name(schema)
    if parts := schema.get("allOf", []) + schema.get("oneOf", []):
        return " or ".join(describe_type(part) for part in parts)
    types = schema.get("type", "anything")
    if types == "array":
        return f"list of {describe_type(schema['items'])}"
    words = types if isinstance(types, str) else " or ".join(types)
    return f"{words} ({schema['format']})" if "format" in schema else words


def row(name: str, schema: Json, *, required: bool, description: str = "") -> Row:
    return Row(
        name=name,
        kind=describe_type(schema),
        schema=component_name(schema),
        required=required,
        description=description or schema.get("description", ""),
    )


def object_rows(schema: Json) -> list[Row]:
    """Return a row for each field of an object."""
    required = schema.get("required", [])
    return [
        row(name, field, required=name in required)
        for name, field in schema.get("properties", {}).items()
    ]


def first_media_type(content: dict[str, Json]) -> tuple[str, Json]:
    """Return the first media type of a body, with its description."""
    return next(iter(content.items()), ("", {}))


def build_response(status: str, description: Json) -> Response:
    media_type, content = first_media_type(description.get("content", {}))
    return Response(
        status=status,
        media_type=media_type,
        schema=component_name(content.get("schema", {})),
        description=description.get("description", ""),
        headers=[
            row(name, header["schema"], required=False, description=header.get("description", ""))
            for name, header in description.get("headers", {}).items()
            if "schema" in header  # those of all responses are told at the top
        ],
        examples=[
            Example(
                example.get("summary", name),
                json.dumps(example["value"], indent=2, ensure_ascii=False),
            )
            for name, example in content.get("examples", {}).items()
        ],
    )


def build_operation(path: str, method: str, description: Json, components: Json) -> Operation:
    body_type, content = first_media_type(description.get("requestBody", {}).get("content", {}))
    return Operation(
        anchor=slugify(description["operationId"]),
        method=method.upper(),
        path=path,
        summary=description["summary"],
        description=description["description"],
        parameters=[
            row(
                parameter["name"],
                parameter["schema"],
                required=parameter.get("required", False),
                description=parameter.get("description", ""),
            )
            for parameter in description.get("parameters", [])
        ],
        body_type=body_type,
        body=object_rows(components.get(component_name(content.get("schema", {})), {})),
        responses=[
            build_response(status, response)
            for status, response in sorted(description["responses"].items())
        ],
    )


def build_groups(schema: Json) -> list[Group]:
    """Return all operations by their tags, in the order of the tags."""
    components = schema["components"]["schemas"]
    by_tag: dict[str, list[Operation]] = {tag["name"]: [] for tag in schema["tags"]}
    for path, methods in schema["paths"].items():
        for method, description in methods.items():
            operation = build_operation(path, method, description, components)
            by_tag[description["tags"][0]].append(operation)
    return [Group(tag["description"], by_tag[tag["name"]]) for tag in schema["tags"]]


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show all operations, components and problem codes."""
    schema = schema_document().schema
    groups = build_groups(schema)
    components: Json = schema["components"]["schemas"]
    context = {
        "info": schema["info"],
        "groups": groups,
        "operations": [operation for group in groups for operation in group.operations],
        "components": [
            Component(name, component.get("description", ""), object_rows(component))
            for name, component in components.items()
        ],
        "problems": [
            {"code": code, "status": int(status), "detail": gettext(detail)}
            for code, (status, detail) in PROBLEMS.items()
        ],
    }
    return render(request, "api/docs.html", context)
