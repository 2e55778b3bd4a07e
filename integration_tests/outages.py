"""Make the database, the storage and the disk unavailable to a busy site, and available again.

Usage: python -m integration_tests.outages [--seconds 10]

PostgreSQL is stopped and restarted; a bucket refuses connections, then accepts them and never
answers; the disk is full (which only root can arrange). Four clients record photos and read their
history meanwhile. Fails if they receive anything but success or 503 with `Retry-After`, wait longer
than a router would, or have no success within ten seconds of the recovery; or if a capture that was
acknowledged is lost or incomplete.
"""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import requests

from benchmarks.suites.servers import PostgreSQL, free_port, wait_for
from benchmarks.suites.servers import running as running_program
from common.option_parsers import OneLineParser
from integration_tests.running_site import (
    HTTP_CREATED,
    Ledger,
    RunningSite,
    find_violations,
    running_site,
)
from tests import pictures

CLIENTS = 4
SUCCESS, UNAVAILABLE = {200, HTTP_CREATED}, 503
TIMEOUT = 30.0  # seconds, as for Heroku's router
RECOVERY_WITHIN = 10.0
DISK_SIZE = 64 * 2**20  # bytes
BUCKET = "photos"


@dataclass
class Observations:
    """What clients observed of an outage.

    Attributes:
        statuses: Number of responses during the outage by status.
        slowest: Seconds that the slowest response took.
        recovery: Seconds until every client succeeded again.
        violations: Responses that must not occur.
        recorded: UUIDs of captures that were acknowledged.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    recovery: float = 0.0
    violations: list[str] = field(default_factory=list)
    recorded: set[str] = field(default_factory=set)

    def add(self, action: str, response: requests.Response) -> None:
        self.statuses[response.status_code] += 1
        self.slowest = max(self.slowest, response.elapsed.total_seconds())
        if response.status_code not in {*SUCCESS, UNAVAILABLE}:
            self.violations.append(f"{action}: {response.status_code} {response.text[:100]}")
        elif response.status_code == UNAVAILABLE and "Retry-After" not in response.headers:
            self.violations.append(f"{action}: 503 without Retry-After")


class Clients:
    """Clients that record a photo and read their history in a loop."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        self.address, self.headers, self.photo = address, headers, pictures.astronaut_jpeg()

    def record_and_read(self, observations: Observations) -> bool:
        """Do both once, and return whether both succeeded."""
        name = str(uuid.uuid4())
        try:
            recorded = requests.post(
                f"{self.address}/api/v1/captures/",
                headers=self.headers,
                files={"photo": ("x.jpg", self.photo)},
                data={"uuid": name, "mood": 4, "tags": ["a", "b"], "kept": "photo"},
                timeout=TIMEOUT,
            )
            observations.add("recording", recorded)
            if recorded.status_code == HTTP_CREATED:
                observations.recorded.add(name)
            read = requests.get(
                f"{self.address}/api/v1/captures/", headers=self.headers, timeout=TIMEOUT
            )
            observations.add("reading", read)
        except requests.RequestException as error:
            observations.violations.append(f"no answer: {error}")
            return False
        return {recorded.status_code, read.status_code} <= SUCCESS

    def observe(
        self, seconds: float, begin: Callable[[], None], end: Callable[[], None]
    ) -> Observations:
        """Observe an outage of so many seconds."""
        observations = Observations()
        while not self.record_and_read(observations):
            time.sleep(0.1)
        observations.statuses.clear()
        stop, ended = threading.Event(), [0.0]
        recoveries: list[float] = []

        def work() -> None:
            while not stop.is_set():
                self.record_and_read(observations)
            while not self.record_and_read(observations) and time.monotonic() - ended[0] < TIMEOUT:
                time.sleep(0.1)
            recoveries.append(time.monotonic() - ended[0])

        threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        begin()
        time.sleep(seconds)
        end()
        ended[0] = time.monotonic()
        stop.set()
        for thread in threads:
            thread.join()
        observations.back = max(recoveries)
        return observations


