"""Send one byte a second from many clients and see whether others are served as fast as before.

Usage: python -m integration_tests.slow_senders [--senders 200] [--seconds 60]

A third of them crawls through a head, a third through a form, a third through a photo. Meanwhile
one person reads their history and records photos. Fails where an answer is no success, or where
half of the readings take longer than `READ` or half of the captures longer than `CAPTURE`.
"""

import argparse
import itertools
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

from emoplatform.gunicorn_worker import readable
from integration_tests.crash import running
from tests import pictures

READ, CAPTURE = 0.150, 0.600  # seconds: the budgets of a page, and of a capture
CRAWLS = (
    b"GET /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Slow: ",
    b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n",
    b"POST /api/v1/captures/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 2000000\r\n\r\n--x\r\n",
)
BEGUN = 40
"""Bytes of the shorter ones that are sent at once."""


class Crawlers:
    """Connections on which a byte goes out every second; one that was closed begins again."""

    def __init__(self, place: str, count: int) -> None:
        host, _, port = place.partition(":")
        self.address = host, int(port)
        self.closed = -count
        self.lines: list[tuple[socket.socket, Iterator[int]]] = []
        self.stop = threading.Event()
        for number in range(count):
            self.lines.append(self.begin(number))

    def begin(self, number: int) -> tuple[socket.socket, Iterator[int]]:
        """Connect and send the first bytes."""
        self.closed += 1
        line = socket.create_connection(self.address, timeout=10)
        told = CRAWLS[number % len(CRAWLS)]
        line.sendall(told[:BEGUN] if number % len(CRAWLS) == 0 else told)
        return line, itertools.chain(told[BEGUN:] if number % len(CRAWLS) == 0 else (), endless())

    def run(self) -> None:
        """Send."""
        while not self.stop.wait(1):
            for number, (line, rest) in enumerate(self.lines):
                try:
                    if readable(line):
                        raise ConnectionError
                    line.sendall(bytes([next(rest)]))
                except OSError:
                    line.close()
                    with suppress(OSError):
                        self.lines[number] = self.begin(number)
        for line, _ in self.lines:
            line.close()


def endless() -> Iterator[int]:
    """Yield letters."""
    return itertools.repeat(ord("x"))


@contextmanager
def crawling(place: str, count: int) -> Iterator[Crawlers]:
    """Let clients crawl meanwhile."""
    crawlers = Crawlers(place, count)
    thread = threading.Thread(target=crawlers.run)
    thread.start()
    try:
        yield crawlers
    finally:
        crawlers.stop.set()
        thread.join()


def serve_others(place: str, headers: dict[str, str], seconds: float) -> dict[str, list[float]]:
    """Read a page of history and record a photo by turns; return the seconds that each took."""
    photo, until = pictures.astronaut_jpeg(), time.monotonic() + seconds
    took: dict[str, list[float]] = {"history": [], "capture": []}
    with requests.Session() as person:
        person.headers.update(headers)
        while time.monotonic() < until:
            for name, seconds_each in took.items():
                began = time.monotonic()
                if name == "history":
                    answer = person.get(f"http://{place}/api/v1/captures/", timeout=30)
                else:
                    answer = person.post(
                        f"http://{place}/api/v1/captures/",
                        files={"photo": ("x.jpg", photo)},
                        data={"uuid": str(uuid.uuid4()), "kept": "crop"},
                        timeout=30,
                    )
                answer.raise_for_status()
                seconds_each.append(time.monotonic() - began)
    return took


def main() -> int:
    """Crawl, measure and report; return 1 where others had to wait."""
    parser = argparse.ArgumentParser(description="Send one byte a second from many clients.")
    parser.add_argument("--senders", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    late = False
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as (served, headers):
        place = served.place
        serve_others(place, headers, 5)
        alone = serve_others(place, headers, options.seconds / 3)
        with crawling(place, options.senders) as crawlers:
            among = serve_others(place, headers, options.seconds)
            print(f"{options.senders} senders; {crawlers.closed} given up and begun again")
    for name, budget in (("history", READ), ("capture", CAPTURE)):
        told = [
            f"{statistics.median(took[name]) * 1000:.0f} ms, slowest {max(took[name]) * 1000:.0f}"
            for took in (alone, among)
        ]
        print(f"{name}: {len(among[name])} answers, p50 {told[1]}; without them p50 {told[0]}")
        late = late or statistics.median(among[name]) > budget
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
