"""Import and undo long histories, and measure the worker's peak memory and the time.

Usage: python -m integration_tests.long_imports [--rows 1000 10000 100000] [--kills 0]

Each history, a table of Daylio's and an archive of this site, is looked through, brought in and
undone by a worker of its own, whose peak resident memory is what the kernel counted. With kills, a
worker of each step is killed that many times, at random moments, and another one goes on; time and
memory are not told then. In the end every entry has to have come in once and to be gone again.

Fails where a history did not, or where the longest one needs more than `MAX_GROWTH` more memory
than the shortest.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from common.option_parsers import OneLineParser
from tests.sites import PRODUCTION, Site, installed_site

MAX_GROWTH = 25  # megabytes
KILLED_WITHIN = 2.0  # seconds of work
EMAIL = "somebody@example.org"
FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
INTERVAL = timedelta(minutes=101)

SEND = """
from django.core.files import File
from tests import factories
from accounts.models import User
from emotions.transfer.uploads import start_import
owner = User.objects.filter(email="{email}").first() or factories.person("{email}")
with open("{file}", "rb") as file:
    upload = File(file)
    job = start_import(owner=owner, upload=upload, time_zone="UTC", moods={{}}, preview=True)
"""
LATEST = """
from emotions.models import Import
job = Import.objects.latest("pk")
"""
CONFIRM = f"""{LATEST}
from emotions.transfer.choosing import Choices, confirm_import
choices = Choices(time_zone="UTC", date_order="", moods={{}})
confirm_import(job=job, choices=choices, update=True)
"""
UNDO = f"""{LATEST}
from emotions.transfer.undoing import undo_import
undo_import(job=job)
"""
STATE = f"""{LATEST}
import json
from emotions.models import Capture
print(json.dumps({{
    "state": job.state, "found": (job.preview or {{}}).get("new"), "new": job.new,
    "undone": job.undone, "there": Capture.objects.filter(purged_at=None).count(),
    "noted": job.moments.filter(undone=False).count(),
}}))
"""
DUE = """
from tests.jobs import pass_time
from emotions.transfer.tasks import RETRY_AFTER
pass_time(RETRY_AFTER)
"""


def table(rows: int) -> Iterator[bytes]:
    yield b"full_date,date,weekday,time,mood,activities,scales,note_title,note\n"
    for number in range(rows):
        moment = FIRST_MOMENT + number * INTERVAL
        note = f"Note {number}. {'word ' * 20}"
        tags = f"tag {number % 500} | work"
        yield f'{moment:%Y-%m-%d},x,x,{moment:%H:%M},good,"{tags}",,,"{note}"\n'.encode()


def archive(rows: int) -> Iterator[bytes]:
    yield b"[\n"
    for number in range(rows):
        moment = {
            "uuid": str(uuid.UUID(int=number + 1)),
            "source": "manual",
            "taken_at": (FIRST_MOMENT + number * INTERVAL).isoformat(),
            "time_zone": "UTC",
            "mood": 4,
            "note": f"Note {number}. {'word ' * 20}",
            "tags": [f"tag {number % 500}", "work"],
        }
        yield json.dumps(moment).encode() + (b",\n" if number < rows - 1 else b"\n")
    yield b"]\n"


def write_table(path: Path, rows: int) -> None:
    with path.open("wb") as file:
        file.writelines(table(rows))


def write_archive(path: Path, rows: int) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("captures.json", "w") as file,
    ):
        for line in archive(rows):
            file.write(line)


@dataclass(frozen=True)
class Step:
    """How one step of an import went.

    Attributes:
        processor_seconds: how long the worker's processor worked on it, its start included.
        wrong: what is not as expected in the end, by name.
    """

    name: str
    seconds: float
    processor_seconds: float
    megabytes: float
    wrong: dict[str, Any]

    def __str__(self) -> str:
        return (
            f"{self.name:8} {self.seconds:7.1f} s {self.processor_seconds:7.1f} s of a processor "
            f"{self.megabytes:6.0f} MB"
        )


FORMATS = {"Daylio": write_table, "archive": write_archive}


def start_worker(site: Site) -> "subprocess.Popen[str]":
    command = (sys.executable, "manage.py", "db_worker", "--no-reload", "--batch", "--interval=0")
    return site.start(*command)


def kill_at_work(site: Site, after: float) -> None:
    """Kill a worker so many seconds after it has begun, and let what it was at come due."""
    process = start_worker(site)
    for line in process.stdout or ():
        if "RUNNING" in line:
            break
    time.sleep(after)
    process.kill()
    process.communicate()
    site.python(DUE)


def work(site: Site) -> tuple[float, float, float]:
    """Let a worker do all that is due; return its seconds, its processor's, and its peak MB."""
    with (site.folder / "worker.log").open("w") as log:
        started = time.monotonic()
        process = site.start(
            *(sys.executable, "manage.py", "db_worker"),
            *("--no-reload", "--batch", "--interval=0", "--verbosity=0"),
            output=log,
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - started
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def state_of(site: Site) -> dict[str, Any]:
    """Return what the latest import says, and what there is in the end."""
    lines = site.python(STATE).splitlines()
    state: dict[str, Any] = json.loads(next(line for line in lines if line.startswith("{")))
    return state


def run_steps(site: Site, file: Path, rows: int, delays: list[float]) -> Iterator[Step]:
    """Look through a history, bring it in and undo it, and yield how each step went."""
    steps = {
        "preview": (SEND.format(email=EMAIL, file=file), {"state": "ready", "found": rows}),
        "import": (CONFIRM, {"state": "finished", "new": rows, "there": rows, "noted": rows}),
        "undo": (UNDO, {"state": "undone", "undone": rows, "there": 0, "noted": 0}),
    }
    for name, (code, expected) in steps.items():
        site.python(code)
        for delay in delays:
            kill_at_work(site, delay)
        used = work(site)
        state = state_of(site)
        wrong = {key: state[key] for key, value in expected.items() if state[key] != value}
        yield Step(name, *used, wrong)


def main() -> int:
    """Run the test and return 1 if there are violations."""
    parser = OneLineParser(description="Import and undo long histories.")
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--kills", type=int, default=0, help="of the worker of each step")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = Random(options.seed)  # noqa: S311 - reproducible, not secret
    violations = []
    for kind, write in FORMATS.items():
        peaks: dict[str, list[float]] = {}
        for rows in options.rows:
            with tempfile.TemporaryDirectory() as folder, installed_site(Path(folder)) as site:
                site.settings = dict(PRODUCTION)
                write(file := Path(folder) / "history", rows)
                delays = [random.uniform(0, KILLED_WITHIN) for _ in range(options.kills)]
                for step in run_steps(site, file, rows, delays):
                    print(f"{kind:8} {rows:7,} {step}", flush=True)
                    peaks.setdefault(step.name, []).append(step.megabytes)
                    violations += [f"{kind}, {rows:,}, {step.name}: {step.wrong}"] * bool(
                        step.wrong
                    )
        violations += [
            f"{kind}, {name}: {peak[-1] - peak[0]:.0f} MB more for the longest"
            for name, peak in peaks.items()
            if peak[-1] - peak[0] > MAX_GROWTH
        ]
    for violation in violations:
        print(f"VIOLATION {violation}")
    return int(bool(violations))


if __name__ == "__main__":
    sys.exit(main())
