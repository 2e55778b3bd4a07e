"""A code from an authenticator app beside the password, on the pages."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client, TestCase
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from tests.conftest import signed_in
from tests.factories import PASSWORD, passkey

pytestmark = pytest.mark.django_db


def code(secret: str, *, steps: int = 0) -> str:
    """Return what an authenticator app shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(client: Client, person: User) -> str:
    answer = client.post(
        reverse("account_login"), {"login": person.email, "password": PASSWORD}, follow=True
    )
    return str(answer.redirect_chain[-1][0])


def activate(client: Client) -> str:
    """Add an authenticator app, which asks for the password again, and return its secret."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret: str = page.context["form"].secret
    with TestCase.captureOnCommitCallbacks(execute=True):
        done = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    return secret


def test_the_code_is_drawn_into_the_page_itself(client: Client, owner: User) -> None:
    sign_in(client, owner)
    path = reverse("mfa_activate_totp")
    assert client.get(path)["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(path)
    text = page.content.decode()
    assert "<svg" in text
    assert "<?xml" not in text
    assert "data:" not in text
    assert " style=" not in text
    assert page.context["form"].secret in text


def test_signing_in_asks_for_a_code_once_an_app_is_added(client: Client, owner: User) -> None:
    sign_in(client, owner)
    secret = activate(client)
    assert "a passkey or a code as well" in client.get("/settings/").content.decode()

    elsewhere = Client()
    asked = sign_in(elsewhere, owner)
    assert asked == reverse("mfa_authenticate")
    assert elsewhere.get("/today/").status_code == 302
    assert elsewhere.post(asked, {"code": "000000"}).status_code == 200
    assert elsewhere.get("/today/").status_code == 302
    assert elsewhere.post(asked, {"code": code(secret, steps=1)}).status_code == 302
    assert elsewhere.get("/today/").status_code == 200


def test_a_recovery_code_opens_the_diary_once(client: Client, owner: User) -> None:
    sign_in(client, owner)
    activate(client)
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    codes = re.findall(r"<code>(\d+)</code>", page)
    assert len(codes) == 10
    for status in (200, 302):
        elsewhere = Client()
        asked = sign_in(elsewhere, owner)
        elsewhere.post(asked, {"code": codes[0]})
        assert elsewhere.get("/today/").status_code == status


def test_doing_without_it_asks_for_the_password_first(client: Client, owner: User) -> None:
    sign_in(client, owner)
    activate(client)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    path = reverse("mfa_deactivate_totp")
    assert client.get(path)["Location"].startswith(reverse("account_reauthenticate"))
    assert client.post(path).status_code == 302
    assert Authenticator.objects.filter(type="totp").exists()
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": path})
    assert not Authenticator.objects.filter(type="totp").exists()


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_deactivate_totp",
        "account_reauthenticate",
        "mfa_reauthenticate",
    ],
)
def test_its_pages_are_ours(client: Client, owner: User, name: str) -> None:
    sign_in(client, owner)
    activate(client)
    page = client.get(reverse(name))
    assert page.status_code == 200
    assert 'class="skip visually-hidden"' in page.content.decode()
    assert "<script data-" not in page.content.decode()


def test_the_first_factor_ends_every_other_session(client: Client, owner: User) -> None:
    elsewhere = signed_in(Client(), owner)
    app = Client().post(
        "/api/auth/app/v1/auth/login",
        {"email": owner.email, "password": PASSWORD},
        content_type="application/json",
    )
    phone = Client(headers={"X-Session-Token": app.json()["meta"]["session_token"]})
    assert phone.get("/api/v1/today/").status_code == 200
    sign_in(client, owner)
    activate(client)
    assert client.get("/today/").status_code == 200
    assert elsewhere.get("/today/").status_code == 302
    assert phone.get("/api/v1/today/").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_the_session_that_adds_a_factor_has_used_it(
    client: Client, owner: User, settings: Settings
) -> None:
    settings.ADMIN_NEEDS_SECOND_FACTOR = True
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    sign_in(client, owner)
    assert client.get("/admin/").status_code == 302
    activate(client)
    assert client.get("/admin/").status_code == 200


def test_a_further_factor_ends_no_session(client: Client, owner: User) -> None:
    passkey(owner)
    elsewhere = signed_in(Client(), owner)
    signed_in(client, owner)
    activate(client)
    assert elsewhere.get("/today/").status_code == 200
