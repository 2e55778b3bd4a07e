"""Web Push (RFC 8030) to endpoints that come from users and are therefore not trusted."""

import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from http.client import HTTPException, HTTPSConnection
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from py_vapid import Vapid02, b64urlencode

from common.encryption import decrypt
from emotions.models import PushSubscription

HTTPS_PORT = 443
SOCKET_TIMEOUT = 5  # seconds for each operation on a socket
REQUEST_TIMEOUT = 15  # seconds for a whole request
MESSAGE_TTL = 3600  # seconds that a push service keeps a message for a device that is offline
IPV6_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


class PushFailedError(Exception):
    """A push service could not be reached or did not accept a message."""


class NoResponseError(PushFailedError):
    """A push service did not respond to a message, which it may deliver all the same."""


class SubscriptionGoneError(PushFailedError):
    """The browser or app has ended its subscription."""


@lru_cache(maxsize=1)
def vapid_key(private_key: str) -> Vapid02:
    """Return the key that signs messages as this site's (VAPID, RFC 8292)."""
    return Vapid02.from_string(private_key)


def public_key() -> str | None:
    """Return the key that browsers subscribe with, as base64url; None where push is not offered."""
    if not settings.VAPID_PRIVATE_KEY:
        return None
    numbers = vapid_key(settings.VAPID_PRIVATE_KEY).public_key.public_numbers()
    return str(b64urlencode(b"\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32)))


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet.

    Raises:
        ValueError: it is not an IP address.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and (
        ip not in IPV6_GLOBAL_UNICAST or ip.sixtofour or ip.teredo
    ):
        return False
    return ip.is_global and not ip.is_multicast


def public_address(host: str) -> tuple[str, int]:
    """Resolve a host to a public address and port to connect to.

    The connection must go to this address: the name could resolve to another one a moment later.

    Raises:
        PushFailedError: the host is unknown, or not on the open internet.
    """
    try:
        results = socket.getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise PushFailedError(f"{host} is unknown.") from error
    for *_, sockaddr in results:
        address = str(sockaddr[0])
        if is_public(address):
            return address, HTTPS_PORT
    raise PushFailedError(f"{host} is not on the open internet.")


@contextmanager
def limit_duration(sock: socket.socket) -> Iterator[None]:
    """Shut a socket down after `REQUEST_TIMEOUT`.

    The timeout of a socket starts anew with every byte, so a slow sender never reaches it.
    """
    duplicate = sock.dup()  # TLS takes the socket itself over

    def shut_down() -> None:
        with suppress(OSError):  # It is closed already.
            duplicate.shutdown(socket.SHUT_RDWR)

    timer = Timer(REQUEST_TIMEOUT, shut_down)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        duplicate.close()


@dataclass(frozen=True)
class PushResponse:
    """The response of a push service, with what pywebpush expects of one; its body is not read."""

    status_code: int
    reason: str = ""
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class PushSession:
    """A session for pywebpush without proxies and redirects, which reads no response body."""

    def post(
        self, url: str, *, data: bytes, headers: Mapping[str, str], timeout: float
    ) -> PushResponse:
        """Send one message.

        Raises:
            NoResponseError: no response came in time, or it was not HTTP.
            PushFailedError: the service cannot be reached, or is not on the open internet.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection = HTTPSConnection(host, timeout=timeout)
        try:
            sock = socket.create_connection(public_address(host), timeout=timeout)
        except OSError as error:
            raise PushFailedError(f"{host} cannot be reached.") from error
        with limit_duration(sock):
            try:
                context = ssl.create_default_context()
                connection.sock = context.wrap_socket(sock, server_hostname=host)
            except OSError as error:
                raise PushFailedError(f"No TLS connection to {host}.") from error
            try:
                connection.request("POST", path, body=data, headers=dict(headers))
                response = connection.getresponse()
            except (OSError, HTTPException) as error:
                raise NoResponseError(f"{host} does not respond.") from error
            finally:
                connection.close()
        return PushResponse(response.status, response.reason)


def send(subscription: PushSubscription, payload: dict[str, Any]) -> None:
    """Encrypt a payload for one browser or app and hand it to its push service.

    Raises:
        SubscriptionGoneError: the subscription has ended.
        NoResponseError: the service did not respond, but may have accepted the message.
        PushFailedError: the service cannot be reached or did not accept the message.
    """
    # Costly to import, and only the worker of a site with push pays for it.
    from pywebpush import WebPusher  # noqa: PLC0415

    parts = urlsplit(subscription.endpoint)
    claims = {
        "sub": settings.VAPID_CONTACT,
        "aud": f"https://{parts.hostname}",
        "exp": int(time.time()) + MESSAGE_TTL,
    }
    keys = {"p256dh": decrypt(subscription.p256dh), "auth": decrypt(subscription.auth)}
    response = WebPusher(
        {"endpoint": subscription.endpoint, "keys": keys}, requests_session=PushSession()
    ).send(
        json.dumps(payload),
        vapid_key(settings.VAPID_PRIVATE_KEY).sign(claims) | {"Urgency": "normal"},
        ttl=MESSAGE_TTL,
        timeout=SOCKET_TIMEOUT,
    )
    if response.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        raise SubscriptionGoneError(f"{parts.hostname} no longer knows this subscription.")
    if not 200 <= response.status_code < 300:  # noqa: PLR2004 - the classes of HTTP
        raise PushFailedError(f"{parts.hostname} responded with {response.status_code}.")
