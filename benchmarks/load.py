"""Load a site of several instances as people's apps do; say what it holds, and what gets lost.

Usage: make load, or python -m benchmarks.load [--seconds 30] [--apps 8]

One machine has it all: nginx, the instances, PostgreSQL, Redis, moto's S3 server and Locust with
the apps, which ask for the next thing as soon as they have an answer. In the end a version is
promoted and an instance killed under load. Fails where a promotion takes longer than five seconds
to reach an instance, or the captures that were acknowledged are not those in the database.
"""

import argparse
import csv
import os
import shutil
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
from benchmarks.suites.people import address_of
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

SHAPES = ((1, 1), (2, 1), (2, 2))
"""How many instances, and how many processes each has."""
SIDE = 640  # pixels of the portrait
BUCKET = "moods"
PATIENCE = 60  # seconds
FOLLOWED_WITHIN = 5.0  # seconds
ASKED = 12  # times each instance, so that each of its processes has to answer
KILLED_AFTER, AWAY_FOR = 0.3, 3.0  # share of the time, seconds
NGINX = """
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_max_body_size 41m;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
    upstream instances {{ {instances} keepalive 32; }}
    server {{
        listen {place};
        location / {{
            proxy_pass http://instances;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-Proto https;
            # Of the apps' own saying, because they all come from one machine here.
            proxy_set_header X-Forwarded-For $http_x_forwarded_for;
            proxy_set_header X-Request-Start "t=${{msec}}";
        }}
    }}
}}
"""


class Instance:
    """A gunicorn with processes of its own."""

    def __init__(self, site: Site, workers: int) -> None:
        self.site, self.workers, self.place = site, workers, free_address()
        self.process = start_gunicorn(site, self.place, workers=workers)

    @property
    def address(self) -> str:
        """Where it is, without nginx."""
        return f"http://{self.place}"

    def kill(self) -> None:
        """Kill it with all its processes, at once."""
        master = self.process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii")
        for process in (master, *map(int, children.split())):
            os.kill(process, 9)
        self.process.wait()

    def restart(self) -> None:
        """Start it again where it was."""
        self.process = start_gunicorn(self.site, self.place, workers=self.workers)
        wait_until_ready(self.address, seconds=PATIENCE)

    def stop(self) -> None:
        """Stop it as a deployment does."""
        self.process.terminate()
        self.process.wait()


@dataclass(frozen=True)
class Row:
    """What Locust saw of one kind of request, in milliseconds, or of all."""

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
    """Give a site with people, on a PostgreSQL, a Redis and a bucket that live as long."""
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
        requests.put(f"http://127.0.0.1:{port}/{BUCKET}", timeout=PATIENCE).raise_for_status()
        bucket = f"s3+http://key:secret@127.0.0.1:{port}/{BUCKET}?region=us-east-1"
        limits = {f"API_LIMIT_{scope}": "1000000/m" for scope in ("ADDRESS", "PERSON", "CAPTURE")}
        site = Site(
            folder,
            address,
            {**PRODUCTION, **limits, "REDIS_URL": redis, "STORAGE_URL": bucket},
        )
        site.settings["MEDIA_IS_PERSISTENT"] = "0"
        site.manage("migrate", "--verbosity=0")
        site.python(f"from benchmarks.suites.people import make; make({apps})")
        yield site


@contextmanager
def behind_nginx(
    folder: Path, site: Site, shape: tuple[int, int]
) -> Iterator[tuple[str, list[Instance]]]:
    """Serve a site by instances behind nginx; give the address and the instances."""
    program = shutil.which("nginx")
    if program is None:
        raise servers.MissingServerError("nginx")
    count, workers = shape
    started = [Instance(site, workers) for _ in range(count)]
    try:
        for one in started:
            wait_until_ready(one.address, seconds=PATIENCE)
        place = free_address()
        told = " ".join(f"server {one.place};" for one in started)
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, place=place, instances=told))
        command = (program, "-p", folder, "-c", config, "-g", "daemon off;")
        with servers.running(*command, log=folder / "nginx.log"):
            servers.wait_for(int(place.rpartition(":")[2]))
            yield f"http://{place}", started
    finally:
        for one in started:
            one.stop()


