"""Kill a running site again and again while people record and delete; see whether anything is lost.

Usage: python -m integration_tests.crash [--kills 100] [--seed 1]

Every tenth time all of gunicorn is killed and started anew, otherwise all of its workers, each with
SIGKILL at a random moment. Fails where an acknowledged capture or deletion is lost, a capture is
half there, the site takes longer than ten seconds to answer again, or files are left that
`sweep_orphans` does not remove.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import requests

from tests import pictures
from tests.sites import (
    PRODUCTION,
    Site,
    create_app_session,
    free_address,
    installed_site,
    start_gunicorn,
    wait_until_ready,
)

CLIENTS = 4
WHILE_RECORDING, WHILE_DELETING = 1.0, 0.3  # seconds of work before a kill, at most
READY_WITHIN = 10.0
ALL_OF_IT = 10  # every so often the master dies too
PATIENCE = 60  # seconds to wait before it counts as never ready
HTTP_CREATED, HTTP_NO_CONTENT, HTTP_NOT_FOUND, HTTP_GONE = 201, 204, 404, 410

LOOK = """
from emotions.models import Capture
for capture in Capture.objects.all():
    if capture.purged_at:
        state = 'left' if capture.picture_names or capture.detections.exists() else 'deleted'
    else:
        tags = set(capture.tags.values_list('name', flat=True))
        whole = len(capture.picture_names) == 3 and capture.detections.count() == 1
        state = 'whole' if whole and tags == {'a', 'b'} and capture.mood == 4 else 'half'
    print('state', capture.uuid, state)
