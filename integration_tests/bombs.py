"""Measure the time and memory that hostile photos cost, each in a process of its own.

Usage: make attack, or python -m integration_tests.bombs [--count N] [NAME ...]
"""

import multiprocessing
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path

from common.imaging.images import ImageError, read_image
from common.option_parsers import OneLineParser
from tests import bombs, pictures
from tests.pace import patience


@dataclass(frozen=True, slots=True)
class Group:
    """Files with the same budget, in seconds of an idle machine."""

    files: dict[str, Callable[[], bytes]]
    seconds: float
    megabytes: float
    refused: bool = False


GROUPS = [
    Group(bombs.REFUSED, seconds=0.5, megabytes=50, refused=True),
    Group(bombs.BOUNDED, seconds=0.5, megabytes=50),
    Group(bombs.LARGE, seconds=2, megabytes=400),
]


@dataclass(frozen=True, slots=True)
class Cost:
    """The seconds of CPU time and the megabytes that a file cost, and its outcome."""

    seconds: float
    megabytes: float
    outcome: str


def memory(key: str) -> float:
    """Return the megabytes of this process: `VmRSS`, or `VmHWM` for the peak since the last reset.

    The peak of `getrusage` would be inherited from the parent process.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{key}:")[2].split()[0]) / 1024


def reset_peak() -> None:
    """Reset `VmHWM` to the current memory of this process."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def measure(data: bytes, connection: Connection) -> None:
    """Read a file and send its cost to the parent process."""
    read_image(pictures.astronaut_jpeg())  # warms up imports and caches
    warnings.simplefilter("ignore")
    reset_peak()
    before, begun = memory("VmRSS"), time.process_time()
    try:
        read_image(data)
        outcome = "read"
    except ImageError as error:
        outcome = error.code
    seconds = time.process_time() - begun
    connection.send(Cost(seconds, memory("VmHWM") - before, outcome))


def cost_of(data: bytes) -> Cost:
    """Return the cost of reading a file in a process of its own."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe()
    process = context.Process(target=measure, args=(data, sender))
    process.start()
    sender.close()
    try:
        cost: Cost = receiver.recv()
    except EOFError:
        cost = Cost(0, 0, "died")
    process.join()
    return cost


def main() -> int:
    """Measure all files, or those named, and return 1 if one is over budget."""
    parser = OneLineParser(description="Hostile photos.")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--count", type=int, help="the first so many of each group; default: all")
    options = parser.parse_args()
    missed = 0
    for group in GROUPS:
        for name, make in islice(group.files.items(), options.count):
            if options.names and name not in options.names:
                continue
            data = make()
            cost = cost_of(data)
            within_budget = (
                cost.seconds <= patience(group.seconds)
                and cost.megabytes <= group.megabytes
                and cost.outcome != "died"
                and (cost.outcome != "read" or not group.refused)
            )
            missed += not within_budget
            print(
                f"{name:36} {len(data) / 1024:8.0f} kB {cost.seconds:7.3f} s "
                f"{cost.megabytes:6.0f} MB  {cost.outcome} {'' if within_budget else 'MISSED'}",
                flush=True,
            )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
