"""Notifications: encrypted for one browser, and carried nowhere but to the open internet."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from py_vapid import Vapid02
from pytest_django import Settings

from accounts.models import User
from emotions.models import Delivery, PushSubscription, Reminder
from emotions.reminders import web_push
from emotions.reminders.delivery import NothingSentError, deliver
from emotions.reminders.errors import (
    InvalidEndpointError,
    InvalidKeysError,
    PushNotOfferedError,
)
from emotions.reminders.services import add_reminder, add_subscription
from tests import factories
from tests.pace import patience
from tests.push_service import HOST, Browser, Service, running

pytestmark = pytest.mark.django_db
EIGHT = datetime(2026, 3, 14, 20, tzinfo=UTC)
MESSAGE = {"title": "How are you right now?"}


@pytest.fixture(autouse=True)
def _offered(settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = factories.SITE_KEY
    settings.VAPID_CONTACT = "mailto:mood@example.org"


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A push service that is trusted, and found on this machine as if it were on the internet."""
    with running(tmp_path) as started:
        monkeypatch.setenv("SSL_CERT_FILE", str(started.certificate))
        monkeypatch.setattr(web_push, "public_address", lambda _host: started.address)
        yield started


def subscribed(owner: User, path: str = "/box/1") -> tuple[Browser, PushSubscription]:
    browser = Browser(path)
    return browser, add_subscription(owner=owner, **browser.subscription)


def remind(owner: User) -> bool:
    """Let a reminder come by notification; return whether it was sent."""
    delivery = Delivery.objects.create(
        reminder=factories.push_reminder(owner), local_date=EIGHT.date(), due_at=EIGHT
    )
    return deliver(delivery_id=delivery.pk, now=EIGHT)


def test_only_the_browser_can_read_a_message_and_the_service_knows_who_sent_it(
    owner: User, service: Service
) -> None:
    browser, subscription = subscribed(owner)
    web_push.send(subscription, MESSAGE)
    ((path, headers, body),) = service.received
    assert path == "/box/1"
    assert b"right now" not in body
    assert json.loads(browser.read(body)) == MESSAGE
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["ttl"] == "3600"
    assert Vapid02.verify(headers["authorization"])
    assert f"k={web_push.public_key()}" in headers["authorization"]


def test_a_reminder_reaches_every_browser_of_its_person_and_nobody_elses(
    owner: User, other: User, service: Service
) -> None:
    browsers = {path: subscribed(owner, path)[0] for path in ("/box/1", "/box/2")}
    subscribed(other, "/box/3")
    assert remind(owner)
    payloads = {path: json.loads(browsers[path].read(body)) for path, _, body in service.received}
    assert set(payloads) == set(browsers)
    assert payloads["/box/1"]["open"] == "http://127.0.0.1:8000/capture/"
    assert payloads["/box/1"]["stop"].startswith("http://127.0.0.1:8000/reminders/stop/")
    assert not deliver(delivery_id=Delivery.objects.get().pk, now=EIGHT)
    assert len(service.received) == 2


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(owner: User, service: Service, status: int) -> None:
    subscribed(owner, "/gone")
    _, kept = subscribed(owner, "/box/1")
    service.answers["/gone"] = status
    assert remind(owner)
    assert PushSubscription.objects.get() == kept


@pytest.mark.parametrize("status", [301, 307, 400, 429, 500])
def test_a_service_that_does_not_take_it_is_asked_again_and_never_led_elsewhere(
    owner: User, service: Service, status: int
) -> None:
    subscribed(owner)
    service.answers["/box/1"] = status
    with pytest.raises(NothingSentError):
        remind(owner)
    assert len(service.received) == 1
    service.answers.clear()
    assert deliver(delivery_id=Delivery.objects.get().pk, now=EIGHT)


def test_what_reached_one_browser_is_not_sent_again_for_another(
    owner: User, service: Service
) -> None:
    for path in ("/box/1", "/box/2"):
        subscribed(owner, path)
    service.answers["/box/2"] = 503
    assert remind(owner)
    assert not deliver(delivery_id=Delivery.objects.get().pk, now=EIGHT)
    assert len(service.received) == 2


