"""Kill exports and restores at random delays, and check that nothing is lost or incomplete.

Usage: python -m integration_tests.crash_transfers [--kills 100] [--seed 1]

All of gunicorn's workers are killed while clients download exports; afterwards an export has to be
complete. `manage.py restore` is killed while it fills an empty site, which then has to be either
empty or complete, and the last restore has to be complete.
"""

import io
import signal
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path
from random import Random

import requests

from common.option_parsers import OneLineParser
from integration_tests.crash import kill_repeatedly, recording_client
from integration_tests.running_site import (
    READY_WITHIN,
    Ledger,
    RunningSite,
    backdate_files,
    running_site,
)
from tests.sites import Site, installed_site

MAX_EXPORTING = 0.5  # seconds of work before a kill
PHOTOS = 20
COUNT = """
from emotions.models import Capture
from accounts.models import User
print('rows', User.objects.count(), Capture.objects.count())
"""


def record_photos(running: RunningSite, headers: dict[str, str]) -> Ledger:
    """Record some photos."""
    ledger, stop = Ledger(), threading.Event()
    client = threading.Thread(target=recording_client(running, headers, ledger), args=(stop,))
    client.start()
    while len(ledger.recorded) < PHOTOS:
        time.sleep(0.05)
    stop.set()
    client.join()
    return ledger


def is_complete(archive: bytes) -> bool:
    """Return whether an export is an intact archive with all photos."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as members:
            photos = [name for name in members.namelist() if name.endswith(".jpg")]
            return members.testzip() is None and len(photos) >= PHOTOS
    except zipfile.BadZipFile:
        return False


def kill_exports(running: RunningSite, headers: dict[str, str], delays: list[float]) -> list[str]:
    """Kill the workers while clients download exports, and return the violations."""
    address, ledger, violations = f"http://{running.address}/api/v1/export/", Ledger(), []

    def download(stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                response = requests.get(address, headers=headers, timeout=30)
            except requests.RequestException:
                ledger.unanswered += 1
                continue
            if response.ok:
                ledger.recorded.add(str(len(ledger.recorded)))
                if not is_complete(response.content):
                    violations.append("an export that was answered is incomplete")

    kill_repeatedly(running, download, ledger, delays)
    print(
        f"{len(delays)} kills while exporting: {len(ledger.recorded)} exports completed, "
        f"{ledger.unanswered} interrupted; ready again after {max(ledger.downtimes):.1f} s at most",
        flush=True,
    )
    if not is_complete(requests.get(address, headers=headers, timeout=60).content):
        violations.append("the last export is incomplete")
    violations += [
        f"ready only after {seconds:.1f} s"
        for seconds in ledger.downtimes
        if seconds > READY_WITHIN
    ]
    return violations


def kill_restores(site: Site, backup: Path, delays: list[float], full: str) -> list[str]:
    """Kill restores into an empty site, and return the violations."""
    violations, completed = [], 0
    empty = count_rows(site)
    for delay in delays:
        process = site.start(sys.executable, "manage.py", "restore", str(backup))
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        state = count_rows(site)
        if state == full:
            completed += 1
            site.manage("check_integrity")
        elif state != empty:
            violations.append(f"after a kill the site has {state}")
        site.manage("flush", "--no-input", "--verbosity=0")
        site.manage("migrate", "--verbosity=0")
    site.manage("restore", str(backup))
    if count_rows(site) != full:
        violations.append(f"the last restore made {count_rows(site)} of {full}")
    backdate_files(site)
    site.manage("sweep_orphans")
    checked = site.manage("check_integrity").splitlines()[-1]
    print(
        f"{len(delays)} kills while restoring: {completed} after it had completed, the others left "
        f"an empty site; after a complete restore, check_integrity: {checked}",
        flush=True,
    )
    return violations


def count_rows(site: Site) -> str:
    """Return a line with the numbers of people and captures of a site."""
    return next(line for line in site.python(COUNT).splitlines() if line.startswith("rows"))


def main() -> int:
    """Run the test and return 1 if there are violations."""
    parser = OneLineParser(description="Kill exports and restores.")
    parser.add_argument("--kills", type=int, default=100, help="of each")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = Random(options.seed)  # noqa: S311 - reproducible, not secret
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running_site(folder / "from") as (running, headers):
            record_photos(running, headers)
            delays = [random.uniform(0, MAX_EXPORTING) for _ in range(options.kills)]
            violations = kill_exports(running, headers, delays)
            backup, full = folder / "site.tar", count_rows(running.site)
            running.site.manage("backup", str(backup))
        (folder / "to").mkdir()
        with installed_site(folder / "to") as site:
            site.settings = dict(running.site.settings)
            began = time.monotonic()
            site.manage("restore", str(backup))
            longest = time.monotonic() - began
            site.manage("flush", "--no-input", "--verbosity=0")
            site.manage("migrate", "--verbosity=0")
            delays = [random.uniform(0.5, 1) * longest for _ in range(options.kills)]
            violations += kill_restores(site, backup, delays, full)
    for violation in violations:
        print(f"VIOLATION {violation}")
    return int(bool(violations))


if __name__ == "__main__":
    sys.exit(main())