"""


@dataclass
class Ledger:
    """What clients were told.

    Attributes:
        recorded, deleted: captures of which the site said so.
        tried: captures that somebody asked to delete.
        unanswered: requests that the kill cut off.
        waits: seconds from each kill to the first answer.
    """

    recorded: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)
    unanswered: int = 0
    waits: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass
class Served:
    """A gunicorn that may die."""

    site: Site
    place: str
    process: subprocess.Popen[str]

    @property
    def workers(self) -> list[int]:
        """The ids of its worker processes."""
        master = self.process.pid
        told = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii")
        return [int(pid) for pid in told.split()]

    def kill(self, *, whole: bool) -> None:
        """Kill its workers, or all of it, and start what does not start by itself."""
        workers = self.workers
        if whole:
            self.process.kill()
        for pid in workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if whole:
            self.process.wait()
            self.process = start_gunicorn(self.site, self.place)


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[tuple[Served, dict[str, str]]]:
    """Give a site in its production settings, and the headers of an app that is signed in."""
    folder.mkdir(exist_ok=True)
    with installed_site(folder) as site:
        site.settings = {**PRODUCTION, "API_LIMIT_ADDRESS": "1000000/m", **settings}
        headers = {"X-Session-Token": create_app_session(site), "X-Forwarded-Proto": "https"}
        place = free_address()
        served = Served(site, place, start_gunicorn(site, place))
        try:
            wait_until_ready(f"http://{place}", seconds=PATIENCE)
            yield served, headers
        finally:
            served.process.terminate()
            served.process.wait()


def strike(
    served: Served, work: Callable[[threading.Event], None], ledger: Ledger, moments: list[float]
) -> None:
    """Kill a site while clients work on it, so many seconds after they began each time."""
    for number, moment in enumerate(moments):
        stop = threading.Event()
        clients = [threading.Thread(target=work, args=(stop,)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        time.sleep(moment)
        served.kill(whole=number % ALL_OF_IT == 0)
        killed = time.monotonic()
        stop.set()
        wait_until_ready(f"http://{served.place}", seconds=PATIENCE)
        ledger.waits.append(time.monotonic() - killed)
        for client in clients:
            client.join()


def uploading(served: Served, headers: dict[str, str], ledger: Ledger) -> Callable[..., None]:
    """Return a client that records photos; what was cut off is sent again, as an app would."""
    photo, open_requests, lock = pictures.astronaut_jpeg(), list[str](), threading.Lock()

    def work(stop: threading.Event) -> None:
        while not stop.is_set():
            with lock:
                name = open_requests.pop() if open_requests else str(uuid.uuid4())
            try:
                answer = requests.post(
                    f"http://{served.place}/api/v1/captures/",
                    headers=headers,
                    files={"photo": ("x.jpg", photo)},
                    data={"uuid": name, "mood": 4, "tags": ["a", "b"], "kept": "photo"},
                    timeout=30,
                )
            except requests.RequestException:
                with lock:
                    open_requests.append(name)
                    ledger.unanswered += 1
                continue
            if answer.status_code == HTTP_CREATED:
                ledger.recorded.add(name)
            else:
                ledger.errors.append(
                    f"recording answered {answer.status_code}: {answer.text[:200]}"
                )

    return work


def deleting(served: Served, headers: dict[str, str], ledger: Ledger) -> Callable[..., None]:
    """Return a client that deletes for ever what was recorded."""
    waiting, lock = sorted(ledger.recorded), threading.Lock()

    def work(stop: threading.Event) -> None:
        while not stop.is_set() and waiting:
            with lock:
                name = waiting.pop()
                ledger.tried.add(name)
            try:
                answer = requests.delete(
                    f"http://{served.place}/api/v1/captures/{name}/?forever=true",
                    headers=headers,
                    timeout=30,
                )
            except requests.RequestException:
                with lock:
                    waiting.insert(0, name)
                    ledger.unanswered += 1
                continue
            if answer.status_code in (HTTP_NO_CONTENT, HTTP_NOT_FOUND, HTTP_GONE):
                ledger.deleted.add(name)
            else:
                ledger.errors.append(f"deleting answered {answer.status_code}: {answer.text[:200]}")

    return work


def wrongs(site: Site, ledger: Ledger) -> Iterator[str]:
    """Yield what is not as clients were told."""
    told = [line.split()[1:] for line in site.python(LOOK).splitlines() if line.startswith("state")]
    states: dict[str, str] = dict(told)
    yield from ledger.errors
    yield from (
        f"{name}: is {state}" for name, state in states.items() if state in ("half", "left")
    )
    for name in ledger.recorded - ledger.tried:
        if states.get(name) != "whole":
            yield f"{name}: was recorded and is {states.get(name)}"
    for name in ledger.deleted:
        if states.get(name) != "deleted":
            yield f"{name}: was deleted and is {states.get(name)}"
    yield from (f"ready only after {wait:.1f} s" for wait in ledger.waits if wait > READY_WITHIN)
    orphans_of_old(site)
    swept = site.manage("sweep_orphans").splitlines()[-1]
    checked = site.manage("check_integrity").splitlines()[-1]
    print(f"{swept} Then check_integrity: {checked}")
    if not checked.startswith("0 found"):
        yield checked


def orphans_of_old(site: Site) -> None:
    """Let no file count as one of a capture that is still in the making."""
    for path in (site.folder / "media").rglob("*.jpg"):
        os.utime(path, (0, 0))


def main() -> int:
    """Kill, look and report; return 1 where anything was lost."""
    parser = argparse.ArgumentParser(description="Kill a running site at random moments.")
    parser.add_argument(
        "--kills", type=int, default=100, help="while recording, and while deleting"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random, found = Random(options.seed), 0  # noqa: S311 - has to be the same again, not secret
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as (served, headers):
        ledger = Ledger()
        for what, client, longest in (
            ("recording", uploading, WHILE_RECORDING),
            ("deleting", deleting, WHILE_DELETING),
        ):
            ledger.unanswered, ledger.waits = 0, []
            moments = [random.uniform(0, longest) for _ in range(options.kills)]
            strike(served, client(served, headers, ledger), ledger, moments)
            average = sum(ledger.waits) / len(ledger.waits)
            print(
                f"{options.kills} kills while {what}: {len(ledger.recorded)} recorded, "
                f"{len(ledger.deleted)} deleted, {ledger.unanswered} requests cut off; ready again "
                f"after {max(ledger.waits):.1f} s at most, {average:.1f} s on average",
                flush=True,
            )
            for wrong in wrongs(served.site, ledger):
                found += 1
                print(f"WRONG {wrong}")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
