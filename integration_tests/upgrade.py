"""Upgrade a site that an earlier commit made, use it, and see that nothing is lost or changed.

Usage: make upgrade, or python -m integration_tests.upgrade [--from COMMIT] [--database sqlite]

The earlier commit, the newest release by default, is checked out beside this one. Its code makes a
site with the demonstration year, photos, tokens, reminders, a version that it trained and promoted,
and jobs of every kind in the queue; it serves the site and makes a backup. The code of this
checkout then migrates and serves that site, works through the jobs, and restores the backup into an
empty site. Finally the earlier code serves the migrated site again, as after a rollback.

What is gone or has another value fails. What came since (fields of the API, pages, tables, columns)
is printed.
"""

import hashlib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from psycopg import sql

from backups import archive
from benchmarks.suites.servers import postgres
from common.option_parsers import OneLineParser
from integration_tests.checkouts import checkout, newest_release, probe
from integration_tests.differences import differences
from integration_tests.populated_site import (
    NETWORK,
    SHADOW,
    PopulatedSite,
    detect,
    populate,
    settings,
    snapshot,
    train,
)
from integration_tests.site_client import SiteClient
from tests import pictures
from tests.sites import ROOT, Site, execute_sql, serve

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
JOBS_TIMEOUT = 120.0  # seconds
MAX_DIFFERENCES = 10
"""Lines of each kind that are printed of one topic."""
MAX_MEMBER_BYTES = 2**28
CREATED, FORBIDDEN, SERVER_ERROR = 201, 403, 500
RELEASE_JOBS = """
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
"""
RENEW_CONSENTS = """
from accounts.consents import CURRENT_VERSIONS
from accounts.models import Consent
for kind, version in CURRENT_VERSIONS.items():
    Consent.objects.filter(kind=kind, withdrawn_at=None).update(version=version)
"""
"""Everybody agrees to the texts of this code, as people do who are asked again."""


@dataclass
class Report:
    """A table of checks, printed row by row.

    Attributes:
        failures: how many checks have failed.
    """

    database: str
    failures: int = 0

    def add(self, stage: str, check: str, passed: bool, found: object) -> None:
        """Print the row of a check."""
        self.failures += not passed
        outcome = "ok" if passed else "FAILED"
        print(f"{self.database:10} | {stage:11} | {outcome:6} | {check}: {found}", flush=True)

    def same(self, stage: str, topic: str, before: Any, after: Any) -> None:
        """Print the row of a topic that may only gain values, and what is different about it."""
        found = differences(before, after)
        outcome = f"{len(before)}, {len(found.changed)} lines changed, {len(found.added)} added"
        self.add(stage, topic, not found.changed, outcome)
        for line in found.changed[:MAX_DIFFERENCES] + found.added[:MAX_DIFFERENCES]:
            print(f"    {line}")


