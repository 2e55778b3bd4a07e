"""Put load on a site of several instances, and measure its throughput and what gets lost.

Usage: make load, or python -m benchmarks.load [--seconds 30] [--apps 8]

One machine runs everything: nginx, the instances, PostgreSQL, Redis, moto's S3 server, and Locust
with the apps, which send the next request as soon as they have a response. Finally a model
version is promoted and an instance is killed under load. Fails if a promotion takes longer than
five seconds to reach an instance, or if the captures in the database are not those acknowledged.
"""

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from PIL import Image

from benchmarks.suites import servers
from benchmarks.suites.load_users import email_of
from common.option_parsers import OneLineParser
from tests import nginx
from tests.pace import patience
from tests.pictures import astronaut
from tests.sites import (
    PRODUCTION,
    ROOT,
    Site,
    create_session,
    free_address,
    start_gunicorn,
    wait_until_ready,
)

CONFIGURATIONS = ((1, 1), (2, 1), (2, 2))
"""Numbers of instances, and of processes of each."""
PORTRAIT_SIDE = 640  # pixels of the portrait
BUCKET = "moods"
TIMEOUT = 60  # seconds
MAX_PROMOTION = 5.0  # seconds
REQUESTS_PER_INSTANCE = 12  # so that each of its processes has to respond
KILL_AFTER, DOWNTIME = 0.3, 3.0  # share of the duration, seconds


class Instance:
    """An instance of gunicorn with its own processes."""

    def __init__(self, site: Site, workers: int) -> None:
        self.site, self.workers, self.address = site, workers, free_address()
        self.process = start_gunicorn(site, self.address, workers=workers)

    @property
    def url(self) -> str:
        """The URL of the instance itself, without nginx."""
        return f"http://{self.address}"

    def kill(self) -> None:
        """Kill all processes at once."""
        master = self.process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii")
        for process in (master, *map(int, children.split())):
            os.kill(process, 9)
        self.process.wait()

    def restart(self) -> None:
        """Start the instance again at the same address."""
        self.process = start_gunicorn(self.site, self.address, workers=self.workers)
        wait_until_ready(self.url, seconds=TIMEOUT)

    def stop(self) -> None:
        """Stop the instance gracefully, as in a deployment."""
        self.process.terminate()
        self.process.wait()


@dataclass(frozen=True)
class Row:
    """Locust's statistics of one kind of request or of all, in milliseconds."""

    name: str
    requests: int
    failures: int
    a_second: float
    median: float
    slow: float

    def __str__(self) -> str:
        return (
            f"| {self.name} | {self.requests} | {self.failures} | {self.a_second:.1f} "
            f"| {self.median:.0f} | {self.slow:.0f} |"
        )


@contextmanager
def site_on_servers(folder: Path, apps: int) -> Iterator[Site]:
    """Yield a site with users, with temporary PostgreSQL, Redis and S3 servers."""
    with ExitStack() as stack:
        address = stack.enter_context(servers.postgres(folder))
        redis = stack.enter_context(servers.redis(folder))
        port = servers.free_port()
        stack.enter_context(
            servers.running(
                *(sys.executable, "-m", "moto.server", "--port", str(port)),
                log=folder / "bucket.log",
            )
        )
        servers.wait_for(port)
        requests.put(f"http://127.0.0.1:{port}/{BUCKET}", timeout=TIMEOUT).raise_for_status()
        bucket = f"s3+http://key:secret@127.0.0.1:{port}/{BUCKET}?region=us-east-1"
        limits = {f"API_LIMIT_{scope}": "1000000/m" for scope in ("ADDRESS", "PERSON", "CAPTURE")}
        site = Site(
            folder,
            address,
            {**PRODUCTION, **limits, "REDIS_URL": redis, "STORAGE_URL": bucket},
        )
        site.settings["MEDIA_IS_PERSISTENT"] = "0"
        site.manage("migrate", "--verbosity=0")
        site.python(f"from benchmarks.suites.load_users import create_users; create_users({apps})")
        yield site


@contextmanager
def behind_nginx(
    folder: Path, site: Site, configuration: tuple[int, int]
) -> Iterator[tuple[str, list[Instance]]]:
    """Serve a site by instances behind nginx, and yield its URL and the instances."""
    if nginx.program() is None:
        raise servers.MissingServerError("nginx")
    count, workers = configuration
    instances = [Instance(site, workers) for _ in range(count)]
    try:
        for instance in instances:
            wait_until_ready(instance.url, seconds=TIMEOUT)
        with nginx.nginx_before(folder, *(one.address for one in instances)) as address:
            yield f"http://{address}", instances
    finally:
        for instance in instances:
            instance.stop()


