"""Throw hostile pictures at the decoder, or at a running site in its production settings.

Usage: make attack, or
    python -m integration_tests.attack_decoder {decoder,http} [--count N] [--seed S]

Each picture is made of the seed and its number: `--first NUMBER --count 1` repeats it. Fails where
a picture does anything but being read or refused by name, in time.
"""

import argparse
import multiprocessing
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import requests

from common.imaging.images import MESSAGES, ImageError, read_image
from integration_tests import mutations
from integration_tests.bombs import memory
from tests import pictures
from tests.sites import PRODUCTION, create_app_session, installed_site, serve

DECODED, SENT = 100_000, 10_000
IN_ONE_PROCESS = 5_000
DECODER_PATIENCE = 2.0  # seconds a picture
SITE_PATIENCE = 5.0  # with what waits before it
CLIENTS = 8
SHOWN = 5
REFUSED = (HTTP_TOO_LARGE, HTTP_UNSUPPORTED, HTTP_UNFIT) = (413, 415, 422)
HTTP_CREATED = 201
DEATHS = ("was sent SIG", "WORKER TIMEOUT", "exited with code")


@dataclass
class Report:
    """What became of the pictures.

    Attributes:
        patience: how many seconds a picture may take.
        outcomes: how many ended in each way.
        slowest: seconds and number of those that took longest.
        violations: what must not happen, in words.
        megabytes: the most that a process had.
    """

    patience: float
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, int]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    megabytes: float = 0

    def add(self, number: int, outcome: str, seconds: float, *, fine: bool) -> None:
        """Note one picture."""
        self.outcomes[outcome] += 1
        self.slowest = sorted([*self.slowest, (seconds, number)], reverse=True)[:SHOWN]
        if not fine:
            self.violations.append(f"picture {number}: {outcome}")
        if seconds > self.patience:
            self.violations.append(f"picture {number}: took {seconds:.1f} s")

    def show(self) -> None:
        """Print it."""
        for outcome, count in self.outcomes.most_common():
            print(f"{outcome:28} {count:8,}")
        slow = ", ".join(f"{1000 * seconds:.0f} ms (number {n})" for seconds, n in self.slowest)
        print(f"slowest: {slow}")
        if self.megabytes:
            print(f"most memory of a process: {self.megabytes:.0f} MB")
        for violation in self.violations:
            print(f"VIOLATION {violation}")


@dataclass(frozen=True, slots=True)
class Read:
    """How one picture ended in the decoder."""

    number: int
    outcome: str
    seconds: float
    fine: bool


def decode(seed: int, numbers: range, answers: Connection) -> None:
    """Read pictures and tell of each; the number goes first, so that a death has a name."""
    warnings.simplefilter("ignore")
    for number in numbers:
        data = mutations.picture(seed, number)
        answers.send(number)
        begun, fine = time.perf_counter(), True
        try:
            read_image(data)
            outcome = "read"
        except ImageError as error:
            outcome = error.code
        except Exception as error:
            outcome, fine = type(error).__name__, False
        answers.send(Read(number, outcome, time.perf_counter() - begun, fine))
    answers.send(memory("VmHWM"))


def attack_decoder(seed: int, numbers: range) -> Report:
    """Read all pictures in processes that may die."""
    report, context = Report(DECODER_PATIENCE), multiprocessing.get_context("spawn")
    while numbers:
        now, numbers = numbers[:IN_ONE_PROCESS], numbers[IN_ONE_PROCESS:]
        mine, theirs = context.Pipe(duplex=False)
        process = context.Process(target=decode, args=(seed, now, theirs))
        process.start()
        theirs.close()
        last = now[0]
        for told in told_by(mine):
            if isinstance(told, Read):
                report.add(told.number, told.outcome, told.seconds, fine=told.fine)
            elif isinstance(told, int):
                last = told
            else:
                report.megabytes = max(report.megabytes, told)
        process.join()
        if process.exitcode:
            report.add(last, f"died with {process.exitcode}", 0, fine=False)
            numbers = range(last + 1, numbers.stop)
    return report


def told_by(connection: Connection) -> Iterator[int | float | Read]:
    """Yield what a process tells until it ends."""
    while True:
        try:
            yield connection.recv()
        except EOFError:
            return


def attack_site(seed: int, numbers: range) -> Report:
    """Send all pictures from eight clients to two workers, then look whether all is well."""
    report = Report(SITE_PATIENCE)
    with tempfile.TemporaryDirectory() as folder:
        with installed_site(Path(folder)) as site:
            site.settings = {**PRODUCTION, "API_LIMIT_ADDRESS": "1000000/m"}
            token = create_app_session(site)
            with serve(site) as address:
                send_all(address, token, seed, numbers, report)
            told = site.manage("check_integrity")
            if not told.startswith("0 found"):
                report.violations.append(f"check_integrity: {told}")
        log = Path(folder, "served.log").read_text(encoding="utf-8")
    report.violations += [
        f"a worker died: {line}"
        for line in log.splitlines()
        if any(sign in line for sign in DEATHS) and "SIGTERM" not in line
    ]
    return report


def send_all(address: str, token: str, seed: int, numbers: range, report: Report) -> None:
    """Send pictures as an app does."""
    headers = {"X-Session-Token": token, "X-Forwarded-Proto": "https"}
    mine, lock = threading.local(), threading.Lock()

    def send(number: int) -> None:
        if not hasattr(mine, "session"):
            mine.session = requests.Session()
            mine.session.headers.update(headers)
        begun = time.perf_counter()
        try:
            answer = mine.session.post(
                f"{address}/api/v1/captures/",
                files={"photo": ("x.jpg", mutations.picture(seed, number))},
                data={"keep_without_face": "true"},
                timeout=30,
            )
            outcome, fine = outcome_of(answer)
        except requests.RequestException as error:
            outcome, fine = type(error).__name__, False
        seconds = time.perf_counter() - begun
        with lock:
            report.add(number, outcome, seconds, fine=fine)

    for _ in range(4 * CLIENTS):  # so that each worker has read its network
        photo = {"photo": pictures.astronaut_jpeg()}
        url = f"{address}/api/v1/captures/"
        requests.post(url, headers=headers, files=photo, timeout=30).raise_for_status()
    with ThreadPoolExecutor(CLIENTS) as clients:
        for _ in clients.map(send, numbers):
            pass
    if requests.get(f"{address}/readyz", timeout=30).json() != {"status": "ready"}:
        report.violations.append("the site is not ready any more")


def outcome_of(answer: requests.Response) -> tuple[str, bool]:
    """Return how a request ended, and whether it may."""
    if answer.status_code == HTTP_CREATED:
        return "201 created", True
    code = answer.json().get("code") if answer.content else None
    fine = answer.status_code in REFUSED and code in MESSAGES
    return f"{answer.status_code} {code}", fine


ATTACKS = {"decoder": (attack_decoder, DECODED), "http": (attack_site, SENT)}


def main() -> int:
    """Attack and report; return 1 where something happened that must not."""
    parser = argparse.ArgumentParser(description="Hostile pictures.")
    parser.add_argument("target", choices=ATTACKS)
    parser.add_argument("--count", type=int, help="pictures; default: 100,000 or, by http, 10,000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first picture")
    options = parser.parse_args()
    attack, usual = ATTACKS[options.target]
    begun = time.monotonic()
    last = options.first + (usual if options.count is None else options.count)
    report = attack(options.seed, range(options.first, last))
    report.show()
    print(f"{report.outcomes.total():,} pictures in {time.monotonic() - begun:.0f} s")
    return int(bool(report.violations))


if __name__ == "__main__":
    sys.exit(main())
