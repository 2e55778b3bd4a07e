"""Several workers share one queue."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.pace import wait_until
from tests.sites import Site, installed_site

JOBS, WORKERS = 60, 3
RUNNING = re.compile(r"Task id=(\S+) path=\S+ state=RUNNING")


def worker(site: Site, number: int) -> subprocess.Popen[str]:
    with (site.folder / f"worker-{number}.log").open("w") as log:
        command = (sys.executable, "manage.py", "db_worker", "--interval", "0.05", "--no-reload")
        return site.start(*command, output=log)


def wait_for(text: str, *logs: Path, times: int = 1) -> None:
    wait_until(lambda: sum(log.read_text().count(text) for log in logs) >= times, seconds=30)


def test_each_job_is_done_once_by_one_of_them(tmp_path: Path) -> None:
    with installed_site(tmp_path) as site:
        workers = [worker(site, number) for number in range(WORKERS)]
        logs = [tmp_path / f"worker-{number}.log" for number in range(WORKERS)]
        try:
            for log in logs:
                wait_for("Starting worker", log)
            site.python(
                "from emotions.contributions.tasks import collect_contributions\n"
                f"for nobody in range({JOBS}): collect_contributions.enqueue(-1)"
            )
            wait_for("state=SUCCESSFUL", *logs, times=JOBS)
        finally:
            for process in workers:
                process.terminate()
                process.wait()
    done = [RUNNING.findall(log.read_text()) for log in logs]
    times = Counter(job for some in done for job in some)
    assert len(times) == JOBS
    assert set(times.values()) == {1}
    assert len([some for some in done if some]) > 1, "several took part"
