"""nginx waits for slow people, limits everybody, and tells the site the truth about requests."""

import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from emoplatform import request_limits
from emoplatform.log_formatting import redact_path
from tests.nginx import RULES, configuration, needs_nginx, nginx_before, program
from tests.pace import patience, wait_until
from tests.sites import ROOT, free_address
from tests.upstream import LARGE, MB, Upstream, running_upstream

pytestmark = needs_nginx


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with running_upstream() as upstream:
        yield upstream


@pytest.fixture
def proxy(tmp_path: Path, upstream: Upstream) -> Iterator[str]:
    with nginx_before(tmp_path, upstream.address) as address:
        yield address


def ask(
    address: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, HTTPResponse, bytes]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(HTTPConnection(address, timeout=patience(20))) as connection:
        connection.request("GET" if body is None else "POST", path, body, names)
        response = connection.getresponse()
        return response.status, response, response.read()


def connect(address: str) -> socket.socket:
    host, _, port = address.partition(":")
    return socket.create_connection((host, int(port)), timeout=patience(20))


def begin(address: str, path: str, client: str) -> socket.socket:
    """Send a request of a person at an address that the proxy in front tells, and do not wait."""
    connection = connect(address)
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {client}\r\n\r\n"
    connection.sendall(head.encode())
    return connection


# --- Configurations -------------------------------------------------------------------------------


@pytest.mark.parametrize("main", ["linux.conf", "compose.conf"])
def test_nginx_takes_the_configuration(tmp_path: Path, main: str) -> None:
    file = tmp_path / "nginx.conf"
    file.write_text(configuration(tmp_path, free_address(), "127.0.0.1:1", main=main))
    check_configuration(tmp_path, file)


@pytest.mark.skipif(shutil.which("erb") is None, reason="erb (the package ruby) is not installed")
def test_nginx_takes_the_configuration_of_heroku(tmp_path: Path) -> None:
    shutil.copytree(RULES, tmp_path / "deploy" / "nginx")
    (tmp_path / "logs" / "nginx").mkdir(parents=True)
    file = tmp_path / "config" / "nginx.conf"
    file.parent.mkdir()
    template = ROOT / "config" / "nginx.conf.erb"
    file.write_text(
        subprocess.check_output(["erb", template], env={"PORT": "8765"}, text=True).replace(
            "pid /tmp/", f"pid {tmp_path}/"
        )
    )
    assert "listen 8765 " in file.read_text()
    check_configuration(tmp_path, file)


def check_configuration(folder: Path, file: Path) -> None:
    command = [str(program()), "-t", "-p", str(folder), "-c", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


# --- What the site is told ------------------------------------------------------------------------

LIES = {
    "Host": "mood.example.org:8443",
    "X_Forwarded_For": "6.6.6.6, 203.0.113.9",
    "X_Forwarded_Host": "evil.example",
    "X_Forwarded_Port": "8443",
    "X_Forwarded_Ssl": "on",
    "X_Forwarded_Protocol": "ssl",
    "X_Real_Ip": "6.6.6.6",
    "Forwarded": "for=6.6.6.6;host=evil.example",
    "X_Request_Start": "t=1",
}


@pytest.mark.parametrize(
    ("main", "person", "scheme"),
    [("linux.conf", "127.0.0.1", "http"), ("compose.conf", "203.0.113.9", "https")],
)
def test_the_site_is_told_only_what_nginx_knows(
    tmp_path: Path, upstream: Upstream, main: str, person: str, scheme: str
) -> None:
    with nginx_before(tmp_path, upstream.address, main=main) as address:
        _, _, content = ask(address, "/", None, **LIES, X_Forwarded_Proto="https")
    told = {name.lower(): value for name, value in json.loads(content)["headers"]}
    assert float(told.pop("x-request-start").removeprefix("t=")) > 1e9
    assert told == {
        "host": "mood.example.org:8443",
        "x-forwarded-for": person,
        "x-forwarded-proto": scheme,
        "connection": "close",
        "accept-encoding": "identity",
    }


def test_chunks_reach_the_site_with_a_length(proxy: str) -> None:
    with connect(proxy) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        )
        response = HTTPResponse(connection)
        response.begin()
        told = json.loads(response.read())
    names = dict(told["headers"])
    assert (names["Content-Length"], told["size"]) == ("5", 5)
    assert "Transfer-Encoding" not in names


# --- Slow people ----------------------------------------------------------------------------------


def test_a_request_reaches_the_site_once_it_is_whole(proxy: str, upstream: Upstream) -> None:
    with ExitStack() as connections:
        slow = [connections.enter_context(connect(proxy)) for _ in range(40)]
        for connection in slow:
            connection.sendall(b"POST /slow/ HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc")
        assert ask(proxy, "/quick/")[0] == 200
        assert upstream.begun == ["/quick/"]
        slow[0].sendall(b"def")
        response = HTTPResponse(slow[0])
        response.begin()
        assert json.loads(response.read())["size"] == 6


