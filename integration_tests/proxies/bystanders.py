"""People who use a site while somebody else attacks it, and what that costs the site."""

import http.client
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from integration_tests.site_client import SESSION

ADDRESS = "127.0.0.3"
PAUSE = 0.1  # seconds between two requests of the same kind
TIMEOUT = 10  # seconds
MEGABYTE = 2**20
SAMPLE_EVERY = 0.5  # seconds
BAD_REQUEST = 400


@dataclass
class Feeling:
    """How long requests of a kind took, in seconds, and how many failed."""

    durations: list[float] = field(default_factory=list)
    errors: int = 0

    def percentile(self, percent: int) -> float:
        """Return the seconds within which so many of a hundred requests were over."""
        ordered = sorted(self.durations) or [float("nan")]
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


@dataclass(frozen=True)
class Bystanders:
    """Somebody who sends each kind of request again and again, each over a new connection.

    Attributes:
        session: their session key.
    """

    address: str
    session: str

    def kinds(self) -> dict[str, Callable[[http.client.HTTPConnection], None]]:
        """Return how to send each kind of request."""
        https = {"X-Forwarded-Proto": "https"}
        browser = {**https, "Cookie": f"{SESSION}={self.session}"}
        app = {**https, "X-Session-Token": self.session, "Content-Type": "application/json"}

        def capture(connection: http.client.HTTPConnection) -> None:
            body = json.dumps({"uuid": str(uuid.uuid4()), "mood": 4})
            connection.request("POST", "/api/v1/captures/", body, app)

        return {
            "/healthz": lambda connection: connection.request("GET", "/healthz", headers=https),
            "Today": lambda connection: connection.request("GET", "/", headers=browser),
            "capture": capture,
        }

    def ask(self, send: Callable[[http.client.HTTPConnection], None], feeling: Feeling) -> None:
        """Send one request and note how it went."""
        host, _, port = self.address.partition(":")
        connection = http.client.HTTPConnection(
            host, int(port), timeout=TIMEOUT, source_address=(ADDRESS, 0)
        )
        began = time.monotonic()
        try:
            send(connection)
            response = connection.getresponse()
            response.read()
            feeling.errors += response.status >= BAD_REQUEST
        except (OSError, http.client.HTTPException):
            feeling.errors += 1
        finally:
            connection.close()
        feeling.durations.append(time.monotonic() - began)

    def feel(self, seconds: float) -> dict[str, Feeling]:
        """Send every kind of request side by side for some seconds."""
        until = time.monotonic() + seconds
        feelings = {kind: Feeling() for kind in self.kinds()}

        def repeat(kind: str) -> None:
            while time.monotonic() < until:
                self.ask(self.kinds()[kind], feelings[kind])
                time.sleep(PAUSE)

        threads = [threading.Thread(target=repeat, args=(kind,)) for kind in feelings]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return feelings


@dataclass
class Costs:
    """The most that processes used at a time, in bytes.

    Attributes:
        memory: proportional set size.
        disk: files that they have open and whose names are gone, or that lie in a folder.
    """

    memory: int = 0
    disk: int = 0


@contextmanager
def costs_sampled(processes: Callable[[], list[int]], folder: Path) -> Iterator[Costs]:
    """Sample what processes use while something goes on.

    Args:
        folder: of temporary files with names.
    """
    costs, stop = Costs(), threading.Event()

    def sample() -> None:
        while not stop.wait(SAMPLE_EVERY):
            pids = processes()
            named = sum(allocated(path) for path in folder.rglob("*"))
            costs.memory = max(costs.memory, sum(map(proportional_set_size, pids)))
            costs.disk = max(costs.disk, named + sum(map(unnamed_files, pids)))

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield costs
    finally:
        stop.set()
        thread.join()


def descendants(pid: int) -> list[int]:
    """Return a process and all those that it started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [pid, *(found for child in children for found in descendants(int(child)))]


def proportional_set_size(pid: int) -> int:
    """Return the memory of a process in bytes; what is shared counts in parts."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return 1024 * next(
        (int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0
    )


def unnamed_files(pid: int) -> int:
    """Return the bytes on disk of files that a process has open and nobody can name."""
    total = 0
    try:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            status = descriptor.stat()
            if descriptor.readlink().name.endswith("(deleted)"):
                total += 512 * status.st_blocks
    except OSError:
        pass
    return total


def allocated(path: Path) -> int:
    """Return the bytes that a file takes on disk."""
    try:
        return 512 * path.stat().st_blocks if path.is_file() else 0
    except OSError:
        return 0
