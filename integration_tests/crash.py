"""Kill a running site while clients record, turn and delete, and check that nothing is lost.

Usage: python -m integration_tests.crash [--kills 100] [--seed 1]

Every tenth kill hits all of gunicorn, the others all of its workers, each with SIGKILL at a random
moment. Fails if an acknowledged recording or deletion is lost, a capture is incomplete or lies in
another way than it was turned before it was sent and after, the site takes longer than ten seconds
to answer again, or files remain that `sweep_orphans` does not remove.
"""

import secrets
import sys
import tempfile
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from pathlib import Path
from random import Random

import requests

from common.option_parsers import OneLineParser
from integration_tests.running_site import (
    HTTP_CREATED,
    READY_TIMEOUT,
    Ledger,
    RunningSite,
    find_violations,
    running_site,
)
from tests import pictures
from tests.sites import wait_until_ready

CLIENTS = 4
MAX_RECORDING, MAX_TURNING, MAX_DELETING = 1.0, 1.0, 0.3  # seconds of work before a kill
QUARTERS = 90, 180, 270  # degrees
RETRY_AFTER = 0.05  # seconds
KILL_MASTER_EVERY = 10  # kills
HTTP_OK, HTTP_NO_CONTENT, HTTP_NOT_FOUND, HTTP_GONE = 200, 204, 404, 410


def kill_repeatedly(
    running: RunningSite,
    work: Callable[[threading.Event], None],
    ledger: Ledger,
    delays: list[float],
) -> None:
    """Start clients and kill the site after each delay in seconds, until it is ready again."""
    for number, delay in enumerate(delays):
        stop = threading.Event()
        clients = [threading.Thread(target=work, args=(stop,)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        time.sleep(delay)
        running.kill(with_master=number % KILL_MASTER_EVERY == 0)
        killed = time.monotonic()
        stop.set()
        wait_until_ready(f"http://{running.address}", seconds=READY_TIMEOUT)
        ledger.downtimes.append(time.monotonic() - killed)
        for client in clients:
            client.join()


def recording_client(
    running: RunningSite, headers: dict[str, str], ledger: Ledger
) -> Callable[[threading.Event], None]:
    """Return a client that records turned photos and, like an app, retries unanswered requests."""
    photo, unanswered, lock = pictures.astronaut_jpeg(), list[str](), threading.Lock()

    def work(stop: threading.Event) -> None:
        while not stop.is_set():
            with lock:
                name = unanswered.pop() if unanswered else str(uuid.uuid4())
            degrees = 90 * (uuid.UUID(name).int % 4)
            try:
                response = requests.post(
                    f"http://{running.address}/api/v1/captures/",
                    headers=headers,
                    files={"photo": ("x.jpg", photo)},
                    data={
                        "uuid": name,
                        "mood": 4,
                        "tags": ["a", "b"],
                        "kept": "photo",
                        "turn": degrees,
                    },
                    timeout=30,
                )
            except requests.RequestException:
                with lock:
                    unanswered.append(name)
                    ledger.unanswered += 1
                continue
            if response.status_code == HTTP_CREATED:
                ledger.recorded.add(name)
                ledger.degrees[name] = degrees
            else:
                ledger.errors.append(
                    f"recording answered {response.status_code}: {response.text[:200]}"
                )

    return work


def turning_client(
    running: RunningSite, headers: dict[str, str], ledger: Ledger
) -> Callable[[threading.Event], None]:
    """Return a client that turns what was recorded, and sends what is unanswered under its key."""
    waiting, lock = deque(sorted(ledger.recorded)), threading.Lock()

    def turn(name: str, degrees: int) -> requests.Response:
        key = {"Idempotency-Key": str(uuid.uuid4())}
        while True:
            try:
                return requests.post(
                    f"http://{running.address}/api/v1/captures/{name}/turn/",
                    headers=headers | key,
                    json={"degrees": degrees},
                    timeout=30,
                )
            except requests.RequestException:
                with lock:
                    ledger.unanswered += 1
                time.sleep(RETRY_AFTER)

    def work(stop: threading.Event) -> None:
        while not stop.is_set():
            with lock:
                if not waiting:
                    return
                name = waiting.popleft()
            degrees = secrets.choice(QUARTERS)
            response = turn(name, degrees)
            if response.status_code == HTTP_OK:
                ledger.degrees[name] = (ledger.degrees[name] + degrees) % 360
                ledger.turns += 1
            else:
                ledger.errors.append(
                    f"turning answered {response.status_code}: {response.text[:200]}"
                )
            with lock:
                waiting.append(name)

    return work


def deleting_client(
    running: RunningSite, headers: dict[str, str], ledger: Ledger
) -> Callable[[threading.Event], None]:
    """Return a client that permanently deletes what was recorded."""
    waiting, lock = sorted(ledger.recorded), threading.Lock()

    def work(stop: threading.Event) -> None:
        while not stop.is_set() and waiting:
            with lock:
                name = waiting.pop()
                ledger.delete_attempted.add(name)
            try:
                response = requests.delete(
                    f"http://{running.address}/api/v1/captures/{name}/?forever=true",
                    headers=headers,
                    timeout=30,
                )
            except requests.RequestException:
                with lock:
                    waiting.insert(0, name)
                    ledger.unanswered += 1
                continue
            if response.status_code in (HTTP_NO_CONTENT, HTTP_NOT_FOUND, HTTP_GONE):
                ledger.deleted.add(name)
            else:
                ledger.errors.append(
                    f"deleting answered {response.status_code}: {response.text[:200]}"
                )

    return work


def main() -> int:
    """Run the test and return 1 if there are violations."""
    parser = OneLineParser(description="Kill a running site at random moments.")
    parser.add_argument(
        "--kills", type=int, default=100, help="while recording, turning and deleting, each"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random, violations = Random(options.seed), 0  # noqa: S311 - reproducible, not secret
    with tempfile.TemporaryDirectory() as folder, running_site(Path(folder)) as (running, headers):
        ledger = Ledger()
        for activity, client, longest in (
            ("recording", recording_client, MAX_RECORDING),
            ("turning", turning_client, MAX_TURNING),
            ("deleting", deleting_client, MAX_DELETING),
        ):
            ledger.unanswered, ledger.downtimes = 0, []
            delays = [random.uniform(0, longest) for _ in range(options.kills)]
            kill_repeatedly(running, client(running, headers, ledger), ledger, delays)
            average = sum(ledger.downtimes) / len(ledger.downtimes)
            print(
                f"{options.kills} kills while {activity}: {len(ledger.recorded)} recorded, "
                f"{ledger.turns} times turned, {len(ledger.deleted)} deleted, "
                f"{ledger.unanswered} requests unanswered; ready again "
                f"after {max(ledger.downtimes):.1f} s at most, {average:.1f} s on average",
                flush=True,
            )
            for violation in find_violations(running.site, ledger):
                violations += 1
                print(f"VIOLATION {violation}")
    return int(violations > 0)


if __name__ == "__main__":
    sys.exit(main())
