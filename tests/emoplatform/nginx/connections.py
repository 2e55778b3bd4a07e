"""Connections to nginx as people and the proxy in front of it make them."""

import socket
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse

from tests.pace import patience


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
