"""Slow senders occupy nobody, and every way of sending a request is answered as before."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from http.client import HTTPResponse
from types import SimpleNamespace
from typing import Any, BinaryIO

import pytest

from emoplatform import gunicorn_worker, request_limits
from emoplatform.gunicorn_worker import PatientWorker, ReadAhead
from tests.pace import patience, wait_until
from tests.sites import Site, free_address, start_gunicorn, wait_until_ready

HEAD = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n"
ALIVE = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture
def place(shared_address: str) -> tuple[str, int]:
    """The host and port of a site with two workers of four threads each."""
    host, _, port = shared_address.removeprefix("http://").partition(":")
    return host, int(port)


def connected(place: tuple[str, int]) -> socket.socket:
    return socket.create_connection(place, timeout=patience(10))


def answers(line: socket.socket, count: int = 1) -> list[int]:
    """Return the statuses of so many answers on one connection, but those that say to go on."""
    statuses = []
    with line.makefile("rb") as read:
        for _ in range(count):
            answer = HTTPResponse(SimpleNamespace(makefile=lambda _: Unclosed(read)))  # type: ignore[arg-type]
            answer.begin()
            answer.read()
            statuses.append(answer.status)
    return statuses


class Unclosed:
    """What is read from a connection, which stays open behind an answer."""

    def __init__(self, read: BinaryIO) -> None:
        self.read, self.readline, self.readinto = read.read, read.readline, read.readinto  # type: ignore[attr-defined]

    def close(self) -> None:
        """Stay open."""

    def flush(self) -> None:
        """Have nothing to write."""


@pytest.mark.xdist_group("sites")
def test_forty_slow_senders_keep_nobody_waiting(place: tuple[str, int]) -> None:
    with ExitStack() as connections:
        slow = [connections.enter_context(connected(place)) for _ in range(40)]
        for number, line in enumerate(slow):
            line.sendall((b"", ALIVE[:20], HEAD, HEAD + b"half")[number % 4])
        assert is_answered(place)
        for line in slow:
            line.setblocking(False)
            with pytest.raises(BlockingIOError):  # given up, it would end
                line.recv(1)


def is_answered(place: tuple[str, int]) -> bool:
    """Tell whether somebody who sends a whole request is answered."""
    with connected(place) as quick:
        quick.sendall(ALIVE)
        return answers(quick) == [200]


@pytest.mark.xdist_group("sites")
def test_a_request_in_pieces_is_answered_once_it_is_whole(place: tuple[str, int]) -> None:
    with connected(place) as line:
        for number in range(0, len(ALIVE), 7):
            line.sendall(ALIVE[number : number + 7])
            assert is_answered(place), "and so the site has read the piece before it"
        assert answers(line) == [200]
        line.sendall(ALIVE)
        assert answers(line) == [200]


@pytest.mark.xdist_group("sites")
def test_requests_sent_behind_each_other_are_all_answered(place: tuple[str, int]) -> None:
    post = b"POST /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\nabc"
    with connected(place) as line:
        line.sendall((ALIVE + post) * 3)
        assert answers(line, 6) == [200, 403] * 3


@pytest.mark.xdist_group("sites")
def test_a_large_body_arrives_whole(place: tuple[str, int]) -> None:
    body = b"x" * 3_000_000
    with connected(place) as line:
        line.sendall(HEAD.replace(b"100000", b"3000000"))
        line.sendall(body)
        assert answers(line) == [403], "no form of ours"


@pytest.mark.xdist_group("sites")
def test_expect_100_continue_is_answered(place: tuple[str, int]) -> None:
    with connected(place) as line:
        line.sendall(HEAD.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
        assert line.recv(100).startswith(b"HTTP/1.1 100 Continue")
        line.sendall(b"x" * 100_000)
        assert answers(line) == [403]


@pytest.mark.xdist_group("sites")
def test_what_is_too_large_is_refused_by_its_length(place: tuple[str, int]) -> None:
    with connected(place) as line:
        line.sendall(HEAD.replace(b"100000", b"99000000"))
        assert answers(line) == [413]


@pytest.mark.xdist_group("sites")
def test_a_body_that_nobody_announced_the_length_of_is_not_waited_for(
    place: tuple[str, int],
) -> None:
    chunked = HEAD.replace(b"Content-Length: 100000", b"Transfer-Encoding: chunked")
    with connected(place) as line:
        line.sendall(chunked + b"5\r\nab")
        assert answers(line) == [403]
        assert line.recv(100) == b"", "closed, for nobody knows where the next request begins"


@pytest.mark.xdist_group("sites")
def test_a_head_without_an_end_is_refused(place: tuple[str, int]) -> None:
    with connected(place) as line:
        line.sendall(ALIVE[:-2] + b"X-Long: " + b"x" * 70_000)
        assert answers(line) == [431]


def test_all_that_a_page_takes_is_read_ahead() -> None:
    assert request_limits.MAX_REQUEST_BYTES < gunicorn_worker.MOST


class Line:
    """A connection of somebody, and a worker that waits for it."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.ours.setblocking(False)
        self.sock = self.ours
        self.ahead = ReadAhead(self.ours)

    def close(self) -> None:
        self.ours.close()


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.ours.close()
    line.theirs.close()


