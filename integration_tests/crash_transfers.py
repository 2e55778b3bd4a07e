"""Kill exports and restores at random moments; see that nothing is lost, doubled or half there.

Usage: python -m integration_tests.crash_transfers [--kills 100] [--seed 1]

While clients download everything that a person has, all of gunicorn's workers are killed; then one
more download has to be whole. `manage.py restore` is killed on its way into an empty site; then the
site has to be empty still or the whole backup, and the restore that follows has to make it whole.
"""

import argparse
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

from integration_tests.crash import (
    READY_WITHIN,
    Ledger,
    Served,
    orphans_of_old,
    running,
    strike,
    uploading,
)
from tests.sites import Site, installed_site

WHILE_EXPORTING = 0.5  # seconds of work before a kill, at most
PHOTOS = 20
COUNT = """
from emotions.models import Capture
from accounts.models import User
print('found', User.objects.count(), Capture.objects.count())
"""


def record(served: Served, headers: dict[str, str]) -> Ledger:
    """Let a person record some photos."""
    ledger, stop = Ledger(), threading.Event()
    client = threading.Thread(target=uploading(served, headers, ledger), args=(stop,))
    client.start()
    while len(ledger.recorded) < PHOTOS:
        time.sleep(0.05)
    stop.set()
    client.join()
    return ledger


def whole(archive: bytes) -> bool:
    """Tell whether an export has all photos, each as it was written."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as told:
            photos = [name for name in told.namelist() if name.endswith(".jpg")]
            return told.testzip() is None and len(photos) >= PHOTOS
    except zipfile.BadZipFile:
        return False


def kill_exports(served: Served, headers: dict[str, str], moments: list[float]) -> list[str]:
    """Kill the workers while clients download, and return what is wrong then."""
    address, ledger, wrong = f"http://{served.place}/api/v1/export/", Ledger(), []

    def download(stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                answer = requests.get(address, headers=headers, timeout=30)
            except requests.RequestException:
                ledger.unanswered += 1
                continue
            if answer.ok:
                ledger.recorded.add(str(len(ledger.recorded)))
                if not whole(answer.content):
                    wrong.append("an export that was not cut off is not whole")

    strike(served, download, ledger, moments)
    print(
        f"{len(moments)} kills while exporting: {len(ledger.recorded)} exports came through, "
        f"{ledger.unanswered} were cut off; ready again after {max(ledger.waits):.1f} s at most",
        flush=True,
    )
    if not whole(requests.get(address, headers=headers, timeout=60).content):
        wrong.append("the last export is not whole")
    wrong += [f"ready only after {wait:.1f} s" for wait in ledger.waits if wait > READY_WITHIN]
    return wrong


def kill_restores(site: Site, backup: Path, moments: list[float], full: str) -> list[str]:
    """Kill restores into an empty site, and return what is wrong then."""
    wrong, through = [], 0
    empty = found(site)
    for moment in moments:
        process = site.start(sys.executable, "manage.py", "restore", str(backup))
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        state = found(site)
        if state == full:
            through += 1
            site.manage("check_integrity")
        elif state != empty:
            wrong.append(f"after a kill the site has {state}")
        site.manage("flush", "--no-input", "--verbosity=0")
        site.manage("migrate", "--verbosity=0")
    site.manage("restore", str(backup))
    if found(site) != full:
        wrong.append(f"the last restore made {found(site)} of {full}")
    orphans_of_old(site)
    site.manage("sweep_orphans")
    checked = site.manage("check_integrity").splitlines()[-1]
    print(
        f"{len(moments)} kills while restoring: {through} had come through, the others left an "
        f"empty site; then a whole restore, and check_integrity: {checked}",
        flush=True,
    )
    return wrong


def found(site: Site) -> str:
    """Return how many people and captures a site has."""
    return next(line for line in site.python(COUNT).splitlines() if line.startswith("found"))


def main() -> int:
    """Kill, look and report; return 1 where something was lost."""
    parser = argparse.ArgumentParser(description="Kill exports and restores.")
    parser.add_argument("--kills", type=int, default=100, help="of each")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = Random(options.seed)  # noqa: S311 - has to be the same again, not secret
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with running(folder / "from") as (served, headers):
            record(served, headers)
            moments = [random.uniform(0, WHILE_EXPORTING) for _ in range(options.kills)]
            wrong = kill_exports(served, headers, moments)
            backup, full = folder / "site.tar", found(served.site)
            served.site.manage("backup", str(backup))
        (folder / "to").mkdir()
        with installed_site(folder / "to") as site:
            site.settings = dict(served.site.settings)
            began = time.monotonic()
            site.manage("restore", str(backup))
            longest = time.monotonic() - began
            site.manage("flush", "--no-input", "--verbosity=0")
            site.manage("migrate", "--verbosity=0")
            moments = [random.uniform(0.5, 1) * longest for _ in range(options.kills)]
            wrong += kill_restores(site, backup, moments, full)
    for one in wrong:
        print(f"WRONG {one}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
