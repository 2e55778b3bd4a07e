"""gunicorn takes whole requests, refuses malformed ones, and stops without losing any."""

import re
import runpy
import socket
from http.client import HTTPResponse
from typing import Any

import pytest

from emoplatform.checks import MUST_BE_IN_FRONT
from tests.pace import patience, wait_until
from tests.sites import ROOT, Site, free_address, start_gunicorn, wait_until_ready

HEAD = b"POST /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
ALIVE = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def connect(address: str) -> socket.socket:
    host, _, port = address.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=patience(20))


def status_of(connection: socket.socket) -> int:
    response = HTTPResponse(connection)
    response.begin()
    response.read()
    return response.status


def everything(connection: socket.socket) -> bytes:
    """Return all that comes until the other side closes."""
    received = b""
    while piece := connection.recv(2**16):
        received += piece
    return received


MALFORMED = {
    "two lengths": b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    "a list of lengths": b"Content-Length: 3, 3\r\n\r\nabc",
    "a length with a sign": b"Content-Length: +3\r\n\r\nabc",
    "a length and chunks": b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an unknown encoding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": b"Content-Length : 3\r\n\r\nabc",
    "a folded line": b"X-Folded: a\r\n b\r\nContent-Length: 3\r\n\r\nabc",
    "a bare carriage return": b"X-Bare: a\rContent-Length: 3\r\n\r\nabc",
    "a line that is too long": b"X-Long: " + b"x" * 10_000 + b"\r\n\r\n",
}


@pytest.mark.xdist_group("sites")
@pytest.mark.parametrize("rest", MALFORMED.values(), ids=MALFORMED)
def test_what_is_malformed_is_refused_and_the_connection_closed(
    shared_address: str, rest: bytes
) -> None:
    with connect(shared_address) as connection:
        connection.sendall(HEAD + rest + ALIVE)
        received = everything(connection)
    assert re.match(rb"HTTP/1\.1 [45]\d\d ", received), received
    assert received.count(b"HTTP/1.1 ") == 1, "what follows is no request"


@pytest.mark.xdist_group("sites")
def test_a_length_padded_with_zeros_is_the_length(shared_address: str) -> None:
    smuggled = b"GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    length = f"Content-Length: {len(smuggled):016}\r\n\r\n".encode()
    with connect(shared_address) as connection:
        connection.sendall(HEAD + length)
        connection.sendall(smuggled)
        assert status_of(connection) == 403, "no form of ours"
        connection.sendall(ALIVE)
        assert status_of(connection) == 200


@pytest.mark.xdist_group("sites")
@pytest.mark.parametrize(
    "rest", [b"Content-Length: 100\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc"]
)
def test_a_connection_whose_request_came_up_short_is_closed(
    shared_address: str, rest: bytes
) -> None:
    with connect(shared_address) as connection:
        connection.sendall(HEAD + rest)
        connection.shutdown(socket.SHUT_WR)
        assert everything(connection).count(b"HTTP/1.1 ") <= 1


@pytest.mark.xdist_group("sites")
def test_a_stop_answers_who_has_begun(shared_site: Site) -> None:
    address = free_address()
    server = start_gunicorn(shared_site, address, workers=1)
    try:
        wait_until_ready(f"http://{address}", seconds=30)
        stops = count_stops(shared_site)
        with connect(address) as begun:
            begun.sendall(ALIVE[:-2])
            wait_until(lambda: is_answered(address))  # and so that one is with a thread
            server.terminate()
            wait_until(lambda: count_stops(shared_site) > stops)
            begun.sendall(b"\r\n")
            assert status_of(begun) == 200
    finally:
        server.terminate()
        server.wait(patience(20))


def is_answered(address: str) -> bool:
    with connect(address) as connection:
        connection.sendall(ALIVE)
        return status_of(connection) == 200


def count_stops(site: Site) -> int:
    return (site.folder / "served.log").read_text().count("Handling signal: term")


@pytest.mark.xdist_group("sites")
@pytest.mark.usefixtures("shared_address")
def test_the_log_says_what_has_to_stand_in_front(shared_site: Site) -> None:
    assert MUST_BE_IN_FRONT in (shared_site.folder / "served.log").read_text()


def test_only_this_machine_reaches_gunicorn_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    settings: dict[str, Any] = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    assert settings["bind"] == "127.0.0.1:8000"