class Locust:
    """A process of Locust that runs the apps.

    Attributes:
        acknowledged: File with the UUIDs of captures that were acknowledged.
    """

    def __init__(self, folder: Path, address: str, *, apps: int, seconds: int) -> None:
        self.statistics, self.acknowledged = folder / "statistics", folder / "acknowledged"
        portrait = folder / "portrait.jpg"
        Image.fromarray(astronaut()).resize((PORTRAIT_SIDE, PORTRAIT_SIDE)).save(
            portrait, quality=85
        )
        self.process = subprocess.Popen(
            [
                *(
                    sys.executable,
                    "-m",
                    "locust",
                    "--locustfile",
                    "benchmarks/suites/locustfile.py",
                ),
                *("--headless", "--only-summary", "--loglevel", "ERROR", "--host", address),
                *(
                    "--users",
                    str(apps),
                    "--spawn-rate",
                    str(apps),
                    "--stop-timeout",
                    f"{patience(20):.0f}",
                ),
                *("--run-time", f"{seconds}s", "--csv", str(self.statistics)),
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "ACKNOWLEDGED": str(self.acknowledged),
                "PORTRAIT": str(portrait),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def rows(self) -> list[Row]:
        """Wait for Locust to finish, and return its statistics, the total last."""
        self.process.wait()
        with Path(f"{self.statistics}_stats.csv").open(encoding="utf-8") as file:
            return [
                Row(
                    row["Name"] if row["Name"] != "Aggregated" else "all",
                    int(row["Request Count"]),
                    int(row["Failure Count"]),
                    float(row["Requests/s"]),
                    float(row["50%"]),
                    float(row["99%"]),
                )
                for row in csv.DictReader(file)
            ]


def promote(site: Site, instances: list[Instance], portrait: bytes) -> float:
    """Promote another version, and return the seconds until all instances serve it.

    Raises:
        TimeoutError: If an instance does not serve it within a minute.
    """
    site.python(
        "from ml import registry\n"
        "from tests.ml import versions\n"
        "registry.register(versions.files('another'), made_by='load')"
    )
    headers = {
        "X-Session-Token": create_session(site, email_of(0)),
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "10.1.0.1",
    }
    site.manage("promote_model", "another", "--force", "to see how long it takes")
    began = time.monotonic()
    while time.monotonic() < began + TIMEOUT:
        sent = time.monotonic()
        versions = {
            requests.post(
                f"{instance.url}/api/v1/detect/",
                headers=headers,
                files={"photos": ("portrait.jpg", portrait)},
                timeout=TIMEOUT,
            ).json()["model_version"]
            for instance in instances
            for _ in range(REQUESTS_PER_INSTANCE)
        }
        if versions == {"another"}:
            return sent - began
    raise TimeoutError("An instance does not serve the promoted version.")


def count_lost(site: Site, acknowledged: Path) -> tuple[int, int, int]:
    """Return how many captures were acknowledged, are in the database, and are in only one."""
    expected = set(acknowledged.read_text(encoding="ascii").split())
    output = site.python(
        "from emotions.models import Capture\n"
        "for name in Capture.objects.filter(source='api').values_list('uuid', flat=True):\n"
        "    print('row', name)"
    )
    rows = {line.split()[1] for line in output.splitlines() if line.startswith("row ")}
    return len(expected), len(rows), len(expected ^ rows)


def main() -> None:
    """Run the load test, and exit with the violations."""
    parser = OneLineParser(description="Measure several instances under load.")
    parser.add_argument("--seconds", type=int, default=30, help="of each run")
    parser.add_argument("--apps", type=int, default=8)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        site_on_servers(Path(name), options.apps) as site,
    ):
        violations = list(run_load(Path(name), site, apps=options.apps, seconds=options.seconds))
    if violations:
        sys.exit("\n".join(violations))


def run_load(folder: Path, site: Site, *, apps: int, seconds: int) -> Iterator[str]:
    """Measure each configuration, then promote and kill; print statistics, yield violations."""
    for configuration in CONFIGURATIONS:
        with behind_nginx(folder, site, configuration) as (address, _):
            report(
                f"{configuration[0]} x {configuration[1]} processes",
                Locust(folder, address, apps=apps, seconds=seconds),
            )
    with behind_nginx(folder, site, CONFIGURATIONS[-1]) as (address, instances):
        locust = Locust(folder, address, apps=apps, seconds=seconds)
        portrait = (folder / "portrait.jpg").read_bytes()
        seconds_to_promote = promote(site, instances, portrait)
        print(f"\nA promotion under load reaches all instances after {seconds_to_promote:.2f} s.")
        if seconds_to_promote > MAX_PROMOTION:
            yield f"Promotion took {seconds_to_promote:.1f} s."
        report("a promotion under load", locust)
        locust = Locust(folder, address, apps=apps, seconds=seconds)
        time.sleep(KILL_AFTER * seconds)
        instances[0].kill()
        time.sleep(DOWNTIME)
        instances[0].restart()
        report("one of two instances killed", locust)
    acknowledged, rows, differ = count_lost(site, locust.acknowledged)
    print(f"\n{acknowledged} captures acknowledged, {rows} in the database, {differ} in only one.")
    if differ:
        yield f"{differ} captures lost, or recorded but not acknowledged."


def report(title: str, locust: Locust) -> None:
    """Print the statistics of a run."""
    rows = locust.rows()
    print(f"\n| {title} | requests | failed | a second | p50 ms | p99 ms |")
    print("| --- | --- | --- | --- | --- | --- |", *rows, sep="\n", flush=True)


if __name__ == "__main__":
    main()
