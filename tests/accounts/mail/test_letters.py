"""E-mails about an account wait for the mail server, and say what is true when they are sent."""

import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from allauth.account.models import EmailAddress
from django.conf import settings as configured
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from accounts.mail.letters import FIRST_PAUSE, GIVE_UP_AFTER, LONGEST_PAUSE
from accounts.models import Letter, User
from tests import pace
from tests.conftest import signed_in
from tests.factories import PASSWORD
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db

LINK = re.compile(r"https?://[^/\s]+(/\S+)")
NEW_PASSWORD = "another paper diary"


class MailServer:
    """A mail server that answers as it is told, and keeps what it takes."""

    def __init__(self) -> None:
        self.answer = "250 OK"
        self.taken: list[Message] = []

    async def handle_RCPT(  # noqa: N802 - the names of aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


def unused_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture
def smtp(settings: Settings) -> Iterator[MailServer]:
    """A mail server that the site uses."""
    handler = MailServer()
    controller = Controller(
        handler, hostname="127.0.0.1", port=unused_port(), ready_timeout=pace.patience(5)
    )
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = controller.port
    settings.EMAIL_TIMEOUT = pace.patience(5)
    yield handler
    controller.stop()


def ask_for_reset(email: str) -> None:
    assert Client().post(reverse("account_reset_password"), {"email": email}).status_code == 302


def make_due() -> None:
    """Let the pause before the next attempt be over."""
    Letter.objects.update(due_at=timezone.now())
    DBTaskResult.objects.update(run_after=timezone.now())


def test_no_request_waits_for_the_mail_server(owner: User) -> None:
    ask_for_reset(owner.email)
    assert mail.outbox == []

    run_jobs()

    (letter,) = mail.outbox
    assert letter.to == [owner.email]
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert not Letter.objects.exists()


def test_the_queue_holds_no_secret(owner: User) -> None:
    ask_for_reset(owner.email)
    row = Letter.objects.values().get()
    assert row["facts"] == {}
    run_jobs()
    (key,) = LINK.findall(str(mail.outbox[0].body))[:1]
    assert key.rstrip("/").split("-")[-1] not in str(row)


@pytest.mark.parametrize(
    "answer", ["451 try again later", "452 mailbox full", "421 going down"], ids=str
)
def test_a_letter_that_is_put_off_comes_later(answer: str, owner: User, smtp: MailServer) -> None:
    smtp.answer = answer
    ask_for_reset(owner.email)
    run_jobs()
    assert smtp.taken == []
    waiting = Letter.objects.get()
    assert waiting.attempts == 1
    assert waiting.due_at > timezone.now()

    smtp.answer = "250 OK"
    make_due()
    run_jobs()

    (letter,) = smtp.taken
    assert letter["To"] == owner.email
    assert not Letter.objects.exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "mail.invalid"])
def test_an_unreachable_mail_server_loses_nothing(
    host: str, settings: Settings, client: Client
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, unused_port()
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"

    page = client.post(
        reverse("account_signup"), {"email": "new@example.org", "password1": PASSWORD}, follow=True
    )
    run_jobs()
    assert page.status_code == 200
    assert User.objects.get().email == "new@example.org"
    assert Letter.objects.get().attempts == 1

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    make_due()
    run_jobs()
    assert mail.outbox[0].to == ["new@example.org"]


def test_a_mail_server_that_never_answers_is_left_alone(owner: User, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()[:2]
        settings.EMAIL_TIMEOUT = 0.2
        ask_for_reset(owner.email)
        run_jobs()
    assert Letter.objects.get().attempts == 1


def test_an_address_that_is_refused_for_good_is_not_tried_again(
    owner: User, smtp: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    smtp.answer = "550 no such mailbox"
    ask_for_reset(owner.email)
    run_jobs()
    assert not Letter.objects.exists()
    records = [one for one in caplog.records if one.name == "accounts.mail.letters"]
    assert [one.message for one in records] == ["letter refused"]
    assert owner.email not in str(vars(records[0]))


def test_pauses_grow_until_it_is_given_up(owner: User, smtp: MailServer) -> None:
    smtp.answer = "451 try again later"
    ask_for_reset(owner.email)
    for attempt in range(12):
        before = timezone.now()
        run_jobs()
        after = timezone.now()
        pause = min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE)
        assert before + pause <= Letter.objects.get().due_at <= after + pause
        make_due()

    Letter.objects.update(created_at=timezone.now() - GIVE_UP_AFTER - timedelta(minutes=1))
    run_jobs()
    assert not Letter.objects.exists()


def test_a_worker_that_is_killed_while_it_sends_loses_nothing(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    ask_for_reset(owner.email)
    with monkeypatch.context() as patched:
        patched.setattr("accounts.mail.letters.compose", killed)
        with pytest.raises(KeyboardInterrupt):
            run_jobs()

    make_due()
    run_jobs()
    assert len(mail.outbox) == 1


def test_a_letter_is_sent_once_although_two_jobs_know_it(owner: User) -> None:
    ask_for_reset(owner.email)
    run_jobs()
    DBTaskResult.objects.update(run_after=timezone.now())
    run_jobs()
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_sends_nothing(owner: User) -> None:
    with transaction.atomic():
        ask_for_reset(owner.email)
        transaction.set_rollback(True)
    run_jobs()
    assert mail.outbox == []


def test_nothing_is_sent_about_an_account_that_is_gone(owner: User) -> None:
    ask_for_reset(owner.email)
    owner.delete()
    run_jobs()
    assert mail.outbox == []
    assert not Letter.objects.exists()


def test_an_address_that_was_confirmed_meanwhile_gets_no_second_letter(
    client: Client, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client.post(reverse("account_signup"), {"email": "new@example.org", "password1": PASSWORD})
    EmailAddress.objects.update(verified=True)
    run_jobs()
    assert mail.outbox == []
    assert not Letter.objects.exists()


def test_links_lead_to_this_site_whatever_host_was_named(owner: User, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    Client(headers={"host": "elsewhere.example:81"}).post(
        reverse("account_reset_password"), {"email": owner.email}
    )
    run_jobs()
    body = str(mail.outbox[0].body)
    assert "elsewhere.example" not in body
    assert f"{configured.SITE_URL}/accounts/password/reset/key/" in body


def test_a_change_of_password_is_told_with_time_and_device(owner: User) -> None:
    owner.language, owner.time_zone = "de", "Europe/Berlin"
    owner.save()
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    client = signed_in(Client(headers={"user-agent": "Mozilla/5.0 (Linux) Firefox/140.0"}), owner)
    changed = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    assert changed.status_code == 302
    run_jobs()
    (letter,) = mail.outbox
    assert letter.subject == "Emoplatform: Dein Passwort wurde geändert"
    assert "Firefox" in str(letter.body)
    assert "Europe/Berlin" in str(letter.body)
    assert "/settings/not-me/" in str(letter.body)


def test_a_stranger_with_the_address_of_nobody_is_told_so() -> None:
    ask_for_reset("nobody@example.org")
    run_jobs()
    assert reverse("account_signup") in str(mail.outbox[0].body)