def test_an_answer_that_never_ends_is_cut_off_and_what_was_said_not_repeated(
    owner: User, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_push, "REQUEST_TIMEOUT", patience(0.4))
    subscribed(owner)
    service.drips = True
    assert remind(owner)
    assert not deliver(delivery_id=Delivery.objects.get().pk, now=EIGHT)


def test_a_service_that_nobody_vouches_for_is_sent_nothing(
    owner: User, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    _, subscription = subscribed(owner)
    with pytest.raises(web_push.PushFailedError, match="TLS"):
        web_push.send(subscription, MESSAGE)
    assert service.received == []


PRIVATE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1", "2002:7f00:1::", "2001::1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_into_a_private_network_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (address, 443))])
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("connected"))
    with pytest.raises(web_push.PushFailedError, match="not on the open internet"):
        web_push.PushSession().post(f"https://{HOST}/box/1", data=b"x", headers={}, timeout=1)


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, subscription = subscribed(owner)
    found = [(0, 0, 0, "", (address, 443)) for address in ("10.0.0.1", "8.8.8.8")]
    looked_up: list[str] = []

    def look_up(host: str, *_: Any, **__: Any) -> Any:
        looked_up.append(host)
        return found

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> Any:
        assert address == ("8.8.8.8", 443)
        raise TimeoutError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(web_push.PushFailedError, match="cannot be reached"):
        web_push.send(subscription, MESSAGE)
    assert looked_up == [HOST]


def test_an_unknown_name_is_a_failure_like_others(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, subscription = subscribed(owner)

    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(web_push.PushFailedError, match="unknown"):
        web_push.send(subscription, MESSAGE)


@pytest.mark.parametrize(
    "endpoint",
    [
        *(
            "http://push.example.net/1",
            "ftp://push.example.net/1",
            "push.example.net",
            "",
            "https://",
        ),
        *(
            "https://localhost/1",
            "https://printer/1",
            "https://printer.local/1",
            "https://x.internal/",
        ),
        *("https://127.0.0.1/1", "https://[::1]/1", "https://10.0.0.1/", "https://[fd00::1]/"),
        *(
            "https://push.example.net:22/1",
            "https://push.example.net:x/",
            "https://a@push.example/",
        ),
        *("https://push.example.net/\r\nX: y", "https://push.example.net/ä", "https://[/"),
        f"https://push.example.net/{'x' * 1000}",
    ],
)
def test_an_address_that_is_plainly_no_push_service_is_refused(endpoint: str) -> None:
    keys = {**Browser().subscription, "endpoint": endpoint}
    with pytest.raises(InvalidEndpointError):
        add_subscription(owner=User(), **keys)
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        *({"p256dh": ""}, {"p256dh": "ä"}, {"p256dh": "x"}, {"p256dh": "BAAA"}),
        *({"p256dh": "B" + "A" * 86}, {"auth": ""}, {"auth": "AAAA"}, {"auth": "A" * 44}),
    ],
)
def test_keys_that_are_none_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidKeysError):
        add_subscription(owner=User(), **{**Browser().subscription, **wrong})
    assert not PushSubscription.objects.exists()


def test_a_browser_belongs_to_whoever_said_so_last(owner: User, other: User) -> None:
    browser = Browser()
    add_subscription(owner=owner, **browser.subscription)
    add_subscription(owner=other, **browser.subscription)
    assert PushSubscription.objects.get().owner == other


def test_the_oldest_browser_gives_way_to_the_eleventh(owner: User, other: User) -> None:
    theirs = factories.push_subscription(other)
    old = [
        factories.push_subscription(owner, created_at=EIGHT + timedelta(days=day))
        for day in range(10)
    ]
    _, new = subscribed(owner)
    kept = set(PushSubscription.objects.all())
    assert kept == {theirs, new, *old[1:]}


def test_without_a_key_nothing_is_offered_or_sent(
    owner: User, service: Service, settings: Settings
) -> None:
    subscribed(owner)
    settings.VAPID_PRIVATE_KEY = None
    with pytest.raises(PushNotOfferedError):
        subscribed(owner)
    with pytest.raises(PushNotOfferedError):
        add_reminder(owner=owner, at=EIGHT.time(), way=Reminder.Way.PUSH)
    assert not remind(owner)
    assert service.received == []
