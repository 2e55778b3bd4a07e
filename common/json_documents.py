"""JSON from outside, of which everything can be stored, sent and counted with."""

import json
import math
from typing import Any

MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1
"""Up to which every number is exact wherever numbers are doubles."""


class InvalidJsonError(ValueError):
    """It is not JSON, or not such that every program reads the same; says what was expected."""


def parse_json(content: bytes) -> Any:
    """Return the value of a document that is I-JSON (RFC 7493).

    That is UTF-8 in which no name stands twice in an object, no text has half of a letter
    (a lone surrogate, which neither databases nor UTF-8 know), and no number is beyond doubles.
    Python would also take other encodings, NaN and infinities.

    Raises:
        InvalidJsonError: it is not, or it is nested deeper than `MAX_DEPTH`.
    """
    try:
        value = json.loads(
            content.decode(), parse_constant=refuse_constant, object_pairs_hook=unique_members
        )
    except InvalidJsonError:
        raise
    except RecursionError as error:
        raise InvalidJsonError(f"Expected at most {MAX_DEPTH} levels.") from error
    except ValueError as error:
        raise InvalidJsonError("Expected JSON in UTF-8.") from error
    check_value(value, depth=1)
    return value


def refuse_constant(name: str) -> None:
    raise InvalidJsonError(f"Expected a number, received {name}.")


def unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise InvalidJsonError("Expected each name once in an object.")
    return members


def check_value(value: Any, *, depth: int) -> None:
    """Check texts, numbers and depth of a value, and of all in it.

    Raises:
        InvalidJsonError: one of them is not as `parse_json` says.
    """
    if depth > MAX_DEPTH:
        raise InvalidJsonError(f"Expected at most {MAX_DEPTH} levels.")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise InvalidJsonError("Expected whole letters, received half of one.") from error
    elif isinstance(value, float) and math.isinf(value):
        raise InvalidJsonError("Expected numbers that a double holds.")
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise InvalidJsonError("Expected integers that a double holds exactly.")
    elif isinstance(value, dict):
        for name, member in value.items():
            check_value(name, depth=depth)
            check_value(member, depth=depth + 1)
    elif isinstance(value, list):
        for item in value:
            check_value(item, depth=depth + 1)
