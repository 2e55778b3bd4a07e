"""Reload and stop a site while a hundred clients record photos; see whether a request is lost.

Usage: python -m integration_tests.reloads [--clients 100] [--reloads 5] [--stops 3]

A reload (HUP) must not be noticed at all. A stop (TERM) may refuse connections until the site is
started again; whoever sent a request before has to be answered, and the clients try again what was
refused. In the end every photo that was acknowledged is there once, whole.
"""

import argparse
import signal
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import requests

from integration_tests.crash import HTTP_CREATED, Ledger, Served, running, wrongs
from tests import pictures
from tests.sites import start_gunicorn, wait_until_ready

BETWEEN = 4.0  # seconds
PATIENCE = 60


@dataclass
class Told:
    """What clients saw.

    Attributes:
        recorded: captures that were acknowledged.
        refused: connections that nobody accepted, or closed before a byte was sent on them.
        wrong: answers that are no success, and requests that nobody answered.
    """

    recorded: set[str] = field(default_factory=set)
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


def record(place: str, headers: dict[str, str], told: Told, stop: threading.Event) -> None:
    """Record photos, each on a connection of its own, until it is time to stop."""
    photo = pictures.astronaut_jpeg()
    while not stop.is_set():
        name = str(uuid.uuid4())
        while True:
            try:
                answer = requests.post(
                    f"http://{place}/api/v1/captures/",
                    headers=headers,
                    files={"photo": ("x.jpg", photo)},
                    data={"uuid": name, "mood": 4, "tags": ["a", "b"], "kept": "photo"},
                    timeout=PATIENCE,
                )
            except requests.ConnectionError as error:
                if "Connection refused" not in str(error):
                    told.wrong.append(f"{name}: {error}")
                told.refused += 1
                time.sleep(0.1)
                continue
            if answer.status_code == HTTP_CREATED:
                told.recorded.add(name)
            else:
                told.wrong.append(f"{name}: {answer.status_code} {answer.text[:100]}")
            break


def reload(served: Served) -> None:
    """Have all workers replaced, and wait until they are."""
    before = set(served.workers)
    served.process.send_signal(signal.SIGHUP)
    until = time.monotonic() + PATIENCE
    while before & set(served.workers) and time.monotonic() < until:
        time.sleep(0.1)


def restart(served: Served) -> float:
    """Stop gracefully, start again, and return how many seconds the stop took."""
    began = time.monotonic()
    served.process.terminate()
    served.process.wait(PATIENCE)
    took = time.monotonic() - began
    served.process = start_gunicorn(served.site, served.place)
    wait_until_ready(f"http://{served.place}", seconds=PATIENCE)
    return took


def main() -> int:
    """Reload, stop, look and report; return 1 where a request was lost."""
    parser = argparse.ArgumentParser(description="Reload and stop a site under load.")
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--reloads", type=int, default=5)
    parser.add_argument("--stops", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as (served, headers):
        told, stop = Told(), threading.Event()
        clients = [
            threading.Thread(target=record, args=(served.place, headers, told, stop))
            for _ in range(options.clients)
        ]
        for client in clients:
            client.start()
        for _ in range(options.reloads):
            time.sleep(BETWEEN)
            reload(served)
        by_reloads = told.refused, len(told.recorded)
        stops = []
        for _ in range(options.stops):
            time.sleep(BETWEEN)
            stops.append(restart(served))
        time.sleep(BETWEEN)
        stop.set()
        for client in clients:
            client.join()
        ledger = Ledger(recorded=told.recorded, errors=told.wrong)
        found = list(wrongs(served.site, ledger))
    if by_reloads[0]:
        found.append(f"{by_reloads[0]} connections refused by a reload")
    print(
        f"{options.clients} clients: {by_reloads[1]} recorded during {options.reloads} reloads, "
        f"{by_reloads[0]} refused; {len(told.recorded)} after {options.stops} stops of at most "
        f"{max(stops, default=0):.1f} s with {told.refused} refused"
    )
    for wrong in found:
        print(f"WRONG {wrong}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
