"""Measure speed, memory and size, and fail if a budget is missed.

Usage: make bench, or python -m benchmarks.bench [--data ARCHIVE] [NAME ...]

Without --data, it generates an archive of noise as large as FER2013. Run it on an idle machine.
"""

import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from common.option_parsers import OneLineParser

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from benchmarks.suites import archives, inference, slug, synchronisation, training, web
from benchmarks.suites.common import Measurement, Workspace

BENCHMARKS: dict[str, Callable[[Workspace], Iterator[Measurement]]] = {
    "prepare": training.prepare,
    "train": training.train,
    "evaluate": training.evaluate,
    "network": inference.network,
    "photo": inference.photo,
    "worker": inference.worker,
    "archives": archives.archives,
    "captures": web.captures,
    "live": web.live,
    "explanation": web.explanation,
    "history": web.history,
    "synchronisation": synchronisation.synchronisation,
    "slug": slug.slug,
}


def describe_machine() -> str:
    """Return the hardware and software that the results depend on."""
    models = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="ascii"))
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{len(os.sched_getaffinity(0))} cores of {models[0] if models else platform.machine()}, "
        f"{memory:.0f} GB, {platform.platform()}, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f}"
    )


def main() -> None:
    """Run all benchmarks, or those named, and print a row per measurement."""
    parser = OneLineParser(description="Speed, memory and size against their budgets.")
    parser.add_argument("--data", type=Path, help="FER2013's archive; default: noise")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    options = parser.parse_args()
    if unknown := set(options.names) - BENCHMARKS.keys():
        parser.error(f"expected names among {', '.join(BENCHMARKS)}, received {unknown.pop()}.")
    missed = 0
    print(describe_machine(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace((options.data or Path(folder) / "noise.zip").resolve(), Path(folder))
        chosen = options.names or list(BENCHMARKS)
        if {"train", "evaluate"} & {*chosen} and "prepare" not in chosen:
            chosen = ["prepare", *chosen]
        if "prepare" in chosen and not options.data:
            training.write_noise(workspace.archive)
        for name in chosen:
            for measurement in BENCHMARKS[name](workspace):
                print(measurement, flush=True)
                missed += not measurement.within_budget
    if missed:
        sys.exit(f"{missed} budgets missed.")


if __name__ == "__main__":
    main()
