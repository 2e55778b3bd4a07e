"""Measure speed, memory and size against their budgets; fail where one is missed.

Usage: make bench, or python -m benchmarks.bench [--data ARCHIVE] [NAME ...]

Without --data it makes an archive as large as FER2013 of noise. Run it on a quiet machine.
"""

import argparse
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from benchmarks.suites import deployed, reading, training, web
from benchmarks.suites.common import Measured, Stage

BENCHMARKS: dict[str, Callable[[Stage], Iterator[Measured]]] = {
    "prepare": training.prepare,
    "train": training.train,
    "evaluate": training.evaluate,
    "network": reading.network,
    "photo": reading.photo,
    "worker": reading.worker,
    "captures": web.captures,
    "history": web.history,
    "slug": deployed.slug,
}


def machine() -> str:
    """Return what the figures are of."""
    models = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="ascii"))
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{len(os.sched_getaffinity(0))} cores of {models[0] if models else platform.machine()}, "
        f"{memory:.0f} GB, {platform.platform()}, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f}"
    )


def main() -> None:
    """Run the benchmarks that are named, or all, and print a row a figure."""
    parser = argparse.ArgumentParser(description="Speed, memory and size against their budgets.")
    parser.add_argument("--data", type=Path, help="FER2013's archive; default: noise")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    options = parser.parse_args()
    if unknown := set(options.names) - BENCHMARKS.keys():
        parser.error(f"expected names among {', '.join(BENCHMARKS)}, received {unknown.pop()}.")
    missed = 0
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage((options.data or Path(folder) / "noise.zip").resolve(), Path(folder))
        if not options.data:
            training.noise(stage.archive)
        chosen = options.names or list(BENCHMARKS)
        if {"train", "evaluate"} & {*chosen} and "prepare" not in chosen:
            chosen = ["prepare", *chosen]
        for name in chosen:
            for figure in BENCHMARKS[name](stage):
                sign = "≥" if figure.at_least else "≤"
                budget = "" if figure.budget is None else f"{sign} {figure.budget:g} {figure.unit}"
                verdict = "" if figure.kept else "MISSED"
                print(
                    f"{figure.what:42} {figure.value:9.1f} {figure.unit:3} {budget:12} {verdict}",
                    flush=True,
                )
                missed += not figure.kept
    if missed:
        sys.exit(f"{missed} of the budgets were missed.")


if __name__ == "__main__":
    main()
