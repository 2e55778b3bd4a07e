"""Names of files as strangers choose them: told from dangerous ones, and shown on one line."""

import os
import re
from pathlib import Path

_CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""Control characters, surrogates, and those that turn the direction of writing (Bidi_Control)."""


def has_controls(name: str) -> bool:
    """Tell whether a name could garble what it is shown in; unusual spaces and letters do not."""
    return _CONTROLS.search(name) is not None


def escape_controls(text: str) -> str:
    r"""Write control characters as `\n`, `\x1b` or `\u202e`, so that a text stays one line."""
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def readable_path(path: Path) -> str:
    r"""Return a path as text that any encoding of Unicode can hold.

    Bytes that are no UTF-8, which POSIX allows in names, become `\xe9`.
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")
