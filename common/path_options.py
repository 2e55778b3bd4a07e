"""Types for `argparse`, so that every command refuses what is no path in the same words."""

from argparse import ArgumentTypeError
from pathlib import Path


def any_path(text: str) -> Path:
    """Return the path of a file or a folder, which need not be there.

    Raises:
        ArgumentTypeError: it is empty.
    """
    if not text:
        raise ArgumentTypeError(f"expected the path of a file or a folder, received {text!r}.")
    return Path(text)


def file_path(text: str) -> Path:
    """Return the path of a file, which need not be there.

    Raises:
        ArgumentTypeError: it is empty, or a folder.
    """
    if not text or Path(text).is_dir():
        raise ArgumentTypeError(f"expected the path of a file, received {text!r}.")
    return Path(text)
