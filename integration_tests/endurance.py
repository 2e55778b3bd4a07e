"""Keep a site busy for half an hour, and check that memory does not grow and nothing fails.

Usage: python -m integration_tests.endurance [--minutes 30]

Four clients record photos, read pages and delete. Workers are not restarted meanwhile, as they
would be after some thousand requests. Fails if a response is not a success, or if the two workers
together use over 5 % more memory at the end than after the first sixth of the time.
"""

import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

import requests

from common.option_parsers import OneLineParser
from integration_tests.running_site import Ledger, RunningSite, find_violations, running_site
from tests import pictures
from tests.sites import PRODUCTION, Site

CLIENTS = 4
MAX_CAPTURES = 50
"""How many captures exist at a time, so that pages stop growing."""
WARM_UP = 1 / 6  # of the time
MAX_GROWTH = 1.05
SAMPLE_EVERY = 5.0  # seconds
PAGES = ("/today/", "/history/", "/trends/", "/captures/{}/", "/settings/")
API_PATHS = ("captures/", "captures/{}/", "today/", "changes/", "captures/{}/thumbnail/")
SUCCESS = range(200, 300)
MEGABYTE = 1024  # kB


class Client(threading.Thread):
    """A client that records, reads and deletes in a loop."""

    def __init__(self, address: str, headers: dict[str, str], stop: threading.Event) -> None:
        super().__init__()
        self.address, self.headers, self.stopped = f"http://{address}", headers, stop
        self.captures: list[str] = []
        self.counts: Counter[str] = Counter()
        self.errors: list[str] = []

    def run(self) -> None:
        photo = pictures.astronaut_jpeg()
        with requests.Session() as session:
            session.headers.update(self.headers)
            while not self.stopped.is_set():
                name = str(uuid.uuid4())
                self.request(
                    session,
                    "POST",
                    "/api/v1/captures/",
                    files={"photo": ("x.jpg", photo)},
                    data={"uuid": name, "mood": 4, "tags": ["a", "b"], "kept": "photo"},
                )
                self.captures.append(name)
                for path in (*PAGES, *(f"/api/v1/{path}" for path in API_PATHS)):
                    self.request(session, "GET", path.format(name))
                if len(self.captures) > MAX_CAPTURES // CLIENTS:
                    self.request(
                        session, "DELETE", f"/api/v1/captures/{self.captures.pop(0)}/?forever=true"
                    )

    def request(self, session: requests.Session, method: str, path: str, **options: object) -> None:
        """Make a request and record its outcome."""
        try:
            response = session.request(
                method,
                self.address + path,
                timeout=30,
                allow_redirects=False,
                **options,  # type: ignore[arg-type]
            )
        except requests.RequestException as error:
            self.errors.append(f"{method} {path}: {error}")
            return
        self.counts[method] += 1
        if response.status_code not in SUCCESS:
            self.errors.append(f"{method} {path}: {response.status_code} {response.text[:100]}")


def used_memory(running: RunningSite) -> float:
    """Return the proportional set size (PSS) of all workers in megabytes."""
    total = 0
    for pid in running.workers:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        total += int(
            next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1]
        )
    return total / MEGABYTE


def main() -> int:
    """Run the test and return 1 if there are violations."""
    parser = OneLineParser(description="Keep a site busy for long.")
    parser.add_argument("--minutes", type=float, default=30)
    seconds = parser.parse_args().minutes * 60
    Site(Path("/"), "sqlite:////none", PRODUCTION).manage(
        "collectstatic", "--no-input", "--verbosity=0"
    )
    no_restarts = {"GUNICORN_CMD_ARGS": "--max-requests 0 --max-requests-jitter 0"}
    with (
        tempfile.TemporaryDirectory() as folder,
        running_site(Path(folder), **no_restarts) as (running, headers),
    ):
        stop = threading.Event()
        cookie = {"Cookie": f"__Host-sessionid={headers['X-Session-Token']}"}
        clients = [Client(running.address, {**headers, **cookie}, stop) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        samples, began = [], time.monotonic()
        time.sleep(SAMPLE_EVERY)
        workers = running.workers
        while time.monotonic() - began < seconds:
            time.sleep(SAMPLE_EVERY)
            samples.append(used_memory(running))
        stop.set()
        for client in clients:
            client.join()
        violations = [error for client in clients for error in client.errors]
        if running.workers != workers:
            violations.append("a worker died")
        recorded = {name for client in clients for name in client.captures}
        violations += find_violations(running.site, Ledger(recorded=recorded))
    window = max(1, round(len(samples) * WARM_UP / 2))
    warm = statistics.mean(samples[2 * window - 1 : 3 * window])
    last = statistics.mean(samples[-window:])
    counts = sum((client.counts for client in clients), Counter[str]())
    requests_made = ", ".join(f"{count} {method}" for method, count in counts.items())
    print(f"{requests_made} in {seconds / 60:.0f} minutes, {counts.total() / seconds:.1f} a second")
    print(f"memory of two workers: {warm:.0f} MB warm, {last:.0f} MB at the end")
    if last > warm * MAX_GROWTH:
        violations.append(f"memory grew by {100 * (last / warm - 1):.1f} %")
    for violation in violations:
        print(f"VIOLATION {violation}")
    return int(bool(violations))


if __name__ == "__main__":
    sys.exit(main())
