"""Signing up is open, by invitation or closed; who never verifies goes again."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Invitation, User
from accounts.sign_in.sign_up import create_invitation
from tests import factories
from tests.conftest import signed_in
from tests.factories import PASSWORD
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db
APP = "/api/auth/app/v1/auth/signup"


def signs_up(client: Client, email: str = "new@example.org") -> bool:
    client.post(reverse("account_signup"), {"email": email, "password1": PASSWORD})
    return User.objects.filter(email=email).exists()


def signs_up_by_app(query: str = "", email: str = "app@example.org") -> int:
    account = {"email": email, "password": PASSWORD}
    response = Client().post(f"{APP}{query}", account, content_type="application/json")
    return int(response.status_code)


@pytest.fixture
def chief() -> User:
    return User.objects.create_superuser("chief@example.org", PASSWORD)


@pytest.fixture
def secret(chief: User, settings: Settings) -> str:
    settings.SIGN_UP = "invitation"
    return create_invitation(inviter=chief)[1]


def invited(secret: str) -> Client:
    client = Client()
    assert client.get(reverse("account_signup"), {"invitation": secret}).status_code == 200
    return client


LIMITS = {
    "closed": "Sign-up is closed at the moment.",
    "invitation": "This site is by invitation",
}


@pytest.mark.parametrize("mode", LIMITS)
def test_nobody_signs_up_uninvited(client: Client, settings: Settings, mode: str) -> None:
    settings.SIGN_UP = mode
    page = client.get(reverse("account_signup"), {"invitation": "a guess"})
    assert LIMITS[mode] in page.content.decode()
    assert not signs_up(client)
    assert signs_up_by_app() == 403


@pytest.mark.parametrize("page", ["emotions:landing", "account_login"])
@pytest.mark.parametrize("mode", ["open", *LIMITS])
def test_pages_say_who_may_begin_a_diary(
    mode: str, page: str, client: Client, settings: Settings
) -> None:
    settings.SIGN_UP = mode
    text = client.get(reverse(page)).content.decode()
    assert ("Start your diary" in text) == (mode == "open")
    assert [one for one, words in LIMITS.items() if words in text] == [mode][mode == "open" :]


@pytest.mark.parametrize("mode", ["open", *LIMITS])
def test_emails_offer_an_account_only_where_everybody_may_have_one(
    mode: str, client: Client, settings: Settings
) -> None:
    settings.SIGN_UP = mode
    client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    run_jobs()
    assert (reverse("account_signup") in str(mail.outbox[0].body)) == (mode == "open")


def test_an_invitation_opens_one_account(secret: str) -> None:
    first, second = invited(secret), invited(secret)
    assert signs_up(first, "first@example.org")
    assert not signs_up(second, "second@example.org")
    assert not signs_up(first, "third@example.org")
    assert Invitation.objects.get().used_at


def test_an_app_sends_the_invitation_along(secret: str) -> None:
    assert signs_up_by_app(f"?invitation={secret}") == 200
    assert signs_up_by_app(f"?invitation={secret}", "second@example.org") == 403


def test_a_mistake_does_not_use_it_up(secret: str) -> None:
    client = invited(secret)
    client.post(reverse("account_signup"), {"email": "new@example.org", "password1": "password1"})
    assert signs_up(client)


def test_an_invitation_does_not_last(secret: str) -> None:
    client = invited(secret)
    Invitation.objects.update(expires_at=timezone.now())
    assert not signs_up(client)


def test_no_invitation_opens_a_closed_site(secret: str, settings: Settings) -> None:
    client = invited(secret)
    settings.SIGN_UP = "closed"
    assert not signs_up(client)


def test_only_administrators_invite(chief: User, other: User, settings: Settings) -> None:
    settings.SIGN_UP = "invitation"
    path = "/admin/accounts/invitation/add/"
    for client in (Client(), signed_in(Client(), other)):
        assert client.post(path, {"note": "a friend"}, follow=True).status_code in {200, 403}
    assert not Invitation.objects.exists()
    administrator = signed_in(Client(), chief)
    page = administrator.post(path, {"note": "a friend"}, follow=True).content.decode()
    link = re.search(rf"{settings.SITE_URL}/accounts/signup/\?invitation=(\S+?)[<\s]", page)
    assert link
    assert link[1] not in administrator.get("/admin/accounts/invitation/").content.decode()
    assert Invitation.objects.get().inviter == chief
    assert signs_up(invited(link[1]))


def test_who_never_verifies_goes_after_a_week(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    ages = {"late@example.org": 8, "recent@example.org": 6}
    ages |= {"verified@example.org": 8, "created@example.org": 8, "came@example.org": 8}
    ages["administrator@example.org"] = 8
    for email, age in ages.items():
        person = factories.person(email, date_joined=timezone.now() - timedelta(days=age))
        if email.startswith("came"):
            User.objects.filter(pk=person.pk).update(last_login=timezone.now())
        if email.startswith("administrator"):
            User.objects.filter(pk=person.pk).update(is_staff=True)
        if not email.startswith("created"):  # by an administrator, who vouches for the address
            verified = email.startswith("verified")
            EmailAddress.objects.create(user=person, email=email, verified=verified, primary=True)
    call_command("sweep_orphans")
    assert "1 accounts that nobody verified removed." in capsys.readouterr().out
    left = set(User.objects.values_list("email", flat=True))
    assert left == ages.keys() - {"late@example.org"}
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    User.objects.update(date_joined=timezone.now() - timedelta(days=30))
    call_command("sweep_orphans")
    assert User.objects.count() == len(left)
