"""Nobody guesses passwords for long, or finds out who has an account."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
import requests
from allauth.core.internal import ratelimit
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import get_hasher
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.emotions.api.calls import assert_problem
from tests.factories import PASSWORD
from tests.jobs import run_jobs
from tests.pace import patience
from tests.sites import Site

LOGIN, RESET, SIGNUP = "/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"
CODE = "/accounts/login/code/"
APP = "/api/auth/app/v1/auth"
NOBODY = "nobody@example.org"


def browser(address: str, *, spoofed: str = "") -> Client:
    """Somebody behind the one proxy, which says who asked last."""
    forwarded = f"{spoofed}, {address}" if spoofed else address
    return Client(headers={"X-Forwarded-For": forwarded})


@pytest.fixture
def _behind_a_proxy(settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1


def signs_in(client: Client, email: str, password: str) -> bool:
    """Try to sign in on the page."""
    return client.post(LOGIN, {"login": email, "password": password}).status_code == 302


@pytest.mark.usefixtures("_behind_a_proxy")
def test_an_account_is_closed_to_whoever_guesses(owner: User) -> None:
    for _ in range(5):
        assert not signs_in(browser("203.0.113.7"), owner.email, "guess")
    answer = browser("203.0.113.7").post(LOGIN, {"login": owner.email, "password": PASSWORD})
    assert "Too many failed login attempts" in answer.content.decode()
    by_app = {"email": owner.email, "password": PASSWORD}
    refused = app_login(by_app, **{"X-Forwarded-For": "203.0.113.7"})
    assert_too_many(refused, wait=300)


@pytest.mark.usefixtures("_behind_a_proxy")
def test_nobody_closes_the_account_of_somebody_else(owner: User) -> None:
    for number in range(50):
        guesser = browser(f"203.0.113.{number % 10}")
        assert not signs_in(guesser, owner.email, "guess")
    assert signs_in(browser("203.0.113.99"), owner.email, PASSWORD)
    by_app = {"email": owner.email, "password": PASSWORD}
    assert app_login(by_app, **{"X-Forwarded-For": "203.0.113.98"}).status_code == 200


@pytest.mark.usefixtures("_behind_a_proxy")
def test_a_network_is_one_guesser_however_many_addresses_it_has(owner: User) -> None:
    for number in range(5):
        assert not signs_in(browser(f"2001:db8:0:1::{number:x}"), owner.email, "guess")
    assert not signs_in(browser("2001:db8:0:1::99"), owner.email, PASSWORD)
    assert signs_in(browser("2001:db8:0:2::1"), owner.email, PASSWORD)


@pytest.mark.usefixtures("_behind_a_proxy")
def test_an_address_is_limited_whatever_it_forwards(owner: User, other: User) -> None:
    for number in range(10):
        guesser = browser("203.0.113.7", spoofed=f"198.51.100.{number}")
        assert not signs_in(guesser, f"person{number}@example.org", "guess")
    assert not signs_in(browser("203.0.113.7", spoofed="192.0.2.1"), owner.email, PASSWORD)
    assert signs_in(browser("203.0.113.8"), owner.email, PASSWORD)


@pytest.mark.usefixtures("_behind_a_proxy")
@pytest.mark.parametrize(
    ("guessers", "somebody_else"),
    [
        (["2001:db8:0:1::{}"], "2001:db8:0:2::1"),
        (["::ffff:203.0.113.7", "203.0.113.7"], "::ffff:203.0.113.8"),
    ],
)
def test_the_addresses_of_one_home_are_limited_together(
    owner: User, guessers: list[str], somebody_else: str
) -> None:
    for number in range(10):
        address = guessers[number % len(guessers)].format(number)
        assert not signs_in(browser(address), f"person{number}@example.org", "guess")
    assert not signs_in(browser(guessers[0].format("f")), owner.email, PASSWORD)
    assert signs_in(browser(somebody_else), owner.email, PASSWORD)


def app_login(credentials: dict[str, str], **headers: str) -> Any:
    return Client(headers=headers).post(
        f"{APP}/login", credentials, content_type="application/json"
    )


def assert_too_many(refused: Any, *, wait: int) -> None:
    """Expect a problem that clients of allauth understand too, and when to try again."""
    assert_problem(refused, 429, "too_many_login_attempts")
    assert refused["Retry-After"] == str(wait)
    (error,) = refused.json()["errors"]
    assert error["code"] == "too_many_login_attempts"


def test_apps_learn_when_to_ask_for_mails_again(owner: User) -> None:
    body = {"email": owner.email}
    asked = [
        Client().post(f"{APP}/password/request", body, content_type="application/json")
        for _ in range(6)
    ]
    assert [answer.status_code for answer in asked[:5]] == [200] * 5
    assert_too_many(asked[5], wait=3600)


def test_codes_of_a_second_factor_are_not_guessed(owner: User) -> None:
    TOTP.activate(owner, "JBSWY3DPEHPK3PXP")
    client = Client()
    client.post(LOGIN, {"login": owner.email, "password": PASSWORD})
    pages = [
        client.post("/accounts/2fa/authenticate/", {"code": f"{number:06d}"}).content.decode()
        for number in range(6)
    ]
    assert "Incorrect code" in pages[0]
    assert "Incorrect code" not in pages[5]


@pytest.mark.parametrize("path", [RESET, SIGNUP])
def test_an_address_asks_for_only_so_many_mails(path: str, db: None) -> None:
    statuses = [
        Client()
        .post(path, {"email": f"person{number}@example.org", "password1": PASSWORD})
        .status_code
        for number in range(21)
    ]
    assert statuses[:20] == [302] * 20
    assert statuses[20] == 429


def test_one_person_gets_only_so_many_mails(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    statuses = [Client().post(RESET, {"email": owner.email}).status_code for _ in range(6)]
    assert statuses == [302] * 5 + [429]
    later = time.time() + 600
    monkeypatch.setattr(ratelimit.time, "time", lambda: later)
    assert Client().post(RESET, {"email": owner.email}).status_code == 429
    run_jobs()
    assert len(mail.outbox) == 5


@pytest.fixture
def _confirmed(settings: Settings) -> None:
    """Ask for email addresses to be confirmed, as every site that sends email does."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


