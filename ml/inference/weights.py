"""Weights of others that are no part of the repository, each known by its checksum."""

import hashlib
from functools import lru_cache
from pathlib import Path


def are_installed(file: Path, *, sha256: str) -> bool:
    """Tell whether these very weights are there; a file that is installed later is noticed."""
    try:
        stat = file.stat()
    except OSError:
        return False
    return _checksum(file, stat.st_mtime_ns, stat.st_size) == sha256


@lru_cache(maxsize=8)
def _checksum(file: Path, _modified: int, _size: int) -> str:
    """Return the checksum of a file, computed once for each modification time and size."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
