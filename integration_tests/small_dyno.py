"""Record a thousand photos with two workers in a group of processes that may hold 512 MB.

Usage, as root on Linux: python -m integration_tests.small_dyno [--captures 1000] [--megabytes 512]

That is a dyno of Heroku's, which also counts once what processes share. Four clients record at a
time. Fails where a request fails, a worker is killed or the kernel had to take memory back.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from integration_tests.crash import HTTP_CREATED, Served, running
from tests import pictures
from tests.sites import start_gunicorn, wait_until_ready

CLIENTS = 4
MEGABYTE = 2**20
GROUPS = Path("/sys/fs/cgroup")


class Group:
    """Processes that share a limit of memory (cgroup version 1 or 2)."""

    def __init__(self, limit: int) -> None:
        second = (GROUPS / "cgroup.controllers").exists()
        self.folder = (GROUPS if second else GROUPS / "memory") / f"dyno-{os.getpid()}"
        self.folder.mkdir()
        self.peak = self.folder / ("memory.peak" if second else "memory.max_usage_in_bytes")
        self.full = self.folder / ("memory.events" if second else "memory.failcnt")
        (self.folder / ("memory.max" if second else "memory.limit_in_bytes")).write_text(str(limit))

    def join(self) -> None:
        """Add this process, and those that it starts."""
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def leave(self) -> None:
        """Put this process back, and remove the group, in which none is left."""
        (self.folder.parent / "cgroup.procs").write_text(str(os.getpid()))
        until = time.monotonic() + 10
        while (self.folder / "cgroup.procs").read_text() and time.monotonic() < until:
            time.sleep(0.1)
        self.folder.rmdir()

    @property
    def refused(self) -> int:
        """How often the limit was reached."""
        told = self.full.read_text().split()
        return int(told[-1]) if len(told) == 1 else int(told[told.index("max") + 1])


@contextmanager
def limited(served: Served, group: Group) -> Iterator[None]:
    """Serve a site within the group instead; this process waits inside, and weighs little."""
    served.process.terminate()
    served.process.wait()
    group.join()
    served.process = start_gunicorn(served.site, served.place, MALLOC_ARENA_MAX="2")
    (group.folder.parent / "cgroup.procs").write_text(str(os.getpid()))
    wait_until_ready(f"http://{served.place}", seconds=60)
    time.sleep(2)  # The other worker begins a moment later.
    yield


def record(served: Served, headers: dict[str, str], count: int) -> list[str]:
    """Record photos; return what went wrong."""
    photo, names, wrong = pictures.astronaut_jpeg(), iter(range(count)), list[str]()
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if next(names, None) is None:
                    return
            answer = requests.post(
                f"http://{served.place}/api/v1/captures/",
                headers=headers,
                files={"photo": ("x.jpg", photo)},
                data={"uuid": str(uuid.uuid4()), "kept": "crop"},
                timeout=60,
            )
            if answer.status_code != HTTP_CREATED:
                wrong.append(f"{answer.status_code} {answer.text[:100]}")

    clients = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return wrong


def main() -> int:
    """Limit, record and report; return 1 where it was too much."""
    parser = argparse.ArgumentParser(description="Serve within the memory of a small dyno.")
    parser.add_argument("--captures", type=int, default=1000)
    parser.add_argument("--megabytes", type=int, default=512)
    options = parser.parse_args()
    group = Group(options.megabytes * MEGABYTE)
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            running(Path(folder)) as (served, headers),
            limited(served, group),
        ):
            workers = served.workers
            wrong = record(served, headers, options.captures)
            if served.workers != workers:
                wrong.append("a worker was killed")
    finally:
        peak, refused = int(group.peak.read_text()) / MEGABYTE, group.refused
        group.leave()
    print(
        f"{options.captures} captures by two workers within {options.megabytes} MB: "
        f"at most {peak:.0f} MB with the files that the kernel kept in memory for them; "
        f"the limit was reached {refused} times"
    )
    if refused:
        wrong.append("the kernel had to take memory back")
    for one in wrong:
        print(f"WRONG {one}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
