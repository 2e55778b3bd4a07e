"""Take the database, the storage and the disk away from a busy site and give them back.

Usage: python -m integration_tests.outages [--seconds 10]

PostgreSQL is stopped and started again; a bucket refuses connections, then accepts them and never
answers; the disk is full (which only root can arrange). Four clients go on recording photos and
reading their history meanwhile. Fails where they are told anything but success or 503 with
`Retry-After`, wait longer than a router would, or for more than ten seconds after it is back; or
where a capture that was acknowledged is lost or half there.
"""

import argparse
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
from benchmarks.suites.servers import running as program
from integration_tests.crash import HTTP_CREATED, Ledger, Served, running, wrongs
from tests import pictures

CLIENTS = 4
SUCCESS, AWAY = {200, HTTP_CREATED}, 503
PATIENCE = 30.0  # seconds: as long as Heroku's router waits
BACK_WITHIN = 10.0
DISK = 64 * 2**20  # bytes
BUCKET = "photos"


@dataclass
class Seen:
    """What clients saw of one outage.

    Attributes:
        statuses: how often each, while it was away.
        slowest: seconds that an answer took.
        back: seconds until every client had success again.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    back: float = 0.0
    wrong: list[str] = field(default_factory=list)
    recorded: set[str] = field(default_factory=set)

    def note(self, what: str, answer: requests.Response) -> None:
        """Note an answer."""
        self.statuses[answer.status_code] += 1
        self.slowest = max(self.slowest, answer.elapsed.total_seconds())
        if answer.status_code not in {*SUCCESS, AWAY}:
            self.wrong.append(f"{what}: {answer.status_code} {answer.text[:100]}")
        elif answer.status_code == AWAY and "Retry-After" not in answer.headers:
            self.wrong.append(f"{what}: 503 without Retry-After")


class Clients:
    """People who record a photo and read their history, again and again."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        self.address, self.headers, self.photo = address, headers, pictures.astronaut_jpeg()

    def turn(self, seen: Seen) -> bool:
        """Do both once; tell whether both succeeded."""
        name = str(uuid.uuid4())
        try:
            recorded = requests.post(
                f"{self.address}/api/v1/captures/",
                headers=self.headers,
                files={"photo": ("x.jpg", self.photo)},
                data={"uuid": name, "mood": 4, "tags": ["a", "b"], "kept": "photo"},
                timeout=PATIENCE,
            )
            seen.note("recording", recorded)
            if recorded.status_code == HTTP_CREATED:
                seen.recorded.add(name)
            read = requests.get(
                f"{self.address}/api/v1/captures/", headers=self.headers, timeout=PATIENCE
            )
            seen.note("reading", read)
        except requests.RequestException as error:
            seen.wrong.append(f"no answer: {error}")
            return False
        return {recorded.status_code, read.status_code} <= SUCCESS

    def watch(self, seconds: float, take: Callable[[], None], give: Callable[[], None]) -> Seen:
        """Take something away for so long, and see."""
        seen = Seen()
        while not self.turn(seen):
            time.sleep(0.1)
        seen.statuses.clear()
        stop, given = threading.Event(), [0.0]
        backs: list[float] = []

        def work() -> None:
            while not stop.is_set():
                self.turn(seen)
            while not self.turn(seen) and time.monotonic() - given[0] < PATIENCE:
                time.sleep(0.1)
            backs.append(time.monotonic() - given[0])

        threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        take()
        time.sleep(seconds)
        give()
        given[0] = time.monotonic()
        stop.set()
        for thread in threads:
            thread.join()
        seen.back = max(backs)
        return seen


