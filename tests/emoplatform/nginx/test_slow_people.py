"""nginx waits for slow people, and answers reach them as the site sent them."""

import json
import socket
from contextlib import ExitStack
from http.client import HTTPResponse, IncompleteRead
from pathlib import Path

import pytest

from tests.emoplatform.nginx.connections import ask, connect
from tests.nginx import needs_nginx
from tests.pace import wait_until
from tests.upstream import LARGE, MB, Upstream

pytestmark = needs_nginx


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
