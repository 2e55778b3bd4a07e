"""Record a thousand photos with two workers in a control group that is limited to 512 MB.

Usage, as root: python -m integration_tests.memory_limit [--captures 1000] [--megabytes 512]

That is the size of a small dyno at Heroku, which counts shared memory once as well. Four clients
record at a time. Fails if a request fails, a worker is killed or the kernel had to reclaim memory.
"""

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

from common.option_parsers import OneLineParser
from integration_tests.running_site import HTTP_CREATED, RunningSite, running_site
from tests import pictures
from tests.sites import start_gunicorn, wait_until_ready

CLIENTS = 4
MEGABYTE = 2**20
CGROUPS = Path("/sys/fs/cgroup")


class ControlGroup:
    """A control group with a memory limit in bytes (cgroup version 1 or 2)."""

    def __init__(self, limit: int) -> None:
        is_v2 = (CGROUPS / "cgroup.controllers").exists()
        self.folder = (CGROUPS if is_v2 else CGROUPS / "memory") / f"dyno-{os.getpid()}"
        self.folder.mkdir()
        self.peak = self.folder / ("memory.peak" if is_v2 else "memory.max_usage_in_bytes")
        self.events = self.folder / ("memory.events" if is_v2 else "memory.failcnt")
        (self.folder / ("memory.max" if is_v2 else "memory.limit_in_bytes")).write_text(str(limit))

    def join(self) -> None:
        """Add this process, and with it the processes that it starts."""
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def leave(self) -> None:
        """Move this process back, wait until the group is empty, and remove it."""
        (self.folder.parent / "cgroup.procs").write_text(str(os.getpid()))
        until = time.monotonic() + 10
        while (self.folder / "cgroup.procs").read_text() and time.monotonic() < until:
            time.sleep(0.1)
        self.folder.rmdir()

    @property
    def limit_hits(self) -> int:
        """How often the limit was reached."""
        words = self.events.read_text().split()
        return int(words[-1]) if len(words) == 1 else int(words[words.index("max") + 1])


@contextmanager
def limited(running: RunningSite, group: ControlGroup) -> Iterator[None]:
    """Restart gunicorn inside the group."""
    running.process.terminate()
    running.process.wait()
    group.join()
    running.process = start_gunicorn(running.site, running.address, MALLOC_ARENA_MAX="2")
    (group.folder.parent / "cgroup.procs").write_text(str(os.getpid()))
    wait_until_ready(f"http://{running.address}", seconds=60)
    time.sleep(2)  # The other worker starts a moment later.
    yield


def record_photos(running: RunningSite, headers: dict[str, str], count: int) -> list[str]:
    """Record photos, and return the errors."""
    photo, numbers, errors = pictures.astronaut_jpeg(), iter(range(count)), list[str]()
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if next(numbers, None) is None:
                    return
            response = requests.post(
                f"http://{running.address}/api/v1/captures/",
                headers=headers,
                files={"photo": ("x.jpg", photo)},
                data={"uuid": str(uuid.uuid4()), "kept": "crop"},
                timeout=60,
            )
            if response.status_code != HTTP_CREATED:
                errors.append(f"{response.status_code} {response.text[:100]}")

    clients = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return errors


def main() -> int:
    """Run the test and return 1 if there are violations."""
    parser = OneLineParser(description="Serve within the memory of a small dyno.")
    parser.add_argument("--captures", type=int, default=1000)
    parser.add_argument("--megabytes", type=int, default=512)
    options = parser.parse_args()
    group = ControlGroup(options.megabytes * MEGABYTE)
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            running_site(Path(folder)) as (running, headers),
            limited(running, group),
        ):
            workers = running.workers
            violations = record_photos(running, headers, options.captures)
            if running.workers != workers:
                violations.append("a worker was killed")
    finally:
        peak, limit_hits = int(group.peak.read_text()) / MEGABYTE, group.limit_hits
        group.leave()
    print(
        f"{options.captures} captures by two workers within {options.megabytes} MB: "
        f"at most {peak:.0f} MB with the page cache; the limit was reached {limit_hits} times"
    )
    if limit_hits:
        violations.append("the kernel had to reclaim memory")
    for violation in violations:
        print(f"VIOLATION {violation}")
    return int(bool(violations))


if __name__ == "__main__":
    sys.exit(main())
