"""The sizes of integers in the OpenAPI document."""

from typing import Any

from emotions.api.document.enumerations import KNOWN_VALUES

MAX_INT32 = 2**31 - 1


def size_integers(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook: say which integers may be too large for 32 bits."""
    set_formats(result)
    return result


def set_formats(node: Any) -> None:
    if isinstance(node, list):
        for part in node:
            set_formats(part)
    elif isinstance(node, dict):
        if is_integer(node):
            node.pop("format", None)
            if not is_small(node):
                node["format"] = "int64"
        for name, part in node.items():
            if name not in {"example", "examples"}:
                set_formats(part)


def is_small(schema: dict[str, Any]) -> bool:
    """Return whether an integer is known to fit into 32 bits."""
    return KNOWN_VALUES in schema or schema.get("maximum", MAX_INT32 + 1) <= MAX_INT32


def is_integer(schema: dict[str, Any]) -> bool:
    types = schema.get("type")
    return "integer" in ([types] if isinstance(types, str) else types or [])