def worker(line: Line, *, alive: bool = True) -> Any:
    found = PatientWorker.__new__(PatientWorker)
    found.awaited, found.alive, found.nr_conns = {line}, alive, 1
    found.poller = SimpleNamespace(unregister=lambda _: None)
    found.log = SimpleNamespace(exception=lambda _: None)
    return found


@pytest.mark.parametrize(
    ("sent", "after", "expected"),
    [
        (b"", 29, None),
        (b"", 31, b""),
        (ALIVE[:9], 29, None),
        (ALIVE[:9], 31, b"HTTP/1.1 408"),
        (HEAD, 53, None),  # 100 kB at 4 kB/s may take 24 s more
        (HEAD, 56, b"HTTP/1.1 408"),
    ],
)
def test_who_is_too_slow_is_given_up(
    line: Line, monkeypatch: pytest.MonkeyPatch, sent: bytes, after: float, expected: bytes | None
) -> None:
    line.ahead.add(sent)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + after)
    busy = worker(line)
    busy.murder_pending()
    if expected is None:
        assert busy.awaited == {line}
        return
    assert busy.awaited == set()
    assert busy.nr_conns == 0
    assert line.theirs.recv(12) == expected


@pytest.mark.parametrize("sent", [b"", ALIVE[:9]])
def test_a_worker_that_stops_waits_for_what_has_begun(
    line: Line, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    line.ahead.add(sent)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 3)
    stopping = worker(line, alive=False)
    stopping.murder_pending()
    assert bool(stopping.awaited) == bool(sent)


def test_a_full_disk_fails_one_request_and_not_the_worker(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(line.ahead, "add", full)
    line.theirs.sendall(HEAD)
    busy = worker(line)
    busy.collect(line)
    assert line.theirs.recv(12) == f"HTTP/1.1 {HTTPStatus.SERVICE_UNAVAILABLE.value}".encode()
    assert busy.nr_conns == 0


def is_refused(place: tuple[str, int]) -> bool:
    try:
        connected(place).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.xdist_group("sites")
def test_a_stop_refuses_who_comes_and_answers_who_has_begun(shared_site: Site) -> None:
    host, _, port = (address := free_address()).partition(":")
    place = host, int(port)
    server = start_gunicorn(shared_site, address, workers=2)
    try:
        wait_until_ready(f"http://{address}", seconds=30)
        with connected(place) as begun:
            begun.sendall(ALIVE[:-2])
            server.terminate()
            wait_until(lambda: is_refused(place), seconds=5)
            begun.sendall(b"\r\n")
            assert answers(begun) == [200]
    finally:
        server.terminate()
        server.wait(patience(20))