@contextmanager
def worker(site: Site) -> Iterator[None]:
    """Run a worker beside a site."""
    command = (sys.executable, "manage.py", "db_worker", "--interval=0.2")
    with (site.folder / "worker.log").open("a") as log:
        process = site.start(*command, output=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def work(populated: PopulatedSite) -> dict[str, Any]:
    """Run a worker until no job is due; return the effects of the jobs."""
    until = time.monotonic() + JOBS_TIMEOUT
    with worker(populated.site):
        while True:
            effects: dict[str, Any] = probe(populated.site, "effects", **populated.jobs)
            if not effects["due"] or time.monotonic() > until:
                return effects


def check_jobs(report: Report, stage: str, populated: PopulatedSite) -> None:
    """Work through the jobs of a site, those for later too, and check their effects."""
    before = probe(populated.site, "effects", **populated.jobs)
    waiting = [name for name, is_done in before["done"].items() if not is_done]
    report.add(stage, "kinds of waiting jobs", waiting == list(before["done"]), len(waiting))
    effects = work(populated)
    for name, is_done in effects["done"].items():
        report.add(stage, f"job {name}", is_done, "done" if is_done else "not done")
    later = effects["statuses"].get("READY", 0)
    populated.site.python(RELEASE_JOBS)
    effects = work(populated)
    report.add(stage, "jobs for later", not effects["due"] and later > 0, f"{later} released")
    report.add(stage, "all jobs", not effects["failed"], effects["failed"] or effects["statuses"])


def check_use(report: Report, populated: PopulatedSite, address: str) -> None:
    """Record a photo, and check that old tokens and links still work."""
    stage, owner = "used", populated.owner(address)
    _, cursor = owner.changes(populated.cursor)
    photo = {"photo": ("me.jpg", pictures.astronaut_jpeg(), "image/jpeg")}
    response = owner.request("POST", "/api/v1/captures/", files=photo, data={"kept": "photo"})
    recorded = response.status_code == CREATED
    report.add(stage, "a new photo is recorded", recorded, response.status_code)
    capture = response.json()
    versions = [detection["model_version"] for detection in capture["detections"]]
    report.add(stage, "by the trained version", versions == [NETWORK], versions)
    picture = owner.get(f"/api/v1/captures/{capture['uuid']}/photo/")
    report.add(stage, "and served", picture.ok, f"{len(picture.content)} bytes")
    changed = [change["uuid"] for change in owner.changes(cursor)[0]]
    report.add(stage, "and the only change", changed == [capture["uuid"]], changed)
    reader = SiteClient.with_token(address, populated.read_only_token)
    read = reader.get("/api/v1/me/")
    report.add(stage, "an old read-only token reads", read.ok, read.status_code)
    written = reader.request("POST", "/api/v1/captures/", json={"mood": 3}).status_code
    report.add(stage, "and does not write", written == FORBIDDEN, written)
    link = f"/reminders/stop/{populated.parameters['sealed']}/"
    stopped = SiteClient(address, {}).request("POST", link)
    report.add(stage, "the link of an old email stops reminders", stopped.ok, stopped.status_code)


def check_upgrade(
    report: Report, populated: PopulatedSite, before: dict[str, Any], earlier: Path
) -> None:
    """Migrate and use a site, then serve it by the earlier code again."""
    stage, site = "upgraded", populated.site
    site.manage("migrate", "--no-input", "--verbosity=0")
    with serve(site) as address:
        after = snapshot(populated, address)
        for topic, content in before.items():
            report.same(stage, topic, content, after[topic])
        pages = {**after["pages"], **after["pages of the admin site"]}
        statuses = Counter(status for status, _ in pages.values())
        broken = [path for path, (status, _) in pages.items() if status >= SERVER_ERROR]
        report.add(stage, "statuses of pages", not broken, broken or dict(sorted(statuses.items())))
        site.python(RENEW_CONSENTS)
        check_jobs(report, stage, populated)
        check_use(report, populated, address)
        captures = populated.owner(address).captures()
    check_integrity(report, stage, site)
    with serve(replace(site, root=earlier)) as address:
        again = populated.owner(address).captures()
        # The other way round, as the earlier code lacks what has been added since.
        report.same("rolled back", "captures", again, captures)
        lost = captures.keys() - again.keys()
        report.add("rolled back", "no capture is missing", not lost, sorted(lost) or len(again))


def check_restore(
    report: Report, populated: PopulatedSite, before: dict[str, Any], backup: Path
) -> None:
    """Restore a backup of the earlier code into an empty site, and compare both."""
    stage, site = "restored", populated.site
    site.manage("migrate", "--no-input", "--verbosity=0")
    site.manage("restore", str(backup))
    second_backup = site.folder / "backup.tar"
    site.manage("backup", str(second_backup))
    report.same(stage, "members of a backup", members(backup), members(second_backup))
    with serve(site) as address:
        owner = populated.owner(address)
        after = {
            "captures": owner.captures(),
            "pictures": owner.pictures(before["captures"]),
            "changes after an old cursor": owner.changes(populated.cursor)[0],
            "detections of known faces": detect(owner),
        }
        for topic, content in after.items():
            report.same(stage, topic, before[topic], content)
        site.python(RENEW_CONSENTS)
        check_jobs(report, stage, populated)
    check_integrity(report, stage, site)


def check_integrity(report: Report, stage: str, site: Site) -> None:
    """Let a site check its own files and rows."""
    found = site.manage("check_integrity").splitlines()[-1]
    report.add(stage, "check_integrity", found.startswith("0 found"), found)


def members(backup: Path) -> dict[str, Any]:
    """Return the rows of each table in a backup, the digest of each file, and the manifest.

    The rows are by primary key, where that is called `id`, or by number; files that ship with the
    code change with it, so their rows are left out. Of the manifest, only the migrations: the rest
    is of the moment, or says what is compared here anyway.
    """
    found: dict[str, Any] = {}
    for member in archive.members(backup):
        kind, _, place = member.name.partition("/")
        if member.name == archive.MANIFEST:
            manifest = archive.Manifest.from_json(member.content(MAX_MEMBER_BYTES))
            found[member.name] = dict.fromkeys(manifest.migrations, "applied")
        elif kind == archive.TABLES:
            rows = found.setdefault(f"{kind}/{place.partition('/')[0]}", {})
            for line in member.lines():
                row = json.loads(line)
                if not str(row.get("file")).startswith("bundled/"):
                    rows[row.get("id", len(rows))] = row
        else:
            found[member.name] = hashlib.sha256(member.content(MAX_MEMBER_BYTES)).hexdigest()
    return found


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[Callable[[str], str]]:
    """Give a function that makes an empty database of a name and returns its address."""
    if kind == "sqlite":
        yield lambda name: f"sqlite:///{folder}/{name}.sqlite3"
        return
    with tempfile.TemporaryDirectory() as place, postgres(Path(place), "fsync=off") as server:

        def create(name: str) -> str:
            execute_sql(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            return f"{server.rpartition('/')[0]}/{name}"

        yield create


def check(kind: str, earlier: Path, runs: Iterable[Path], folder: Path) -> int:
    """Populate a site on one kind of database, upgrade and restore it; return the failures."""
    report = Report(DATABASES[kind])
    upgraded, restored = (folder / name for name in ("upgraded", "restored"))
    with databases(kind, folder) as create:
        for place in (upgraded, restored):
            place.mkdir(parents=True)
        site, empty = (
            Site(place, create(place.name), settings(place)) for place in (upgraded, restored)
        )
        old = populate(replace(site, root=earlier), runs)
        with serve(old.site) as address:
            before = snapshot(old, address)
        backup = folder / "backup.tar"
        old.site.manage("backup", str(backup))
        # Jobs work on these files, which are in no backup.
        dataset, orphan = Path(old.jobs["file"]), old.jobs["orphan"]
        files = {dataset: dataset.read_bytes(), restored / "media" / orphan: b"a photo"}
        check_upgrade(report, replace(old, site=site), before, earlier)
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        check_restore(report, replace(old, site=empty), before, backup)
    return report.failures


def main() -> int:
    """Upgrade from a commit on each kind of database; return 1 where a check fails."""
    parser = OneLineParser(description="Upgrade a site that an earlier commit made.")
    parser.add_argument("--from", dest="commit", help="default: the newest release")
    parser.add_argument("--database", choices=DATABASES, action="append", help="default: each")
    options = parser.parse_args()
    commit = options.commit or newest_release()
    if commit is None:
        parser.error("expected --from COMMIT, as nothing has been released yet")
    failures = 0
    with tempfile.TemporaryDirectory() as scratch, checkout(commit) as earlier:
        folder = Path(scratch)
        site = Site(folder, f"sqlite:///{folder}/training.sqlite3", settings(folder), earlier)
        runs = [train(site, name, seed) for seed, name in enumerate((NETWORK, SHADOW), start=1)]
        for root in (earlier, ROOT):
            replace(site, root=root).manage("collectstatic", "--no-input", "--verbosity=0")
        for kind in options.database or DATABASES:
            failures += check(kind, earlier, runs, folder / kind)
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
