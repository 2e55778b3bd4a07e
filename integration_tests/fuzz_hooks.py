"""What random requests are made of beside noise: real pictures, zones, moments and names."""

import os
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode

from common.time_zones import KNOWN_ZONES
from tests import pictures, uploads

PICTURES = [pictures.astronaut_jpeg(), uploads.landscape_jpeg(), uploads.crowd_jpeg(), b"", b"x"]
MOMENTS = ["2026-03-14T08:30:00+00:00", "2024-02-29T23:59:59.999999-12:00", "2026-03-14T08:30:00"]
UUIDS = os.environ["FUZZ_UUIDS"].split(",")
SPARED = {UUIDS[0]: UUIDS[1], os.environ["FUZZ_DEVICE"]: 0, "use": "improve"}
"""What no random request may change or delete, because all others stand on it; and what instead."""
CURSORS = ["YWZ0ZXI6MA", "YWZ0ZXI6Mw", "x"]
VALUES: dict[str, list[Any]] = {
    "time_zone": [*sorted(KNOWN_ZONES)[:20], "Europe/Lisbon", "Mars/Olympus"],
    "taken_at": MOMENTS,
    "uuid": UUIDS,
    "kind": ["use", "improve"],
    "cursor": CURSORS,
    "version": ["2026-11", "old"],
    "tags": [["home"], ["work", "rain"], []],
    "felt": ["happy", "sad", None],
}

schemathesis.openapi.format("binary", st.sampled_from(PICTURES) | st.binary(max_size=64))


def mixed(values: Any) -> Any:
    """Put real values in the place of some random ones."""
    if not isinstance(values, dict):
        return values
    told = dict(values)
    for name in told.keys() & VALUES.keys():
        if not isinstance(told[name], str):
            continue  # of a wrong type on purpose, or no text at all
        # The random value itself decides, so that a failure can be played again.
        choice = hash(repr(told[name])) % (len(VALUES[name]) + 2)
        if choice < len(VALUES[name]):
            told[name] = VALUES[name][choice]
    return told


@schemathesis.hook
def before_call(ctx: Any, case: Any, kwargs: Any) -> None:
    """Name what there is; keep the sign-in, the consent and a photo, or all answers are 401 or 404.

    Requests that are wrong on purpose stay as wrong as they are.
    """
    if case.meta and case.meta.generation.mode == GenerationMode.POSITIVE:
        for part in ("path_parameters", "query", "body"):
            sent = getattr(case, part)
            told = mixed(sent)
            # What is set is held to the schema anew, for which a file is no text.
            if told != sent and not any(isinstance(value, bytes) for value in sent.values()):
                setattr(case, part, told)
    if case.method in {"PATCH", "DELETE"}:
        for name, value in (case.path_parameters or {}).items():
            case.path_parameters[name] = SPARED.get(str(value), value)
