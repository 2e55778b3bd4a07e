"""Differences between two JSON documents, one line for each value."""

import json
from collections.abc import Iterator
from typing import Any


def values(document: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path of every value in a document, and the value as JSON."""
    if isinstance(document, dict) and document:
        for key, value in document.items():
            yield from values(value, f"{path} › {key}" if path else str(key))
    elif isinstance(document, list) and document:
        for number, value in enumerate(document):
            yield from values(value, f"{path}[{number}]")
    else:
        yield path, json.dumps(document, ensure_ascii=False)


def differences(before: Any, after: Any) -> list[str]:
    """Return the lines that only one of two documents has: `-` for before, `+` for after."""
    old, new = dict(values(before)), dict(values(after))
    changed = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    return [
        f"{sign} {path}: {side[path]}"
        for path in changed
        for sign, side in (("-", old), ("+", new))
        if path in side
    ]
