"""Sending notifications through browsers' push services, whose addresses strangers gave us."""

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

from emotions.models import PushSubscription

HTTPS = 443
PATIENCE = 5  # seconds for each step of a conversation
DEADLINE = 15  # seconds for all of it
HELD_FOR = 3600  # seconds that a push service keeps a message for a device that is away
IPV6_IN_USE = ipaddress.ip_network("2000::/3")


class PushFailedError(Exception):
    """A push service could not be reached or did not take a message."""


class NoAnswerError(PushFailedError):
    """A push service was given a message and did not say what became of it: it may still come."""


class SubscriptionGoneError(PushFailedError):
    """The browser or app takes no messages under this subscription any more."""


@lru_cache(maxsize=1)
def signer(private_key: str) -> Vapid02:
    """Return what signs messages as ours (RFC 8292)."""
    return Vapid02.from_string(private_key)


def public_key() -> str | None:
    """Return the key that browsers subscribe with, as base64url; None where push is not offered."""
    if not settings.VAPID_PRIVATE_KEY:
        return None
    numbers = signer(settings.VAPID_PRIVATE_KEY).public_key.public_numbers()
    return str(b64urlencode(b"\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32)))


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open internet, not of a network around us."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and (
        ip not in IPV6_IN_USE or ip.sixtofour or ip.teredo
    ):
        return False
    return ip.is_global and not ip.is_multicast


def public_address(host: str) -> tuple[str, int]:
    """Look a host up and return where to connect to.

    Looked up here and connected to as found, so that a name cannot mean something else meanwhile.

    Raises:
        PushFailedError: the host is unknown, or not on the open internet.
    """
    try:
        found = socket.getaddrinfo(host, HTTPS, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise PushFailedError(f"{host} is unknown.") from error
    addresses = [str(place[4][0]) for place in found]
    for address in addresses:
        if is_public(address):
            return address, HTTPS
    raise PushFailedError(f"{host} is not on the open internet.")


@contextmanager
def cut_off_late(line: socket.socket) -> Iterator[None]:
    """End a connection that is not done by the deadline.

    Bytes that come one by one begin the timeout of the socket anew each time.
    """
    same = line.dup()  # the line itself is taken over by TLS

    def cut() -> None:
        with suppress(OSError):  # It has ended by itself.
            same.shutdown(socket.SHUT_RDWR)

    late = Timer(DEADLINE, cut)
    late.start()
    try:
        yield
    finally:
        late.cancel()
        same.close()


@dataclass(frozen=True)
class Answer:
    """What a push service said, as pywebpush reads it; its text is never fetched."""

    status_code: int
    reason: str = ""
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Courier:
    """Carries messages as pywebpush's session: no proxy, no redirect, no body, no long wait."""

    def post(self, url: str, *, data: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
        """Send one message.

        Raises:
            NoAnswerError: it was sent and not answered in time, or not in HTTP.
            PushFailedError: the service cannot be reached, or is not on the open internet.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection = HTTPSConnection(host, timeout=timeout)
        try:
            line = socket.create_connection(public_address(host), timeout=timeout)
        except OSError as error:
            raise PushFailedError(f"{host} cannot be reached.") from error
        with cut_off_late(line):
            try:
                context = ssl.create_default_context()
                connection.sock = context.wrap_socket(line, server_hostname=host)
            except OSError as error:
                raise PushFailedError(f"{host} does not speak TLS with us.") from error
            try:
                connection.request("POST", path, body=data, headers=dict(headers))
                answer = connection.getresponse()
            except (OSError, HTTPException) as error:
                raise NoAnswerError(f"{host} does not answer.") from error
            finally:
                connection.close()
        return Answer(answer.status, answer.reason)


def send(subscription: PushSubscription, message: dict[str, Any]) -> None:
    """Encrypt a message for one browser or app and hand it to its push service.

    Raises:
        SubscriptionGoneError: it is not there any more.
        NoAnswerError: the service may have taken it.
        PushFailedError: the service cannot be reached or refuses.
    """
    # Costly to import, and only the worker of a site with push pays for it.
    from pywebpush import WebPusher  # noqa: PLC0415

    parts = urlsplit(subscription.endpoint)
    claims = {
        "sub": settings.VAPID_CONTACT,
        "aud": f"https://{parts.hostname}",
        "exp": int(time.time()) + HELD_FOR,
    }
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    answer = WebPusher(
        {"endpoint": subscription.endpoint, "keys": keys}, requests_session=Courier()
    ).send(
        json.dumps(message),
        signer(settings.VAPID_PRIVATE_KEY).sign(claims) | {"Urgency": "normal"},
        ttl=HELD_FOR,
        timeout=PATIENCE,
    )
    if answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        raise SubscriptionGoneError(f"{parts.hostname} knows it no more.")
    if not 200 <= answer.status_code < 300:  # noqa: PLR2004 - the classes of HTTP
        raise PushFailedError(f"{parts.hostname} answers {answer.status_code}.")
