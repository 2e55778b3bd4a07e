"""What benchmarks are made of."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Measured:
    """One figure and its budget, if any: a least value where `at_least`, a most otherwise."""

    what: str
    value: float
    unit: str
    budget: float | None = None
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the figure is within the budget."""
        if self.budget is None:
            return True
        return self.value >= self.budget if self.at_least else self.value <= self.budget


@dataclass(frozen=True)
class Stage:
    """What the benchmarks share: an archive, and a folder with the file prepared from it."""

    archive: Path
    folder: Path

    @property
    def prepared(self) -> Path:
        """The file that `prepare` writes."""
        return self.folder / "faces.npz"


def run(*arguments: object) -> tuple[float, float]:
    """Run a command of manage.py; return its seconds and its peak memory in MB.

    Raises:
        SystemExit: when it fails.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "DEBUG": "1"},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"manage.py {arguments[0]} failed.")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def median(what: Callable[[], object], *, times: int) -> float:
    """Return the median seconds of so many calls."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        what()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)
