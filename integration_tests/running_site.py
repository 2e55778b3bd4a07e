"""A running site that tests can kill, and a check that it has kept what it acknowledged."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from integration_tests.checkouts import probe
from tests.sites import (
    PRODUCTION,
    Site,
    create_app_session,
    free_address,
    installed_site,
    start_gunicorn,
    wait_until_ready,
)

READY_WITHIN = 10.0  # seconds
READY_TIMEOUT = 60  # seconds
HTTP_CREATED = 201

LIST_CAPTURES = """
from emotions.models import Capture
for capture in Capture.objects.all():
    if capture.purged_at:
        is_purged = not capture.picture_names and not capture.detections.exists()
        state = 'deleted' if is_purged else 'half deleted'
    else:
        tags = set(capture.tags.values_list('name', flat=True))
        complete = len(capture.picture_names) == 3 and capture.detections.count() == 1
        complete = complete and tags == {'a', 'b'} and capture.mood == 4
        state = 'complete' if complete else 'incomplete'
    print('state', capture.uuid, state, sep=',')
"""


@dataclass
class Ledger:
    """What the site answered to clients.

    Attributes:
        recorded, deleted: UUIDs of captures whose recording or deletion was acknowledged.
        delete_attempted: UUIDs of captures that a client asked to delete.
        degrees: By UUID of a capture, by how much it was turned clockwise, before and after.
        turns: Number of turns after recording that were acknowledged.
        unanswered: Number of requests without a response.
        downtimes: Seconds from each kill until the site was ready again.
        errors: Responses that must not occur.
    """

    recorded: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    delete_attempted: set[str] = field(default_factory=set)
    degrees: dict[str, int] = field(default_factory=dict)
    turns: int = 0
    unanswered: int = 0
    downtimes: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass
class RunningSite:
    """A site and the gunicorn that serves it at `address`."""

    site: Site
    address: str
    process: subprocess.Popen[str]

    @property
    def workers(self) -> list[int]:
        """The process IDs of the workers."""
        master = self.process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii")
        return [int(pid) for pid in children.split()]

    def kill(self, *, with_master: bool) -> None:
        """Kill the workers; with the master, which would restart them, restart gunicorn too."""
        workers = self.workers
        if with_master:
            self.process.kill()
        for pid in workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if with_master:
            self.process.wait()
            self.process = start_gunicorn(self.site, self.address)


@contextmanager
def running_site(folder: Path, **settings: str) -> Iterator[tuple[RunningSite, dict[str, str]]]:
    """Yield a site with production settings, and the headers of a signed-in app."""
    folder.mkdir(exist_ok=True)
    with installed_site(folder) as site:
        site.settings = {**PRODUCTION, "API_LIMIT_ADDRESS": "1000000/m", **settings}
        headers = {"X-Session-Token": create_app_session(site), "X-Forwarded-Proto": "https"}
        address = free_address()
        running = RunningSite(site, address, start_gunicorn(site, address))
        try:
            wait_until_ready(f"http://{address}", seconds=READY_TIMEOUT)
            yield running, headers
        finally:
            running.process.terminate()
            running.process.wait()


def find_violations(site: Site, ledger: Ledger) -> Iterator[str]:
    """Yield every difference between the site and what it acknowledged, and print a summary."""
    lines = site.python(LIST_CAPTURES).splitlines()
    states = dict(line.split(",")[1:] for line in lines if line.startswith("state,"))
    yield from ledger.errors
    yield from (
        f"{name}: is {state}"
        for name, state in states.items()
        if state in ("incomplete", "half deleted")
    )
    for name in ledger.recorded - ledger.delete_attempted:
        if states.get(name) != "complete":
            yield f"{name}: was recorded and is {states.get(name)}"
    for name in ledger.deleted:
        if states.get(name) != "deleted":
            yield f"{name}: was deleted and is {states.get(name)}"
    lying = probe(site, "lying") if ledger.degrees else {}
    for name in ledger.degrees.keys() - ledger.delete_attempted:
        if lying.get(name) != ledger.degrees[name]:
            yield f"{name}: was turned by {ledger.degrees[name]}° and lies at {lying.get(name)}°"
    yield from (
        f"ready only after {seconds:.1f} s"
        for seconds in ledger.downtimes
        if seconds > READY_WITHIN
    )
    backdate_files(site)
    swept = site.manage("sweep_orphans").splitlines()[-1]
    checked = site.manage("check_integrity").splitlines()[-1]
    print(f"{swept} Then check_integrity: {checked}")
    if not checked.startswith("0 found"):
        yield checked


def backdate_files(site: Site) -> None:
    """Backdate all files, since `sweep_orphans` spares recent ones."""
    for path in (site.folder / "media").rglob("*.jpg"):
        os.utime(path, (0, 0))