Ask = Callable[[str], Any]
PAGES: dict[str, Ask] = {
    "sign in": lambda email: Client().post(LOGIN, {"login": email, "password": "a wrong guess"}),
    "reset": lambda email: Client().post(RESET, {"email": email}),
    "code": lambda email: Client().post(CODE, {"email": email}),
    "sign up": lambda email: Client().post(SIGNUP, {"email": email, "password1": PASSWORD}),
    "app: sign in": lambda email: app_login({"email": email, "password": "a wrong guess"}),
    "app: reset": lambda email: Client().post(
        f"{APP}/password/request", {"email": email}, content_type="application/json"
    ),
    "app: code": lambda email: Client().post(
        f"{APP}/code/request", {"email": email}, content_type="application/json"
    ),
    "app: sign up": lambda email: Client().post(
        f"{APP}/signup", {"email": email, "password": PASSWORD}, content_type="application/json"
    ),
}


@pytest.fixture
def hashed() -> Iterator[list[str]]:
    """What is hashed, which takes longer than everything else that a sign-in does."""
    done: list[str] = []
    hasher = type(get_hasher())
    encode = hasher.encode

    def noted(self: Any, password: str, *arguments: Any) -> str:
        done.append(password)
        return str(encode(self, password, *arguments))

    with patch.object(hasher, "encode", noted):
        yield done


@pytest.mark.usefixtures("_confirmed")
@pytest.mark.parametrize("way", PAGES)
def test_no_answer_tells_who_has_an_account(way: str, owner: User, hashed: list[str]) -> None:
    pages = []
    for email in (owner.email, NOBODY):
        hashed.clear()
        mail.outbox.clear()
        answer: HttpResponse = PAGES[way](email)
        run_jobs()
        body = re.sub(rf'csrfmiddlewaretoken" value="\w+"|{email}', "", answer.content.decode())
        body = re.sub(r'"session_token": "\w+"', "", body)
        pages.append(
            (answer.status_code, answer.get("Location"), body, len(hashed), len(mail.outbox))
        )
    assert pages[0] == pages[1]


@pytest.mark.xdist_group("sites")
def test_guesses_are_counted_together_by_two_processes(
    shared_site: Site, production_address: str
) -> None:
    email = "guessed@example.org"
    shared_site.python(f"from tests import factories; factories.person({email!r})")
    statuses: list[int] = []
    codes: list[str] = []

    def guess() -> None:
        for attempt in range(4):
            answer = requests.post(
                f"{production_address}{APP}/login",
                json={"email": email, "password": "guess"},
                headers={
                    "X-Forwarded-Proto": "https",
                    "X-Forwarded-For": f"198.51.100.{attempt}, 203.0.113.5",
                },
                timeout=patience(30),
            )
            statuses.append(answer.status_code)
            codes.append(answer.json().get("errors", [{}])[0].get("code"))

    threads = [threading.Thread(target=guess) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(429) == 11
    assert codes.count("email_password_mismatch") == 5
    assert codes.count("too_many_login_attempts") == 11
