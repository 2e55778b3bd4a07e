"""Enumerations of the OpenAPI document, open to values that may come."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext

KNOWN_VALUES = "x-extensible-enum"
Json = dict[str, Any]


def open_enumerations(result: Json, **_: Any) -> Json:
    """Postprocessing hook: describe enumerations as plain values of which some are known.

    Generated clients refuse a whole answer for one value that a closed enumeration lacks.
    Enumerations that were components are written where they are used, which every generator
    understands.
    """
    schemas: dict[str, Json] = result["components"]["schemas"]
    named = {name: schema for name, schema in schemas.items() if "enum" in schema}
    for name in named:
        del schemas[name]
    targets = {f"#/components/schemas/{name}": schema for name, schema in named.items()}
    written_out = mapped(result, lambda node: without_wrapper(with_target(node, targets)))
    opened: Json = mapped(written_out, with_known_values)
    return opened


def mapped(node: Any, change: Callable[[Json], Json]) -> Any:
    """Return a part of the document with every object in it changed, the inner ones first."""
    if isinstance(node, list):
        return [mapped(part, change) for part in node]
    if not isinstance(node, dict):
        return node
    return change(
        {
            name: part if name in {"example", "examples"} else mapped(part, change)
            for name, part in node.items()
        }
    )


def with_target(node: Json, named: dict[str, Json]) -> Json:
    """Return a reference to an enumeration as the enumeration, with what is said beside it."""
    target = node.get("$ref")
    if not isinstance(target, str) or target not in named:
        return node
    return named[target] | {name: part for name, part in node.items() if name != "$ref"}


def without_wrapper(node: Json) -> Json:
    """Return a union of one simple schema, perhaps with null, as that schema."""
    for keyword in ("allOf", "anyOf", "oneOf"):
        parts = node.get(keyword)
        if not isinstance(parts, list):
            continue
        nullable = {"type": "null"} in parts
        others = [part for part in parts if part != {"type": "null"}]
        if len(others) != 1 or "$ref" in others[0]:
            continue
        whole = others[0] | {name: part for name, part in node.items() if name != keyword}
        if nullable:
            whole["type"] = [whole["type"], "null"]
        return whole
    return node


def with_known_values(node: Json) -> Json:
    """Return an enumeration as a schema of its type that names its values; else as it is."""
    if not isinstance(node.get("enum"), list):
        return node
    known = [value for value in node["enum"] if value is not None]
    told = gettext("Known values: %(values)s; others may be added.") % {
        "values": ", ".join(str(value) for value in known if value != "")
    }
    described = str(node.get("description", ""))
    return {name: part for name, part in node.items() if name != "enum"} | {
        "description": f"{described} {told}".strip(),
        KNOWN_VALUES: known,
    }
