"""Hooks of schemathesis that add valid values to random requests: pictures, time zones, ids."""

import json
import os
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode

from common.time_zones import KNOWN_ZONES
from emotions.api.document.enumerations import KNOWN_VALUES
from tests import pictures, uploads

PICTURES = [pictures.astronaut_jpeg(), uploads.landscape_jpeg(), uploads.crowd_jpeg(), b"", b"x"]
MOMENTS = ["2026-03-14T08:30:00+00:00", "2024-02-29T23:59:59.999999-12:00", "2026-03-14T08:30:00"]
UUIDS = os.environ["FUZZ_UUIDS"].split(",")
PROTECTED = {UUIDS[0]: UUIDS[1], "use": "improve"}
"""Values of path parameters that must not be changed or deleted, and their replacements."""
IDS: dict[str, list[int]] = json.loads(os.environ["FUZZ_IDS"])
"""Of what is there, by the name of its list: every other one may be removed."""
PASSWORD = "a quiet paper diary"  # noqa: S105 - of a temporary site
"""Of the account, as in the document's examples; it would be deleted by it."""
CURSORS = ["YWZ0ZXI6MA", "YWZ0ZXI6Mw", "x"]
VALUES: dict[str, list[Any]] = {
    "time_zone": [*sorted(KNOWN_ZONES)[:20], "Europe/Lisbon", "Mars/Olympus"],
    "taken_at": MOMENTS,
    "uuid": UUIDS,
    "kind": ["use", "improve"],
    "cursor": CURSORS,
    "tags": [["home"], ["work", "rain"], []],
    "felt": ["happy", "sad", None],
}

schemathesis.openapi.format("binary", st.sampled_from(PICTURES) | st.binary(max_size=64))


@schemathesis.hook
def before_load_schema(ctx: Any, raw_schema: Any) -> None:
    """Close enumerations to the values that this site knows, of which it takes no others."""
    close_enumerations(raw_schema)
    for name in ("Settings", "Profile"):  # blank until a browser has told
        raw_schema["components"]["schemas"][name]["properties"]["language"]["enum"].append("")


def close_enumerations(node: Any) -> None:
    if isinstance(node, list):
        for part in node:
            close_enumerations(part)
    elif isinstance(node, dict):
        if known := node.pop(KNOWN_VALUES, None):
            node["enum"] = [*known, None] if "null" in node["type"] else known
        for part in node.values():
            close_enumerations(part)


def with_valid_values(values: Any) -> Any:
    """Replace some random values with valid ones."""
    if not isinstance(values, dict):
        return values
    replaced = dict(values)
    for name in replaced.keys() & VALUES.keys():
        if not isinstance(replaced[name], str):
            continue  # of a wrong type on purpose
        # The random value decides, so that failures are reproducible.
        choice = hash(repr(replaced[name])) % (len(VALUES[name]) + 2)
        if choice < len(VALUES[name]):
            replaced[name] = VALUES[name][choice]
    return replaced


def with_valid_id(case: Any, *, replace: bool) -> int:
    """Return a random id, or mostly one that is there, and none that has to stay if it goes."""
    number = int(case.path_parameters["id"])  # which comes as text where it is a limit of its type
    ids = IDS.get(case.operation.path.split("/")[3], [])
    removed = case.method == "DELETE" or case.operation.path.endswith("/merge/")
    usable = ids[1::2] if removed else ids[::2]
    choice = hash(repr(number)) % (len(usable) + 2)
    if replace and choice < len(usable):
        return usable[choice]
    return 0 if removed and number in ids[::2] else number


@schemathesis.hook
def before_call(ctx: Any, case: Any, kwargs: Any) -> None:
    """Insert valid values, and protect the account, the session, the consent and a photo.

    Otherwise nearly all responses would be 401 or 404. Requests that are invalid on purpose stay
    as they are.
    """
    positive = case.meta and case.meta.generation.mode == GenerationMode.POSITIVE
    if positive:
        for part in ("path_parameters", "query", "body"):
            sent = getattr(case, part)
            replaced = with_valid_values(sent)
            # Whatever is set is validated, and files are not valid strings in the schema.
            if replaced != sent and not any(isinstance(value, bytes) for value in sent.values()):
                setattr(case, part, replaced)
    if str((case.path_parameters or {}).get("id")).isdecimal():
        case.path_parameters["id"] = with_valid_id(case, replace=bool(positive))
    if isinstance(case.body, dict) and case.body.get("password") == PASSWORD:
        case.body = {**case.body, "password": f"not {PASSWORD}"}
    if case.method in {"PATCH", "DELETE"}:
        for name, value in (case.path_parameters or {}).items():
            case.path_parameters[name] = PROTECTED.get(str(value), value)
