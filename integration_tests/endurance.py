"""Keep a site busy for half an hour and see whether its memory grows or anything goes wrong.

Usage: python -m integration_tests.endurance [--minutes 30]

Four people record photos, look through pages and delete; the workers are not renewed meanwhile, as
they would be after some thousand requests. Fails where an answer is no success, or where the two
workers together hold more than 5 % more memory at the end than after the first sixth of the time.
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

import requests

from integration_tests.crash import Ledger, Served, running, wrongs
from tests import pictures
from tests.sites import PRODUCTION, Site

CLIENTS = 4
KEPT = 50
"""Captures of everybody at a time; the pages stay as large as they are then."""
WARM_UP = 1 / 6  # of the time
GROWTH = 1.05
EVERY = 5.0  # seconds between two looks at the memory
PAGES = ("/today/", "/history/", "/trends/", "/captures/{}/", "/settings/")
READINGS = ("captures/", "captures/{}/", "today/", "changes/", "captures/{}/thumbnail/")
SUCCESS = range(200, 300)
MEGABYTE = 1024  # kB


class Person(threading.Thread):
    """Somebody who does this and that, again and again."""

    def __init__(self, place: str, headers: dict[str, str], stop: threading.Event) -> None:
        super().__init__()
        self.place, self.headers, self.stopped = f"http://{place}", headers, stop
        self.kept: list[str] = []
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []

    def run(self) -> None:
        """Record, look, delete."""
        photo = pictures.astronaut_jpeg()
        with requests.Session() as line:
            line.headers.update(self.headers)
            while not self.stopped.is_set():
                name = str(uuid.uuid4())
                self.ask(
                    line,
                    "POST",
                    "/api/v1/captures/",
                    files={"photo": ("x.jpg", photo)},
                    data={"uuid": name, "mood": 4, "tags": ["a", "b"], "kept": "photo"},
                )
                self.kept.append(name)
                for path in (*PAGES, *(f"/api/v1/{reading}" for reading in READINGS)):
                    self.ask(line, "GET", path.format(name))
                if len(self.kept) > KEPT // CLIENTS:
                    self.ask(line, "DELETE", f"/api/v1/captures/{self.kept.pop(0)}/?forever=true")

    def ask(self, line: requests.Session, method: str, path: str, **said: object) -> None:
        """Ask once and note how it went."""
        try:
            answer = line.request(
                method,
                self.place + path,
                timeout=30,
                allow_redirects=False,
                **said,  # type: ignore[arg-type]
            )
        except requests.RequestException as error:
            self.wrong.append(f"{method} {path}: {error}")
            return
        self.counts[method] += 1
        if answer.status_code not in SUCCESS:
            self.wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:100]}")


def memory(served: Served) -> float:
    """Return the megabytes that the workers hold, those they share counted once (PSS)."""
    total = 0
    for pid in served.workers:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        total += int(next(line for line in told.splitlines() if line.startswith("Pss:")).split()[1])
    return total / MEGABYTE


def main() -> int:
    """Work, watch and report; return 1 where something went wrong or grew."""
    parser = argparse.ArgumentParser(description="Keep a site busy for long.")
    parser.add_argument("--minutes", type=float, default=30)
    seconds = parser.parse_args().minutes * 60
    Site(Path("/"), "sqlite:////none", PRODUCTION).manage(
        "collectstatic", "--no-input", "--verbosity=0"
    )
    renewed_never = {"GUNICORN_CMD_ARGS": "--max-requests 0 --max-requests-jitter 0"}
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), **renewed_never) as (served, headers),
    ):
        stop = threading.Event()
        cookie = {"Cookie": f"__Host-sessionid={headers['X-Session-Token']}"}
        people = [Person(served.place, {**headers, **cookie}, stop) for _ in range(CLIENTS)]
        for person in people:
            person.start()
        held, began = [], time.monotonic()
        time.sleep(EVERY)
        workers = served.workers
        while time.monotonic() - began < seconds:
            time.sleep(EVERY)
            held.append(memory(served))
        stop.set()
        for person in people:
            person.join()
        found = [wrong for person in people for wrong in person.wrong]
        if served.workers != workers:
            found.append("a worker died")
        recorded = {name for person in people for name in person.kept}
        found += wrongs(served.site, Ledger(recorded=recorded))
    some = max(1, round(len(held) * WARM_UP / 2))
    warm = statistics.mean(held[2 * some - 1 : 3 * some])
    last = statistics.mean(held[-some:])
    counts = sum((person.counts for person in people), Counter[str]())
    asked = ", ".join(f"{count} {method}" for method, count in counts.items())
    print(f"{asked} in {seconds / 60:.0f} minutes, {counts.total() / seconds:.1f} a second")
    print(f"memory of two workers: {warm:.0f} MB warm, {last:.0f} MB at the end")
    if last > warm * GROWTH:
        found.append(f"memory grew by {100 * (last / warm - 1):.1f} %")
    for wrong in found:
        print(f"WRONG {wrong}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
