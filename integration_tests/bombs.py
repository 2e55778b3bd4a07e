"""Measure what hostile photos cost to read: time and memory, each in a process of its own.

Usage: python -m integration_tests.bombs [NAME ...]
"""

import multiprocessing
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from common.imaging.images import ImageError, read_image
from tests import bombs, pictures


@dataclass(frozen=True, slots=True)
class Group:
    """Files of one kind and what they may cost."""

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
    """What one file cost: seconds, megabytes beyond the file's own, and how it ended."""

    seconds: float
    megabytes: float
    outcome: str


def memory(what: str) -> float:
    """Return megabytes of this process: VmRSS now, or VmHWM, the most since it was asked to count.

    Not `getrusage`, whose peak a process inherits from the one that started it.
    """
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(told.partition(f"{what}:")[2].split()[0]) / 1024


def count_anew() -> None:
    """Let VmHWM begin at what this process has now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def read(data: bytes, answer: Connection) -> None:
    """Read a file that the parent holds, and tell what it cost beyond that."""
    read_image(pictures.astronaut_jpeg())  # what the first photo costs is not this one's
    warnings.simplefilter("ignore")
    count_anew()
    before, begun = memory("VmRSS"), time.perf_counter()
    try:
        read_image(data)
        outcome = "read"
    except ImageError as error:
        outcome = error.code
    seconds = time.perf_counter() - begun
    answer.send(Cost(seconds, memory("VmHWM") - before, outcome))


def cost_of(data: bytes) -> Cost:
    """Read a file in a process of its own."""
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=read, args=(data, theirs))
    process.start()
    theirs.close()
    try:
        cost: Cost = mine.recv()
    except EOFError:
        cost = Cost(0, 0, "died")
    process.join()
    return cost


def main() -> int:
    """Measure the files that are named, or all; return 1 where one cost more than it may."""
    missed = 0
    for group in GROUPS:
        for name, make in group.files.items():
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            data = make()
            cost = cost_of(data)
            kept = (
                cost.seconds <= group.seconds
                and cost.megabytes <= group.megabytes
                and cost.outcome != "died"
                and (cost.outcome != "read" or not group.refused)
            )
            missed += not kept
            print(
                f"{name:36} {len(data) / 1024:8.0f} kB {cost.seconds:7.3f} s "
                f"{cost.megabytes:6.0f} MB  {cost.outcome} {'' if kept else 'MISSED'}",
                flush=True,
            )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