def test_who_does_not_read_occupies_no_thread_of_the_site(proxy: str, upstream: Upstream) -> None:
    with connect(proxy) as connection:
        connection.sendall(b"GET /large/ HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until(lambda: upstream.finished == ["/large/"], seconds=10)
        response = HTTPResponse(connection)
        response.begin()
        assert len(response.read()) == LARGE


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells what is queued")
def test_who_does_not_read_occupies_little_memory_of_the_system(
    proxy: str, upstream: Upstream
) -> None:
    ask(proxy, "/static/large")
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect((proxy.partition(":")[0], int(proxy.partition(":")[2])))
        reader.sendall(b"GET /static/large HTTP/1.1\r\nHost: x\r\n\r\n")
        ports = (int(proxy.partition(":")[2]), reader.getsockname()[1])
        wait_until(lambda: queued(*ports) > 32_000, seconds=10)
        most = max(queued(*ports) for _ in range(200))
    assert most < MB // 4


def queued(server_port: int, client_port: int) -> int:
    """Return the bytes that the system holds for a client who has not taken them yet."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, queues, *_ = line.split()
        if (int(local[-4:], 16), int(remote[-4:], 16)) == (server_port, client_port):
            return int(queues.partition(":")[0], 16)
    return 0


def test_what_is_streamed_passes_at_once(proxy: str, upstream: Upstream) -> None:
    with connect(proxy) as connection:
        connection.sendall(b"GET /streamed/ HTTP/1.1\r\nHost: x\r\n\r\n")
        response = HTTPResponse(connection)
        response.begin()
        assert response.read(1) == b"\n"
        assert upstream.finished == []
        upstream.go_on.set()
        assert response.read() == b"end"


def test_an_answer_that_was_cut_off_does_not_look_whole(proxy: str) -> None:
    with pytest.raises(IncompleteRead):
        ask(proxy, "/cut/")


def test_nothing_is_echoed(proxy: str) -> None:
    with closing(HTTPConnection(proxy, timeout=patience(20))) as connection:
        connection.request("TRACE", "/today/", headers={"Cookie": "a=secret"})
        response = connection.getresponse()
        assert response.status == 405
        assert b"secret" not in response.read()


# --- Limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "megabytes"),
    [
        ("account_login", 1),
        ("emotions:words", 1),
        ("api:me", 1),
        ("emotions:capture", request_limits.MAX_REQUEST_BYTES // MB),
        ("api:detect", request_limits.MAX_REQUEST_BYTES // MB),
        ("api:batch", request_limits.MAX_REQUEST_BYTES // MB),
        ("api:capture-list", request_limits.MAX_REQUEST_BYTES // MB),
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


# --- Static files ---------------------------------------------------------------------------------


def test_the_site_is_asked_once_for_a_static_file(proxy: str, upstream: Upstream) -> None:
    for query in range(5):
        status, response, _ = ask(proxy, f"/static/a.js?{query}", None, Accept_Encoding="gzip, br")
        assert (status, response.headers["X-Request-Id"]) == (200, None)
        assert response.headers["Cache-Control"] == "max-age=3600, public"
    assert upstream.begun == ["/static/a.js"]


def test_each_form_of_a_static_file_is_kept_by_itself(proxy: str, upstream: Upstream) -> None:
    for encodings in ("gzip, deflate, br", "br;q=1, gzip", "gzip", "identity", "deflate"):
        _, _, content = ask(proxy, "/static/a.js", None, Accept_Encoding=encodings)
        came = dict(json.loads(content)["headers"])["Accept-Encoding"]
        assert [name in came for name in ("br", "gzip")] == [
            name in encodings for name in ("br", "gzip")
        ]
    assert len(upstream.begun) == 3
    ask(proxy, "/static/a.js", None, Accept_Encoding="gzip", X_Forwarded_Proto="https")
    assert len(upstream.begun) == 4, "over HTTP, the site redirects"


@pytest.mark.parametrize("path", ["/static/private", "/today/", "/static/../today/"])
def test_nothing_of_a_persons_is_kept(proxy: str, upstream: Upstream, path: str) -> None:
    for _ in range(2):
        ask(proxy, path)
    assert len(upstream.begun) == 2


# --- Logs -----------------------------------------------------------------------------------------

KEY = "secret-1a2b3c"


@pytest.mark.parametrize(
    "path",
    [
        f"/accounts/password/reset/key/1-{KEY}/",
        f"/accounts/confirm-email/{KEY}/",
        f"/accounts/confirm%2Demail/{KEY}/",
        f"/reminders/stop/{KEY}/",
        f"/settings/not-me/{KEY}/",
        f"/history/?words={KEY}",
    ],
)
def test_logs_have_no_secrets_and_no_queries(tmp_path: Path, path: str) -> None:
    assert "?" in path or "%" in path or KEY not in redact_path(path), "as gunicorn's log has it"
    with nginx_before(tmp_path, free_address()) as address:
        ask(address, path)
        ask(address, "/api/v1/me/import/", bytes(10), Referer=f"https://x/{KEY}")
    log = (tmp_path / "nginx-access.log").read_text()
    assert "POST /api/v1/me/import/ 503" in log
    assert KEY not in log
    assert KEY not in (tmp_path / "nginx-error.log").read_text()