class Proxy:
    """A TCP proxy that can be closed, which refuses connections and drops existing ones."""

    def __init__(self, target: int) -> None:
        self.target, self.port = target, free_port()
        self.connections: list[socket.socket] = []
        self.open()

    def open(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.connections.clear()

    def accept(self, listener: socket.socket) -> None:
        """Forward connections to the target."""
        with suppress(OSError):
            while True:
                incoming, _ = listener.accept()
                outgoing = socket.create_connection(("127.0.0.1", self.target))
                self.connections += incoming, outgoing
                for ends in ((incoming, outgoing), (outgoing, incoming)):
                    threading.Thread(target=forward, args=ends, daemon=True).start()


def forward(source: socket.socket, target: socket.socket) -> None:
    """Forward bytes until the source is closed."""
    with suppress(OSError):
        while chunk := source.recv(2**16):
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a small disk on a folder and yield it."""
    folder.mkdir()
    subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", f"size={DISK_SIZE}", "none", str(folder)], check=True
    )
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(folder)], check=True)


def fill(file: Path) -> None:
    """Write to a file until its disk is full."""
    with suppress(OSError), file.open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(512))


def check_outage(
    name: str,
    running: RunningSite,
    headers: dict[str, str],
    seconds: float,
    *change: Callable[[], None],
) -> list[str]:
    """Test an outage of so many seconds, print a summary, and return the violations."""
    observations = Clients(f"http://{running.address}", headers).observe(seconds, *change)
    counts = ", ".join(
        f"{count} x {status}" for status, count in sorted(observations.statuses.items())
    )
    print(
        f"{name}: {counts}; slowest answer {observations.slowest:.1f} s; "
        f"success again after {observations.recovery:.1f} s",
        flush=True,
    )
    violations = [
        *observations.violations,
        *find_violations(running.site, Ledger(recorded=observations.recorded)),
    ]
    if not observations.statuses[UNAVAILABLE]:
        violations.append("the outage had no effect")
    if observations.recovery > RECOVERY_WITHIN:
        violations.append(f"success again only after {observations.recovery:.1f} s")
    return [f"{name}: {violation}" for violation in violations]


def check_outages(folder: Path, seconds: float) -> Iterator[list[str]]:
    """Test every outage, and yield the violations of each."""
    server = PostgreSQL(folder)
    server.start()
    try:
        os.environ["DATABASE_URL"] = server.url
        with running_site(folder / "of database") as (running, headers):
            change = (server.stop, server.start)
            yield check_outage("PostgreSQL stopped", running, headers, seconds, *change)
        with ExitStack() as stack:
            port = free_port()
            command = (sys.executable, "-m", "moto.server", "--port", str(port))
            bucket = stack.enter_context(running_program(*command, log=folder / "bucket.log"))
            wait_for(port)
            requests.put(f"http://127.0.0.1:{port}/{BUCKET}", timeout=TIMEOUT).raise_for_status()
            proxy = Proxy(port)
            url = f"s3+http://key:secret@127.0.0.1:{proxy.port}/{BUCKET}?region=us-east-1"
            running, headers = stack.enter_context(
                running_site(folder / "of bucket", STORAGE_URL=url, MEDIA_IS_PERSISTENT="0")
            )
            change = (proxy.close, proxy.open)
            yield check_outage("bucket refusing", running, headers, seconds, *change)
            change = tuple(partial(bucket.send_signal, number) for number in (SIGSTOP, SIGCONT))
            yield check_outage("bucket hanging", running, headers, 3 * seconds, *change)
    finally:
        server.stop()
        del os.environ["DATABASE_URL"]
    if os.geteuid() != 0:
        print("disk full: skipped, since only root can mount a small disk")
        return
    with small_disk(folder / "disk") as disk, running_site(disk / "site") as (running, headers):
        full = disk / "full"
        change = (partial(fill, full), full.unlink)
        yield check_outage("disk full", running, headers, seconds, *change)


def main() -> int:
    """Run the test and return 1 if there are violations."""
    parser = OneLineParser(description="Take services away from a busy site.")
    parser.add_argument("--seconds", type=float, default=10, help="of each outage")
    options = parser.parse_args()
    violations = []
    with tempfile.TemporaryDirectory() as folder:
        for found in check_outages(Path(folder), options.seconds):
            violations += found
    for violation in violations:
        print(f"VIOLATION {violation}")
    return int(bool(violations))


if __name__ == "__main__":
    sys.exit(main())
