"""What is readable in the database: with a key, no secret that somebody could use."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts.models import Session, User
from common.encryption import decrypt
from emotions.models import PushSubscription
from emotions.reminders import services, web_push
from tests.factories import BROWSER_KEY, BROWSER_SECRET, PASSWORD, SITE_KEY
from tests.traces import cells

pytestmark = pytest.mark.django_db
FIRST, SECOND = "a" * 32, "b" * 32
TOTP_SECRET = generate_totp_secret()


def keep_secrets(owner: User) -> list[bytes]:
    """Store one secret of each kind; return them."""
    TOTP.activate(owner, TOTP_SECRET)
    codes = RecoveryCodes.activate(owner)
    seed = decrypt(codes.instance.data["seed"])
    endpoint = "https://push.example.net/somebody"
    services.add_subscription(
        owner=owner, endpoint=endpoint, p256dh=BROWSER_KEY, auth=BROWSER_SECRET
    )
    return [text.encode() for text in (TOTP_SECRET, seed, BROWSER_KEY, BROWSER_SECRET)]


def readable(secrets: list[bytes]) -> set[str]:
    """Return the tables in which any of the secrets can be read; `cells` leaves hyphens out."""
    plain = [secret.replace(b"-", b"") for secret in secrets]
    return {table for table, cell in cells() for secret in plain if secret in cell}


@pytest.fixture(autouse=True)
def _push_is_offered(settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = SITE_KEY


def test_secrets_are_readable_without_a_key_and_not_with_one(
    owner: User, other: User, settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = []
    secrets = keep_secrets(owner)
    assert readable(secrets) == {"mfa_authenticator", "emotions_pushsubscription"}

    settings.ENCRYPTION_KEYS = [FIRST]
    call_command("encrypt_secrets")
    assert readable(secrets) == set()
    PushSubscription.objects.all().delete()
    assert readable(keep_secrets(other)) == set()


def test_keys_change_while_people_go_on(
    owner: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ENCRYPTION_KEYS = [FIRST]
    keep_secrets(owner)
    browser = Client()
    browser.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    session = Session.objects.get(person=owner)

    settings.ENCRYPTION_KEYS = [SECOND, FIRST]
    assert TOTP(Authenticator.objects.get(type="totp")).validate_code(code_now())
    call_command("encrypt_secrets")
    before = list(Authenticator.objects.values_list("data", flat=True))
    call_command("encrypt_secrets")
    assert list(Authenticator.objects.values_list("data", flat=True)) == before, "again is nothing"

    settings.ENCRYPTION_KEYS = [SECOND]
    assert len(RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes())
    assert Session.objects.get(pk=session.pk).get_decoded()
    subscription = PushSubscription.objects.get()
    sent = {}

    class Pusher:
        def __init__(self, info: dict[str, dict[str, str]], **_: object) -> None:
            sent.update(info["keys"])
            raise web_push.PushFailedError

    monkeypatch.setattr("pywebpush.WebPusher", Pusher)
    with pytest.raises(web_push.PushFailedError):
        web_push.send(subscription, {})
    assert sent == {"p256dh": BROWSER_KEY, "auth": BROWSER_SECRET}


def code_now() -> str:
    return str(format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30)))


def test_a_second_factor_that_is_being_set_up_is_not_readable_in_the_session(
    owner: User, settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = [FIRST]
    browser = Client()
    browser.force_login(owner)
    session = browser.session
    session["mfa.totp.secret"] = TOTP_SECRET
    session.save()
    stored = Session.objects.get(person=owner)
    assert stored.get_decoded()["mfa.totp.secret"] == TOTP_SECRET
    settings.ENCRYPTION_KEYS = []
    assert stored.get_decoded() == {}


def test_without_its_key_a_session_is_over_and_its_person_signs_in_again(
    owner: User, settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = [FIRST]
    browser = Client()
    browser.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    settings.ENCRYPTION_KEYS = [SECOND]
    assert browser.get("/today/").status_code == 302


def test_the_command_says_in_one_line_which_key_it_misses(owner: User, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [FIRST]
    keep_secrets(owner)
    for keys in ([], [SECOND]):
        settings.ENCRYPTION_KEYS = keys
        with pytest.raises(CommandError, match=r"^Expected .* ENCRYPTION_KEYS[^\n]*$"):
            call_command("encrypt_secrets")
