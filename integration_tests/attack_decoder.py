"""Send hostile pictures to the decoder, or to a running site with production settings.

Usage: make attack, or
    python -m integration_tests.attack_decoder {decoder,http} [--count N] [--seed S]

Each picture is derived from the seed and its number: `--first NUMBER --count 1` reproduces it.
Fails if a picture is neither decoded nor refused with a known code, or takes too long.
"""

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
from common.option_parsers import OneLineParser
from integration_tests import image_mutations
from integration_tests.bombs import memory
from tests import pictures
from tests.pace import patience
from tests.sites import PRODUCTION, create_app_session, installed_site, serve

DECODER_COUNT, HTTP_COUNT = 100_000, 10_000
PICTURES_PER_PROCESS = 5_000
DECODER_TIMEOUT = 2.0  # seconds a picture, on an idle machine
HTTP_TIMEOUT = 5.0  # the same, queueing included
CLIENTS = 8
SLOWEST_SHOWN = 5
REFUSED = (HTTP_TOO_LARGE, HTTP_UNSUPPORTED, HTTP_UNFIT) = (413, 415, 422)
HTTP_CREATED = 201
WORKER_DEATHS = ("was sent SIG", "WORKER TIMEOUT", "exited with code")


@dataclass
class Report:
    """The outcomes of an attack.

    Attributes:
        timeout: Seconds that a picture may take.
        outcomes: Number of pictures by outcome.
        slowest: Seconds and number of the slowest pictures.
        violations: Descriptions of what must not happen.
        megabytes: Peak memory of a process.
    """

    timeout: float
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, int]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    megabytes: float = 0

    def add(self, number: int, outcome: str, seconds: float, *, allowed: bool) -> None:
        self.outcomes[outcome] += 1
        self.slowest = sorted([*self.slowest, (seconds, number)], reverse=True)[:SLOWEST_SHOWN]
        if not allowed:
            self.violations.append(f"picture {number}: {outcome}")
        if seconds > self.timeout:
            self.violations.append(f"picture {number}: took {seconds:.1f} s")

    def show(self) -> None:
        for outcome, count in self.outcomes.most_common():
            print(f"{outcome:28} {count:8,}")
        slow = ", ".join(f"{1000 * seconds:.0f} ms (number {n})" for seconds, n in self.slowest)
        print(f"slowest: {slow}")
        if self.megabytes:
            print(f"peak memory of a process: {self.megabytes:.0f} MB")
        for violation in self.violations:
            print(f"VIOLATION {violation}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The outcome of one picture in the decoder."""

    number: int
    outcome: str
    seconds: float
    allowed: bool


def decode(seed: int, numbers: range, connection: Connection) -> None:
    """Decode pictures and send each outcome, preceded by the number in case the process dies."""
    warnings.simplefilter("ignore")
    for number in numbers:
        data = image_mutations.picture(seed, number)
        connection.send(number)
        began, allowed = time.perf_counter(), True
        try:
            read_image(data)
            outcome = "read"
        except ImageError as error:
            outcome = error.code
        except Exception as error:
            outcome, allowed = type(error).__name__, False
        connection.send(Decoded(number, outcome, time.perf_counter() - began, allowed))
    connection.send(memory("VmHWM"))


def attack_decoder(seed: int, numbers: range) -> Report:
    """Decode all pictures in processes that may die."""
    report, context = Report(patience(DECODER_TIMEOUT)), multiprocessing.get_context("spawn")
    while numbers:
        batch, numbers = numbers[:PICTURES_PER_PROCESS], numbers[PICTURES_PER_PROCESS:]
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=decode, args=(seed, batch, sender))
        process.start()
        sender.close()
        last = batch[0]
        for message in messages(receiver):
            if isinstance(message, Decoded):
                report.add(
                    message.number, message.outcome, message.seconds, allowed=message.allowed
                )
            elif isinstance(message, int):
                last = message
            else:
                report.megabytes = max(report.megabytes, message)
        process.join()
        if process.exitcode:
            report.add(last, f"died with {process.exitcode}", 0, allowed=False)
            numbers = range(last + 1, numbers.stop)
    return report


