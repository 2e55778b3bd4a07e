"""Signing up, in and out, and a forgotten password."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from tests.conftest import signed_in
from tests.factories import PASSWORD
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db


def sign_up(client: Client, email: str = "new@example.org") -> int:
    response = client.post(reverse("account_signup"), {"email": email, "password1": PASSWORD})
    return response.status_code


def test_signing_up_signs_in(client: Client) -> None:
    assert sign_up(client) == 302
    assert User.objects.get().email == "new@example.org"
    assert client.get(reverse("emotions:today")).status_code == 200


def test_a_common_password_is_refused_with_words(client: Client) -> None:
    page = client.post(
        reverse("account_signup"), {"email": "new@example.org", "password1": "password1"}
    )
    assert "too common" in page.content.decode()
    assert not User.objects.exists()


def test_with_mail_set_up_an_address_is_verified_before_the_first_sign_in(
    client: Client, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    sign_up(client)
    assert client.get(reverse("emotions:today")).status_code == 302
    run_jobs()
    link = re.search(
        rf"{settings.SITE_URL}(/accounts/confirm-email/\S+/)", str(mail.outbox[0].body)
    )
    assert link
    client.post(link[1])
    signed_in = client.post(
        reverse("account_login"), {"login": "new@example.org", "password": PASSWORD}
    )
    assert signed_in.status_code == 302
    assert client.get(reverse("emotions:today")).status_code == 200


def test_signing_in_and_out(client: Client, owner: User) -> None:
    wrong = client.post(reverse("account_login"), {"login": owner.email, "password": "not it"})
    assert wrong.status_code == 200
    assert "not correct" in wrong.content.decode()
    client.post(reverse("account_login"), {"login": "OWNER@example.org", "password": PASSWORD})
    assert client.get(reverse("emotions:today")).status_code == 200
    assert client.post(reverse("account_logout"))["Location"] == reverse("emotions:landing")
    assert client.get(reverse("emotions:today")).status_code == 302


def test_a_forgotten_password_is_set_anew_by_mail(
    client: Client, owner: User, settings: Settings
) -> None:
    client.post(reverse("account_reset_password"), {"email": owner.email})
    run_jobs()
    link = re.search(rf"{settings.SITE_URL}(\S+)", str(mail.outbox[0].body))
    assert link
    form = client.get(link[1], follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "another paper diary", "password2": "another paper diary"})
    owner.refresh_from_db()
    assert owner.check_password("another paper diary")


def test_links_in_mails_lead_to_the_site_whatever_a_request_calls_it(
    client: Client, owner: User, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ALLOWED_HOSTS = ["*"]
    taken = {"email": owner.email, "password1": PASSWORD}
    for name, form in (
        ("account_reset_password", {"email": owner.email}),
        ("account_reset_password", {"email": "nobody@example.org"}),
        ("account_signup", taken),
        ("account_signup", taken | {"email": "new@example.org"}),
    ):
        client.post(reverse(name), form, headers={"host": "testserver:8443"})
    run_jobs()
    assert len(mail.outbox) == 4
    for message in mail.outbox:
        links = re.findall(r"https?://\S+", str(message.body))
        assert links, message.body
        assert all(link.startswith(f"{settings.SITE_URL}/") for link in links), links


def test_addresses_are_added_and_removed_on_a_page_of_ours(owner: User, other: User) -> None:
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    client, path = signed_in(Client(), owner), reverse("account_email")
    assert path in client.get("/settings/").content.decode()
    client.post(path, {"email": "second@example.org", "action_add": ""})
    page = client.get(path).content.decode()
    assert 'class="skip visually-hidden"' in page
    assert "onload" not in page
    assert page.count("not confirmed yet") == 1
    assert page.count('name="action_remove"') == 1, "the main one stays"
    stranger = signed_in(Client(), other)
    assert "second@example.org" not in stranger.get(path).content.decode()
    stranger.post(path, {"email": "second@example.org", "action_remove": ""})
    assert EmailAddress.objects.filter(email="second@example.org").exists()
    client.post(path, {"email": "second@example.org", "action_remove": ""})
    assert not EmailAddress.objects.filter(email="second@example.org").exists()
    assert Client().get(path)["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "account_inactive"]
)
def test_pages_before_signing_in_are_ours(client: Client, name: str) -> None:
    page = client.get(reverse(name))
    assert page.status_code == 200
    assert 'class="skip visually-hidden"' in page.content.decode()
