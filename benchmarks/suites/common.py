"""Measurements and helpers of the benchmarks."""

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
class Measurement:
    """A measured value and its budget: a minimum if `at_least`, otherwise a maximum."""

    name: str
    value: float
    unit: str
    budget: float | None = None
    at_least: bool = False

    @property
    def within_budget(self) -> bool:
        if self.budget is None:
            return True
        return self.value >= self.budget if self.at_least else self.value <= self.budget

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        budget = "" if self.budget is None else f"{sign} {self.budget:g} {self.unit}"
        verdict = "" if self.within_budget else "MISSED"
        return f"{self.name:42} {self.value:9.1f} {self.unit:3} {budget:12} {verdict}"


@dataclass(frozen=True)
class Workspace:
    """The dataset archive and the working folder that benchmarks share."""

    archive: Path
    folder: Path

    @property
    def prepared(self) -> Path:
        """The dataset file that the benchmark `prepare` writes."""
        return self.folder / "faces.npz"


def run_command(*arguments: object) -> tuple[float, float]:
    """Run a management command, and return its seconds and its peak memory in MB.

    Raises:
        SystemExit: If the command fails.
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


def median_seconds(
    function: Callable[[], object], *, times: int, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Call a function so many times, and return the median duration in seconds.

    Args:
        clock: `time.process_time` counts only what the processor does for this process.
    """
    durations = []
    for _ in range(times):
        started = clock()
        function()
        durations.append(clock() - started)
    return statistics.median(durations)
