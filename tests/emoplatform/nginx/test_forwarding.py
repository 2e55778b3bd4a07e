"""nginx tells the site the truth about requests."""

import json
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tests.emoplatform.nginx.connections import ask, connect
from tests.nginx import needs_nginx, nginx_before
from tests.pace import patience
from tests.upstream import Upstream

pytestmark = needs_nginx

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


def test_nothing_is_echoed(proxy: str) -> None:
    with closing(HTTPConnection(proxy, timeout=patience(20))) as connection:
        connection.request("TRACE", "/today/", headers={"Cookie": "a=secret"})
        response = connection.getresponse()
        assert response.status == 405
        assert b"secret" not in response.read()