def messages(connection: Connection) -> Iterator[int | float | Decoded]:
    """Yield what a process sends until it ends."""
    while True:
        try:
            yield connection.recv()
        except EOFError:
            return


def attack_site(seed: int, numbers: range) -> Report:
    """Send all pictures from eight clients to two workers, then check the site and its log."""
    report = Report(patience(HTTP_TIMEOUT))
    with tempfile.TemporaryDirectory() as folder:
        with installed_site(Path(folder)) as site:
            site.settings = {**PRODUCTION, "API_LIMIT_ADDRESS": "1000000/m"}
            token = create_app_session(site)
            with serve(site) as address:
                send_all(address, token, seed, numbers, report)
            checked = site.manage("check_integrity")
            if not checked.startswith("0 found"):
                report.violations.append(f"check_integrity: {checked}")
        log = Path(folder, "served.log").read_text(encoding="utf-8")
    report.violations += [
        f"a worker died: {line}"
        for line in log.splitlines()
        if any(sign in line for sign in WORKER_DEATHS) and "SIGTERM" not in line
    ]
    return report


def send_all(address: str, token: str, seed: int, numbers: range, report: Report) -> None:
    """Send pictures like an app."""
    headers = {"X-Session-Token": token, "X-Forwarded-Proto": "https"}
    local, lock = threading.local(), threading.Lock()

    def send(number: int) -> None:
        if not hasattr(local, "session"):
            local.session = requests.Session()
            local.session.headers.update(headers)
        began = time.perf_counter()
        try:
            response = local.session.post(
                f"{address}/api/v1/captures/",
                files={"photo": ("x.jpg", image_mutations.picture(seed, number))},
                data={"keep_without_face": "true"},
                timeout=30,
            )
            outcome, allowed = outcome_of(response)
        except requests.RequestException as error:
            outcome, allowed = type(error).__name__, False
        seconds = time.perf_counter() - began
        with lock:
            report.add(number, outcome, seconds, allowed=allowed)

    for _ in range(4 * CLIENTS):  # warms up both workers
        photo = {"photo": pictures.astronaut_jpeg()}
        url = f"{address}/api/v1/captures/"
        requests.post(url, headers=headers, files=photo, timeout=30).raise_for_status()
    with ThreadPoolExecutor(CLIENTS) as clients:
        for _ in clients.map(send, numbers):
            pass
    if requests.get(f"{address}/readyz", timeout=30).json() != {"status": "ready"}:
        report.violations.append("the site is not ready any more")


def outcome_of(response: requests.Response) -> tuple[str, bool]:
    """Return the outcome of a request, and whether it is allowed."""
    if response.status_code == HTTP_CREATED:
        return "201 created", True
    code = response.json().get("code") if response.content else None
    allowed = response.status_code in REFUSED and code in MESSAGES
    return f"{response.status_code} {code}", allowed


ATTACKS = {"decoder": (attack_decoder, DECODER_COUNT), "http": (attack_site, HTTP_COUNT)}


def main() -> int:
    """Run the attack and return 1 if there are violations."""
    parser = OneLineParser(description="Hostile pictures.")
    parser.add_argument("target", choices=ATTACKS)
    parser.add_argument("--count", type=int, help="pictures; default: 100,000 or, by http, 10,000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first picture")
    options = parser.parse_args()
    attack, default_count = ATTACKS[options.target]
    began = time.monotonic()
    last = options.first + (default_count if options.count is None else options.count)
    report = attack(options.seed, range(options.first, last))
    report.show()
    print(f"{report.outcomes.total():,} pictures in {time.monotonic() - began:.0f} s")
    return int(bool(report.violations))


if __name__ == "__main__":
    sys.exit(main())
