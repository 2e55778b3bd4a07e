"""Opening and writing files safely, and telling the orphans among stored ones."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

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


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading, and nothing that could keep its reader waiting, as a pipe does.

    Raises:
        OSError: there is nothing to read, or it is no regular file; `strerror` says which.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "Not a regular file", path)
        return os.fdopen(descriptor, "rb")
    except OSError:
        os.close(descriptor)
        raise


@contextmanager
def plain_path(path: Path, suffix: str) -> Iterator[str]:
    """Yield an absolute path of ASCII letters that leads to `path`, whatever its name is.

    For libraries that take names apart: FFmpeg reads a colon as the end of a protocol's name, and
    OpenCV crashes on what is not UTF-8.

    Args:
        suffix: the ending of the path that is yielded, such as `.mp4`.
    """
    with TemporaryDirectory() as folder:
        link = Path(folder, f"link{suffix}")
        link.symlink_to(path.absolute())
        yield str(link)
