"""Several workers share one queue."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.pace import wait_until
from tests.sites import Site, installed_site

JOBS, WORKERS = 60, 3
RUNNING = re.compile(r"Task id=(\S+) path=\S+ state=RUNNING")


ENQUEUE = f"""
from emotions.contributions.tasks import collect_contributions
for nobody in range({JOBS}): collect_contributions.enqueue(-1)
"""


def jobs_begun(log: Path) -> list[str]:
    return RUNNING.findall(log.read_text())


def worker(site: Site, number: int) -> subprocess.Popen[str]:
    with (site.folder / f"worker-{number}.log").open("w") as log:
        command = (sys.executable, "manage.py", "db_worker", "--interval", "0.05", "--no-reload")
        return site.start(*command, output=log)


def wait_for(text: str, *logs: Path, times: int = 1) -> None:
    wait_until(lambda: sum(log.read_text().count(text) for log in logs) >= times, seconds=30)


@pytest.mark.xdist_group("sites")
def test_each_job_is_done_once_by_one_of_them(tmp_path: Path) -> None:
    with installed_site(tmp_path) as site:
        workers = [worker(site, number) for number in range(WORKERS)]
        logs = [tmp_path / f"worker-{number}.log" for number in range(WORKERS)]
        try:
            for log in logs:
                wait_for("Starting worker", log)
            enqueued = 0
            while sum(map(bool, map(jobs_begun, logs))) < 2:  # until several took part
                site.python(ENQUEUE)
                enqueued += JOBS
                wait_for("state=SUCCESSFUL", *logs, times=enqueued)
        finally:
            for process in workers:
                process.terminate()
                process.wait()
    times = Counter(job for log in logs for job in jobs_begun(log))
    assert len(times) == enqueued
    assert set(times.values()) == {1}
