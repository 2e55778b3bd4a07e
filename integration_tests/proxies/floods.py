"""Clients that keep a server busy by doing as little as possible."""

import errno
import multiprocessing
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from typing import Any

ONE_ADDRESS = "127.0.0.2"
PIECE = bytes(2**16)
SMALL_WINDOW = 4096  # bytes that a reader who never reads is ready to take
REOPEN_EVERY = 1.0  # seconds
OPEN_WITHIN = 15.0  # seconds


@dataclass(frozen=True)
class Flood:
    """What each connection of a flood does.

    Attributes:
        text: what it is, for people.
        first: what it sends once.
        drips: whether it sends a byte a second afterwards.
        size: bytes it sends afterwards as fast as it can.
        reads: whether it takes what comes back.
    """

    text: str
    first: bytes = b""
    drips: bool = False
    size: int = 0
    reads: bool = True


def request(start: str, *headers: str) -> bytes:
    """Return the head of a request."""
    lines = (start + " HTTP/1.1", "Host: 127.0.0.1", "X-Forwarded-Proto: https", *headers, "", "")
    return "\r\n".join(lines).encode()


FORM = "Content-Type: multipart/form-data; boundary=x"
LARGE, TOO_LARGE_FOR_A_PHOTO = 40_000_000, 50_000_000  # bytes


def floods(large_file: str) -> dict[str, Flood]:
    """Return all floods by name.

    Args:
        large_file: path of a large file that everybody may read.
    """
    return {
        "idle": Flood("idle sockets"),
        "head": Flood(
            "a head, a byte a second",
            request("GET /accounts/login/").removesuffix(b"\r\n") + b"X-Slow: ",
            drips=True,
        ),
        "announce": Flood(
            "50 MB announced, nothing sent",
            request("POST /api/v1/me/import/", FORM, f"Content-Length: {TOO_LARGE_FOR_A_PHOTO}"),
        ),
        "drip": Flood(
            "40 MB announced, a byte a second",
            request("POST /api/v1/captures/", FORM, f"Content-Length: {LARGE}"),
            drips=True,
        ),
        "readers": Flood("readers who never read", request(f"GET {large_file}") * 20, reads=False),
        "bodies": Flood(
            "40 MB each, but its last byte",
            request("POST /api/v1/captures/", FORM, f"Content-Length: {LARGE}"),
            size=LARGE - 1,
        ),
    }


@dataclass
class Connection:
    """A connection of a flood."""

    line: socket.socket
    left: int


@dataclass
class Crowd:
    """Connections that do the same, and are opened again when they are closed.

    Attributes:
        many: whether each comes from an address of its own.
        closed: how many times one was closed or refused.
    """

    flood: Flood
    address: str
    count: int
    many: bool
    closed: int = 0
    connections: dict[int, Connection] = field(default_factory=dict)

    def source(self, number: int) -> str:
        """Return the address that a connection comes from."""
        return f"127.1.{number // 250}.{number % 250 + 1}" if self.many else ONE_ADDRESS

    def open(self, number: int) -> None:
        """Begin to connect."""
        host, _, port = self.address.partition(":")
        line = socket.socket()
        if not self.flood.reads:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW)
        line.setblocking(False)
        line.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        line.bind((self.source(number), 0))
        if line.connect_ex((host, int(port))) not in (0, errno.EINPROGRESS):
            line.close()
            return
        self.connections[number] = Connection(line, self.flood.size)

    def drop(self, number: int) -> None:
        """Close a connection that the other side has closed."""
        self.connections.pop(number).line.close()
        self.closed += 1

    def run(self, stop: Event) -> None:
        """Keep all connections busy until told to stop."""
        greeted: set[int] = set()
        while not stop.is_set():
            for number in range(self.count):
                if number not in self.connections:
                    greeted.discard(number)
                    self.open(number)
            until = time.monotonic() + REOPEN_EVERY
            while (left := until - time.monotonic()) > 0:
                self.serve(greeted, left)
            if self.flood.drips:
                for number in list(greeted & self.connections.keys()):
                    with suppress(BlockingIOError, OSError):
                        self.connections[number].line.send(b"x")
        for connection in self.connections.values():
            connection.line.close()

    def serve(self, greeted: set[int], seconds: float) -> None:
        """Do what is to be done within some seconds."""
        poll, numbers = select.poll(), {}
        for number, connection in self.connections.items():
            writes = number not in greeted or connection.left > 0
            reads = self.flood.reads
            events = (select.POLLOUT if writes else 0) | (select.POLLIN if reads else 0)
            poll.register(connection.line, events)
            numbers[connection.line.fileno()] = number
        for file, event in poll.poll(seconds * 1000):
            number = numbers[file]
            connection = self.connections[number]
            try:
                if event & (select.POLLERR | select.POLLHUP):
                    raise ConnectionError
                if event & select.POLLIN and not connection.line.recv(2**16):
                    raise ConnectionError
                if event & select.POLLOUT and number not in greeted:
                    connection.line.send(self.flood.first)
                    greeted.add(number)
                elif event & select.POLLOUT:
                    connection.left -= connection.line.send(PIECE[: connection.left])
            except BlockingIOError:
                continue
            except OSError:
                greeted.discard(number)
                self.drop(number)


IP_BIND_ADDRESS_NO_PORT = 24
"""Lets several connections share a port, of <linux/in.h>; `socket` has no name for it."""


def run(crowd: Crowd, stop: Event, closed: Any) -> None:
    """Run a crowd, and say how many of its connections were closed."""
    crowd.run(stop)
    closed.value = crowd.closed


@dataclass
class Outcome:
    """What a flood met.

    Attributes:
        closed: how many times a connection was closed or refused.
    """

    closed: int = 0


@contextmanager
def flooding(flood: Flood, address: str, count: int, *, many: bool) -> Iterator[Outcome]:
    """Let a flood run in a process of its own, so that it slows nobody down by Python's lock."""
    processes, outcome = multiprocessing.get_context("spawn"), Outcome()
    stop, closed = processes.Event(), processes.Value("i", 0)
    process = processes.Process(target=run, args=(Crowd(flood, address, count, many), stop, closed))
    process.start()
    try:
        yield outcome
    finally:
        stop.set()
        process.join()
        outcome.closed = closed.value
