"""Benchmark of refusing hostile archives."""

import sys
import time
from collections.abc import Iterator

from benchmarks.suites.common import Measurement, Workspace
from common.archives import Archive, ArchiveError
from tests.common.test_archives import repeated

ENTRIES = 1_000_000


def archives(workspace: Workspace) -> Iterator[Measurement]:
    """Measure refusing an archive of a million entries, which is not listed for that."""
    path = repeated(workspace.folder / "many.zip", ENTRIES)
    started = time.perf_counter()
    try:
        Archive(path)
    except ArchiveError:
        seconds = time.perf_counter() - started
    else:
        sys.exit(f"An archive of {ENTRIES:,} entries should be refused.")
    yield Measurement(f"refuse {ENTRIES:,} entries", 1000 * seconds, "ms", 1000)