class Locust:
    """The apps, in a process of their own.

    Attributes:
        acknowledged: file of the UUIDs of captures that they were told are kept.
    """

    def __init__(self, folder: Path, address: str, *, apps: int, seconds: int) -> None:
        self.figures, self.acknowledged = folder / "figures", folder / "acknowledged"
        portrait = folder / "portrait.jpg"
        Image.fromarray(astronaut()).resize((SIDE, SIDE)).save(portrait, quality=85)
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "locust", "--locustfile", "benchmarks/suites/apps.py"),
                *("--headless", "--only-summary", "--loglevel", "ERROR", "--host", address),
                *("--users", str(apps), "--spawn-rate", str(apps), "--stop-timeout", "20"),
                *("--run-time", f"{seconds}s", "--csv", str(self.figures)),
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
        """Wait until they are done and return what they saw; all together comes last."""
        self.process.wait()
        with Path(f"{self.figures}_stats.csv").open(encoding="utf-8") as file:
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
    """Promote another version; return how many seconds later all instances answer by it.

    Raises:
        TimeoutError: one does for a minute.
    """
    site.python(
        "from ml import registry\n"
        "from tests.ml import versions\n"
        "registry.register(versions.files('another'), made_by='load')"
    )
    headers = {
        "X-Session-Token": create_session(site, address_of(0)),
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "10.1.0.1",
    }
    site.manage("promote_model", "another", "--force", "to see how long it takes")
    began = time.monotonic()
    while time.monotonic() < began + PATIENCE:
        asked = time.monotonic()
        answers = {
            requests.post(
                f"{one.address}/api/v1/detect/",
                headers=headers,
                files={"photos": ("portrait.jpg", portrait)},
                timeout=PATIENCE,
            ).json()["model_version"]
            for one in instances
            for _ in range(ASKED)
        }
        if answers == {"another"}:
            return asked - began
    raise TimeoutError("An instance does not follow the promotion.")


def lost(site: Site, acknowledged: Path) -> tuple[int, int, int]:
    """Return how many captures were acknowledged, are in the database, and are in one only."""
    told = set(acknowledged.read_text(encoding="ascii").split())
    printed = site.python(
        "from emotions.models import Capture\n"
        "for name in Capture.objects.filter(source='api').values_list('uuid', flat=True):\n"
        "    print('row', name)"
    )
    rows = {line.split()[1] for line in printed.splitlines() if line.startswith("row ")}
    return len(told), len(rows), len(told ^ rows)


def main() -> None:
    """Load each shape, then promote and kill; print what was seen."""
    parser = argparse.ArgumentParser(description="What several instances hold.")
    parser.add_argument("--seconds", type=int, default=30, help="of each run")
    parser.add_argument("--apps", type=int, default=8)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        site_on_servers(Path(name), options.apps) as site,
    ):
        found = list(load(Path(name), site, apps=options.apps, seconds=options.seconds))
    if found:
        sys.exit("\n".join(found))


def load(folder: Path, site: Site, *, apps: int, seconds: int) -> Iterator[str]:
    """Load each shape and print what was seen; yield what must not be."""
    for shape in SHAPES:
        with behind_nginx(folder, site, shape) as (address, _):
            report(
                f"{shape[0]} x {shape[1]} processes",
                Locust(folder, address, apps=apps, seconds=seconds),
            )
    with behind_nginx(folder, site, SHAPES[-1]) as (address, instances):
        locust = Locust(folder, address, apps=apps, seconds=seconds)
        portrait = (folder / "portrait.jpg").read_bytes()
        followed = promote(site, instances, portrait)
        print(f"\nA promotion under load is followed by all after {followed:.2f} s.")
        if followed > FOLLOWED_WITHIN:
            yield f"Followed only after {followed:.1f} s."
        report("a promotion under load", locust)
        locust = Locust(folder, address, apps=apps, seconds=seconds)
        time.sleep(KILLED_AFTER * seconds)
        instances[0].kill()
        time.sleep(AWAY_FOR)
        instances[0].restart()
        report("one of two instances killed", locust)
    told, rows, differ = lost(site, locust.acknowledged)
    print(f"\n{told} captures acknowledged, {rows} in the database, {differ} in one only.")
    if differ:
        yield f"{differ} captures lost, or there without a word."


def report(what: str, locust: Locust) -> None:
    """Print what apps saw."""
    rows = locust.rows()
    print(f"\n| {what} | requests | failed | a second | p50 ms | p99 ms |")
    print("| --- | --- | --- | --- | --- | --- |", *rows, sep="\n", flush=True)


if __name__ == "__main__":
    main()
