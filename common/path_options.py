"""Types for `argparse`, so that every command refuses what is no file in the same words."""

from argparse import ArgumentTypeError
from pathlib import Path


def file_path(text: str) -> Path:
    """Return the path of a file, which need not be there.

    Raises:
        ArgumentTypeError: it is empty, or a folder.
    """
    if not text or Path(text).is_dir():
        raise ArgumentTypeError(f"expected the path of a file, received {text!r}.")
    return Path(text)
