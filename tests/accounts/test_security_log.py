"""What the security log of an account tells, to whom, and for how long."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import AccessToken, Letter, SecurityEvent, User
from accounts.security_log import KEPT_FOR, remove_old_events
from accounts.tokens.services import create_token
from tests.accounts.sign_in.test_not_me import add, letters, make_primary, remove, sign_in
from tests.conftest import signed_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

Kind = SecurityEvent.Kind


@pytest.fixture
def owner(owner: User, settings: Settings) -> User:
    """The owner with an address that is confirmed, as a site that sends emails asks for."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    return owner


def kinds(person: User) -> list[str]:
    return list(
        SecurityEvent.objects.filter(person=person).order_by("pk").values_list("kind", flat=True)
    )


def test_what_decides_who_gets_in_is_recorded(owner: User, other: User) -> None:
    client = sign_in(owner, "Firefox/140 (Linux)")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post("/settings/tokens/", {"name": "backup", "scope": "read", "days": "30"})
    token = AccessToken.objects.get()
    client.post(f"/settings/tokens/{token.pk}/revoke/")
    sign_in(owner, "Firefox/140 (Linux)")
    client.post("/settings/devices/sign-out/")
    answer: Any = client.get("/data/export/")
    list(answer.streaming_content)
    add(client, "new@example.org")
    make_primary(client, "new@example.org")
    remove(client, "owner@example.org")
    new = "another quiet diary"
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert kinds(owner) == [
        Kind.SIGN_IN,
        Kind.TOKEN_MADE,
        Kind.TOKEN_REVOKED,
        Kind.SIGN_IN,
        Kind.DEVICE_SIGNED_OUT,
        Kind.EXPORTED,
        Kind.ADDRESS_ADDED,
        Kind.ADDRESS_CHANGED,
        Kind.ADDRESS_REMOVED,
        Kind.PASSWORD_CHANGED,
    ]
    assert kinds(other) == []
    first = SecurityEvent.objects.filter(person=owner).earliest("pk")
    assert (first.ip, first.user_agent) == ("127.0.0.1", "Firefox/140 (Linux)")


def test_the_log_shows_what_is_the_persons_and_nothing_of_others(owner: User, other: User) -> None:
    client = sign_in(owner, "Mozilla/5.0 (Linux) Firefox/140.0")
    create_token(person=owner, name="my backup", scope="read")
    create_token(person=other, name="their backup", scope="read")
    assert 'href="/settings/security-log/"' in client.get("/settings/").content.decode()
    page = client.get("/settings/security-log/").content.decode()
    for text in ("Signed in", "Firefox on Linux, 127.0.0.1", "Access token created", "my backup"):
        assert text in page
    assert "their backup" not in page
    assert Client().get("/settings/security-log/").status_code == 302


def test_wrong_passwords_of_anybody_fill_nobody_s_log(owner: User) -> None:
    Client().post(reverse("account_login"), {"login": owner.email, "password": "guess"})
    assert kinds(owner) == []


def test_a_wrong_code_after_the_right_password_is_recorded(owner: User) -> None:
    TOTP.activate(owner, "JBSWY3DPEHPK3PXP")
    page = sign_in(owner, "Firefox/140 (Linux)")
    page.post(reverse("mfa_authenticate"), {"code": "000000"})
    app = Client(headers={"User-Agent": "MoodApp/2"})
    auth = "/api/auth/app/v1/auth/"
    body = {"email": owner.email, "password": PASSWORD}
    half: Any = app.post(f"{auth}login", body, "application/json")
    token = half.json()["meta"]["session_token"]
    app.post(
        f"{auth}2fa/authenticate",
        {"code": "000000"},
        "application/json",
        headers={"X-Session-Token": token},
    )
    assert kinds(owner) == [Kind.SECOND_FACTOR_FAILED] * 2
    assert [one.device for one in SecurityEvent.objects.order_by("pk")] == [
        "Firefox on Linux",
        "MoodApp",
    ]


def test_factors_are_recorded_and_told(
    owner: User, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed_in(Client(), owner)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    now = hotp_value(secret, next(yield_hotp_counters_from_time()))
    with django_capture_on_commit_callbacks(execute=True):  # when allauth tells
        client.post(reverse("mfa_activate_totp"), {"code": f"{now:06d}"})
        client.post(reverse("mfa_generate_recovery_codes"))
    client.post(reverse("mfa_deactivate_totp"))
    assert kinds(owner) == [Kind.FACTOR_ADDED, Kind.RECOVERY_CODES_MADE, Kind.FACTOR_REMOVED]
    assert all("/settings/not-me/" in body for _, body in letters())


def test_events_go_after_180_days_and_with_the_account(owner: User, other: User) -> None:
    for person in (owner, other):
        SecurityEvent.objects.create(person=person, kind=Kind.SIGN_IN)
    old = SecurityEvent.objects.create(
        person=owner, kind=Kind.SIGN_IN, at=timezone.now() - KEPT_FOR - timedelta(minutes=1)
    )
    assert remove_old_events() == 1
    assert not SecurityEvent.objects.filter(pk=old.pk).exists()
    owner.delete()
    assert [event.person for event in SecurityEvent.objects.all()] == [other]
    assert not Letter.objects.exists()
