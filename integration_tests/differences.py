"""Differences between two JSON documents, one line for each value."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Differences:
    """What two documents do not have in common, as lines: `-` for before, `+` for after.

    Attributes:
        changed: values that are gone, and each value that stands in the place of one.
        added: values in places that there were none.
    """

    changed: list[str]
    added: list[str]


def values(document: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path of every value in a document, and the value as JSON.

    An object or a list is itself a value, so that it cannot become another kind of value unseen,
    but one that grows only gains values. Numbers are rounded to 12 digits, as sums in another order
    differ in the last ones.
    """
    if isinstance(document, dict):
        yield path, "{}"
        for key, value in document.items():
            yield from values(value, f"{path} › {key}" if path else str(key))
    elif isinstance(document, list):
        yield path, "[]"
        for number, value in enumerate(document):
            yield from values(value, f"{path}[{number}]")
    else:
        value = float(f"{document:.12g}") if isinstance(document, float) else document
        yield path, json.dumps(value, ensure_ascii=False)


def differences(before: Any, after: Any) -> Differences:
    """Compare two documents."""
    old, new = dict(values(before)), dict(values(after))
    changed = sorted(path for path, value in old.items() if new.get(path) != value)
    return Differences(
        changed=[
            f"{sign} {path}: {side[path]}"
            for path in changed
            for sign, side in (("-", old), ("+", new))
            if path in side
        ],
        added=[f"+ {path}: {new[path]}" for path in sorted(new.keys() - old.keys())],
    )
