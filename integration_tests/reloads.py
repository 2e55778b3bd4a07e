"""Reload and stop a site while a hundred clients record photos, and check that none is lost.

Usage: python -m integration_tests.reloads [--clients 100] [--reloads 5] [--stops 3]

nginx stands in front. Clients must not notice a reload (HUP) at all. After a stop (TERM), nginx
answers 503 until the site is started again and clients retry, but requests that the site has begun
with have to be answered. In the end every photo that was acknowledged has to be there, complete and
once. Where the machine cannot keep up with so many clients, the site refuses with 503 what has
waited too long; that is counted by itself, since no reload is the reason.
"""

import signal
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import requests

from common.option_parsers import OneLineParser
from integration_tests.running_site import (
    HTTP_CREATED,
    Ledger,
    RunningSite,
    find_violations,
    running_site,
)
from tests import pictures
from tests.nginx import nginx_before
from tests.sites import start_gunicorn, wait_until_ready

INTERVAL = 4.0  # seconds
TIMEOUT = 60  # seconds


@dataclass
class Observations:
    """What clients observed.

    Attributes:
        recorded: UUIDs of captures that were acknowledged.
        refused: Number of answers of nginx that nobody was there.
        shed: Number of answers of the site that a request had waited for too long.
        errors: Responses other than success, and requests without a response.
    """

    recorded: set[str] = field(default_factory=set)
    refused: int = 0
    shed: int = 0
    errors: list[str] = field(default_factory=list)


def record(
    address: str, headers: dict[str, str], observations: Observations, stop: threading.Event
) -> None:
    """Record photos, each over a connection of its own, until `stop` is set."""
    photo = pictures.astronaut_jpeg()
    while not stop.is_set():
        name = str(uuid.uuid4())
        while True:
            try:
                response = requests.post(
                    f"http://{address}/api/v1/captures/",
                    headers=headers,
                    files={"photo": ("x.jpg", photo)},
                    data={"uuid": name, "mood": 4, "tags": ["a", "b"], "kept": "photo"},
                    timeout=TIMEOUT,
                )
            except requests.RequestException as error:
                observations.errors.append(f"{name}: {error}")
                continue
            if response.status_code == requests.codes.service_unavailable:
                by_site = "X-Request-Id" in response.headers
                observations.shed += by_site
                observations.refused += not by_site
                time.sleep(0.1)
                continue
            if response.status_code == HTTP_CREATED:
                observations.recorded.add(name)
            else:
                observations.errors.append(f"{name}: {response.status_code} {response.text[:100]}")
            break


def reload_workers(running: RunningSite) -> None:
    """Reload gunicorn, and wait until all workers are replaced."""
    before = set(running.workers)
    running.process.send_signal(signal.SIGHUP)
    until = time.monotonic() + TIMEOUT
    while before & set(running.workers) and time.monotonic() < until:
        time.sleep(0.1)


def restart(running: RunningSite) -> float:
    """Stop gracefully, start again, and return the seconds that the stop took."""
    began = time.monotonic()
    running.process.terminate()
    running.process.wait(TIMEOUT)
    took = time.monotonic() - began
    running.process = start_gunicorn(running.site, running.address)
    wait_until_ready(f"http://{running.address}", seconds=TIMEOUT)
    return took


def main() -> int:
    """Run the test and return 1 if there are violations."""
    parser = OneLineParser(description="Reload and stop a site under load.")
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--reloads", type=int, default=5)
    parser.add_argument("--stops", type=int, default=3)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_site(Path(folder)) as (running, headers),
        nginx_before(Path(folder), running.address) as address,
    ):
        observations, stop = Observations(), threading.Event()
        clients = [
            threading.Thread(
                target=record,
                args=(
                    address,
                    headers | {"X-Forwarded-For": f"10.0.0.{number % 100}"},
                    observations,
                    stop,
                ),
            )
            for number in range(options.clients)
        ]
        for client in clients:
            client.start()
        for _ in range(options.reloads):
            time.sleep(INTERVAL)
            reload_workers(running)
        reload_refused, reload_recorded = observations.refused, len(observations.recorded)
        stops = []
        for _ in range(options.stops):
            time.sleep(INTERVAL)
            stops.append(restart(running))
        time.sleep(INTERVAL)
        stop.set()
        for client in clients:
            client.join()
        ledger = Ledger(recorded=observations.recorded, errors=observations.errors)
        violations = list(find_violations(running.site, ledger))
    if reload_refused:
        violations.append(f"{reload_refused} requests refused by a reload")
    print(
        f"{options.clients} clients: {reload_recorded} recorded during {options.reloads} reloads, "
        f"{reload_refused} refused; {len(observations.recorded)} after {options.stops} stops of at "
        f"most {max(stops, default=0):.1f} s with {observations.refused} refused; "
        f"{observations.shed} had waited too long"
    )
    for violation in violations:
        print(f"VIOLATION {violation}")
    return int(bool(violations))


if __name__ == "__main__":
    sys.exit(main())
