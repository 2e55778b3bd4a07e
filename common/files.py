"""Writing files atomically, and telling the orphans among stored ones."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

MIN_ORPHAN_AGE = timedelta(hours=1)
"""Files are written before the rows that name them; younger ones may still get theirs."""


@contextmanager
def atomic_write(path: Path, *, mode: int = 0o666) -> Iterator[Path]:
    """Yield a temporary file beside `path` that takes its place when the block succeeds.

    Readers see the old file or the new one, never a part of it. The temporary file is called
    `NAME.PID.tmp` and is removed when the block fails; only a killed process leaves it behind.

    Args:
        mode: permissions of a new file, less those that the umask takes away.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        temporary.touch(mode)
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
