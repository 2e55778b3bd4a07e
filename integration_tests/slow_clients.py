"""Send one byte a second from many clients, and check that others are served as fast as before.

Usage: python -m integration_tests.slow_clients [--senders 200] [--seconds 60]

nginx stands in front. A third of the clients send headers, a third a form, a third a photo, ten of
them from each address. Meanwhile one person reads their history and records photos. Fails if a
response is not a success, or if the median time of reading or recording is above its budget.
"""

import argparse
import itertools
import selectors
import socket
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from integration_tests.running_site import running_site
from tests import pictures
from tests.nginx import nginx_before

READ_BUDGET, CAPTURE_BUDGET = 0.150, 0.600  # seconds
SLOW_REQUESTS = (
    b"GET /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Slow: ",
    b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n",
    b"POST /api/v1/captures/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 2000000\r\n\r\n--x\r\n",
)
SENDERS_PER_ADDRESS = 10
FIRST_BYTES = 40
"""How many bytes of slow headers are sent at once."""


class SlowClients:
    """Connections that send one byte a second, and are opened again when they are closed."""

    def __init__(self, address: str, count: int) -> None:
        host, _, port = address.partition(":")
        self.address = host, int(port)
        self.closed = -count
        self.connections: list[tuple[socket.socket, Iterator[int]]] = []
        self.stop = threading.Event()
        for number in range(count):
            self.connections.append(self.connect(number))

    def connect(self, number: int) -> tuple[socket.socket, Iterator[int]]:
        """Connect and send the first bytes."""
        self.closed += 1
        # All of 127.0.0.0/8 is this machine; nginx limits how much one address has under way.
        own = f"127.0.{1 + number // SENDERS_PER_ADDRESS}.1"
        connection = socket.create_connection(self.address, timeout=10, source_address=(own, 0))
        request = SLOW_REQUESTS[number % len(SLOW_REQUESTS)]
        head_only = number % len(SLOW_REQUESTS) == 0
        connection.sendall(request[:FIRST_BYTES] if head_only else request)
        rest = request[FIRST_BYTES:] if head_only else b""
        return connection, itertools.chain(rest, itertools.repeat(ord("x")))

    def run(self) -> None:
        """Send bytes until `stop` is set."""
        while not self.stop.wait(1):
            for number, (connection, rest) in enumerate(self.connections):
                try:
                    if readable(connection):
                        raise ConnectionError
                    connection.sendall(bytes([next(rest)]))
                except OSError:
                    connection.close()
                    with suppress(OSError):
                        self.connections[number] = self.connect(number)
        for connection, _ in self.connections:
            connection.close()


@contextmanager
def slow_clients_running(address: str, count: int) -> Iterator[SlowClients]:
    """Run slow clients in a thread."""
    slow_clients = SlowClients(address, count)
    thread = threading.Thread(target=slow_clients.run)
    thread.start()
    try:
        yield slow_clients
    finally:
        slow_clients.stop.set()
        thread.join()


def measure_person(address: str, headers: dict[str, str], seconds: float) -> dict[str, list[float]]:
    """Alternately read the history and record a photo; return the seconds that each took."""
    photo, until = pictures.astronaut_jpeg(), time.monotonic() + seconds
    durations: dict[str, list[float]] = {"history": [], "capture": []}
    with requests.Session() as person:
        person.headers.update(headers)
        while time.monotonic() < until:
            for name, samples in durations.items():
                began = time.monotonic()
                if name == "history":
                    response = person.get(f"http://{address}/api/v1/captures/", timeout=30)
                else:
                    response = person.post(
                        f"http://{address}/api/v1/captures/",
                        files={"photo": ("x.jpg", photo)},
                        data={"uuid": str(uuid.uuid4()), "kept": "crop"},
                        timeout=30,
                    )
                response.raise_for_status()
                samples.append(time.monotonic() - began)
    return durations


def readable(connection: socket.socket) -> bool:
    """Tell whether there is something to read."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(connection, selectors.EVENT_READ)
        return bool(waiting.select(0))


def summary(durations: list[float]) -> str:
    """Return the median and the maximum of durations in seconds."""
    median, slowest = 1000 * statistics.median(durations), 1000 * max(durations)
    return f"p50 {median:.0f} ms, slowest {slowest:.0f}"


def main() -> int:
    """Run the test and return 1 if a budget is missed."""
    parser = argparse.ArgumentParser(description="Send one byte a second from many clients.")
    parser.add_argument("--senders", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    missed = False
    with (
        tempfile.TemporaryDirectory() as folder,
        running_site(Path(folder)) as (running, headers),
        nginx_before(Path(folder), running.address) as address,
    ):
        measure_person(address, headers, 5)
        alone = measure_person(address, headers, options.seconds / 3)
        with slow_clients_running(address, options.senders) as slow_clients:
            among = measure_person(address, headers, options.seconds)
            print(f"{options.senders} senders; {slow_clients.closed} closed and opened again")
    for name, budget in (("history", READ_BUDGET), ("capture", CAPTURE_BUDGET)):
        print(
            f"{name}: {len(among[name])} answers, {summary(among[name])}; "
            f"without them {summary(alone[name])}"
        )
        missed = missed or statistics.median(among[name]) > budget
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