class Gate:
    """A way to a port, which can be closed: who comes is refused then, and who is there cut off."""

    def __init__(self, to: int) -> None:
        self.to, self.port = to, free_port()
        self.lines: list[socket.socket] = []
        self.open()

    def open(self) -> None:
        """Let in."""
        self.door = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, args=(self.door,), daemon=True).start()

    def close(self) -> None:
        """Let nobody in, and out with all."""
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()
        for line in self.lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        self.lines.clear()

    def accept(self, door: socket.socket) -> None:
        """Lead whoever comes to the port."""
        with suppress(OSError):
            while True:
                line, _ = door.accept()
                onward = socket.create_connection(("127.0.0.1", self.to))
                self.lines += line, onward
                for ends in ((line, onward), (onward, line)):
                    threading.Thread(target=carry, args=ends, daemon=True).start()


def carry(come: socket.socket, go: socket.socket) -> None:
    """Carry what comes on one line to the other."""
    with suppress(OSError):
        while piece := come.recv(2**16):
            go.sendall(piece)
    with suppress(OSError):
        go.shutdown(socket.SHUT_WR)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Give a folder that is soon full."""
    folder.mkdir()
    subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", str(folder)], check=True
    )
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(folder)], check=True)


def fill(file: Path) -> None:
    """Leave no room on the disk of a file."""
    with suppress(OSError), file.open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(512))


def try_outage(
    what: str, site: Served, headers: dict[str, str], seconds: float, *change: Callable[[], None]
) -> list[str]:
    """Take something away for so long, say what was seen, and return what must not be."""
    seen = Clients(f"http://{site.place}", headers).watch(seconds, *change)
    counts = ", ".join(f"{count} x {status}" for status, count in sorted(seen.statuses.items()))
    print(
        f"{what}: {counts}; slowest answer {seen.slowest:.1f} s; "
        f"success again after {seen.back:.1f} s",
        flush=True,
    )
    found = [*seen.wrong, *wrongs(site.site, Ledger(recorded=seen.recorded))]
    if not seen.statuses[AWAY]:
        found.append("nobody noticed")
    if seen.back > BACK_WITHIN:
        found.append(f"success again only after {seen.back:.1f} s")
    return [f"{what}: {wrong}" for wrong in found]


def outages(folder: Path, seconds: float) -> Iterator[list[str]]:
    """Try each, and yield what must not be."""
    server = PostgreSQL(folder)
    server.start()
    try:
        os.environ["DATABASE_URL"] = server.address
        with running(folder / "of database") as (site, headers):
            change = (server.stop, server.start)
            yield try_outage("PostgreSQL stopped", site, headers, seconds, *change)
        with ExitStack() as stack:
            port = free_port()
            command = (sys.executable, "-m", "moto.server", "--port", str(port))
            bucket = stack.enter_context(program(*command, log=folder / "bucket.log"))
            wait_for(port)
            requests.put(f"http://127.0.0.1:{port}/{BUCKET}", timeout=PATIENCE).raise_for_status()
            gate = Gate(port)
            setting = f"s3+http://key:secret@127.0.0.1:{gate.port}/{BUCKET}?region=us-east-1"
            site, headers = stack.enter_context(
                running(folder / "of bucket", STORAGE_URL=setting, MEDIA_IS_PERSISTENT="0")
            )
            change = (gate.close, gate.open)
            yield try_outage("bucket refusing", site, headers, seconds, *change)
            change = tuple(partial(bucket.send_signal, number) for number in (SIGSTOP, SIGCONT))
            yield try_outage("bucket hanging", site, headers, 3 * seconds, *change)
    finally:
        server.stop()
        del os.environ["DATABASE_URL"]
    if os.geteuid() != 0:
        print("disk full: not tried, only root can make a small disk")
        return
    with small_disk(folder / "disk") as disk, running(disk / "site") as (site, headers):
        full = disk / "full"
        change = (partial(fill, full), full.unlink)
        yield try_outage("disk full", site, headers, seconds, *change)


def main() -> int:
    """Take away, look and report; return 1 where something was as it must not be."""
    parser = argparse.ArgumentParser(description="Take away what a busy site needs.")
    parser.add_argument("--seconds", type=float, default=10, help="of each outage")
    options = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for wrong in outages(Path(folder), options.seconds):
            found += wrong
    for wrong in found:
        print(f"WRONG {wrong}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
