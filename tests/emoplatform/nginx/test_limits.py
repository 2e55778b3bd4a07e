"""nginx limits bodies, connections and requests, each person by themselves."""

import json
import socket
import threading
from contextlib import ExitStack
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from emoplatform import request_limits
from emotions.models import limits
from tests.emoplatform.nginx.connections import ask, begin, connect
from tests.nginx import needs_nginx, nginx_before
from tests.pace import wait_until
from tests.sites import free_address
from tests.upstream import MB, Upstream

pytestmark = needs_nginx


@pytest.mark.parametrize(
    ("name", "megabytes"),
    [
        ("account_login", 1),
        ("emotions:words", 1),
        ("api:me", 1),
        ("emotions:capture", limits.MAX_REQUEST_BYTES // MB),
        ("api:detect", limits.MAX_REQUEST_BYTES // MB),
        ("api:batch", limits.MAX_REQUEST_BYTES // MB),
        ("api:capture-list", limits.MAX_REQUEST_BYTES // MB),
        ("emotions:import", request_limits.MAX_ARCHIVE_REQUEST_BYTES // MB),
        ("api:import", request_limits.MAX_ARCHIVE_REQUEST_BYTES // MB),
    ],
)
def test_bodies_are_limited_by_path(
    proxy: str, upstream: Upstream, name: str, megabytes: int
) -> None:
    path = reverse(name)
    assert announced(proxy, path, megabytes * MB) is None, "the site itself says what is too large"
    refused = announced(proxy, path, (megabytes + 1) * MB + 1)
    assert refused is not None
    status, kind, content = refused
    assert status == 413
    if path.startswith("/api/"):
        assert kind == "application/problem+json"
        assert json.loads(content)["code"] == "too_large"
    assert upstream.begun == []


def announced(address: str, path: str, size: int) -> tuple[int, str | None, bytes] | None:
    """Return the answer to a request that announces so many bytes, or None if it may send them."""
    with connect(address) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n"
        connection.sendall(head.encode() + b"Expect: 100-continue\r\n\r\n")
        if connection.recv(25, socket.MSG_PEEK).startswith(b"HTTP/1.1 100"):
            return None
        response = HTTPResponse(connection)
        response.begin()
        return response.status, response.headers.get_content_type(), response.read()


def test_a_network_of_ipv6_counts_as_one_person(proxy: str, upstream: Upstream) -> None:
    with ExitStack() as connections:
        for client in ("2001:db8::1", "2001:db8:0:0:9::2"):
            connections.enter_context(begin(proxy, "/data/import/", client))
        wait_until(lambda: len(upstream.begun) == 2)
        status, response, _ = ask(proxy, "/data/import/", X_Forwarded_For="2001:db8::3")
        assert (status, response.headers["Retry-After"]) == (429, "10")
        connections.enter_context(begin(proxy, "/data/import/", "2001:db8:0:1::1"))
        wait_until(lambda: len(upstream.begun) == 3)


def test_addresses_of_ipv4_written_as_ipv6_are_kept_apart(proxy: str, upstream: Upstream) -> None:
    with ExitStack() as connections:
        for last in (1, 1, 2):
            client = f"::ffff:203.0.113.{last}"
            connections.enter_context(begin(proxy, "/data/import/", client))
        wait_until(lambda: len(upstream.begun) == 3)


def test_one_address_has_fifty_requests_at_once(proxy: str, upstream: Upstream) -> None:
    with ExitStack() as connections:
        for _ in range(50):
            connections.enter_context(begin(proxy, "/held/", "203.0.113.1"))
        wait_until(lambda: len(upstream.begun) == 50)
        assert ask(proxy, "/", X_Forwarded_For="203.0.113.1")[0] == 429
        assert ask(proxy, "/", X_Forwarded_For="203.0.113.2")[0] == 200


def test_slow_senders_of_large_bodies_keep_nobody_from_the_rest(proxy: str) -> None:
    with ExitStack() as connections:
        for number in range(200):
            slow = connections.enter_context(connect(proxy))
            slow.sendall(
                b"POST /api/v1/captures/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
                b"X-Forwarded-For: 203.0.113.%d\r\n\r\n" % (number // 6)
            )
        other = {"X_Forwarded_For": "203.0.113.99"}
        large = bytes(10**6)
        wait_until(lambda: ask(proxy, "/api/v1/captures/", large, **other)[0] == 429)
        assert ask(proxy, "/api/v1/captures/", bytes(10**6 - 1), **other)[0] == 200
        assert ask(proxy, "/api/v1/captures/", None, **other)[0] == 200


def test_slow_imports_keep_nobody_from_exporting(proxy: str, upstream: Upstream) -> None:
    with ExitStack() as connections:
        for client in (1, 1, 2, 2, 3, 3):
            connections.enter_context(begin(proxy, "/data/import/", f"203.0.113.{client}"))
        wait_until(lambda: len(upstream.begun) == 6)
        other = {"X_Forwarded_For": "203.0.113.99"}
        assert ask(proxy, "/api/v1/me/import/", None, **other)[0] == 429
        assert ask(proxy, "/data/export/", None, **other)[0] == 200
        assert ask(proxy, "/api/v1/export/", None, **other)[0] == 200


def test_a_flood_of_one_address_is_refused_and_no_other(tmp_path: Path) -> None:
    with nginx_before(tmp_path, free_address()) as address, connect(address) as connection:
        request = b"GET /api/v1/me/ HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.1\r\n\r\n"
        threading.Thread(target=connection.sendall, args=(900 * request,)).start()
        statuses, kinds = [], set()
        with connection.makefile("rb") as answers:
            for _ in range(900):
                response = HTTPResponse(Kept(answers))  # type: ignore[arg-type]
                response.begin()
                statuses.append(response.status)
                kinds.add(response.headers.get_content_type())
                response.read()
        other, response, _ = ask(address, "/")
    assert statuses[:300] == [503] * 300, "nothing is behind nginx here"
    assert 429 in statuses
    assert kinds == {"application/problem+json"}
    assert (other, response.headers["Retry-After"]) == (503, "10")


class Kept:
    """A connection whose file stays open after an answer."""

    def __init__(self, answers: Any) -> None:
        self.answers = answers

    def makefile(self, _: str) -> Any:
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self.answers, name)

    def close(self) -> None:
        """Stay open."""
