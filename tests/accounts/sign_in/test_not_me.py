"""“This wasn't me”: an account that was taken comes back, and nobody loses theirs by it."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import AccessToken, SecurityEvent, User
from accounts.security_log import DISOWNED_WITHIN, seal_event
from accounts.tokens.services import create_token
from tests import factories
from tests.conftest import signed_in
from tests.factories import PASSWORD
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db

THIEF = "thief@example.org"
Kind = SecurityEvent.Kind


@pytest.fixture(autouse=True)
def _addresses_are_verified(settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


@pytest.fixture
def owner(owner: User) -> User:
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    return owner


def letters() -> list[tuple[str, str]]:
    """Send what waits, and return to whom, and what."""
    mail.outbox.clear()
    run_jobs()
    return [(letter.to[0], str(letter.body)) for letter in mail.outbox]


def link_to(email: str, sent: list[tuple[str, str]], *, about: str = "/settings/not-me/") -> str:
    """Return the address of the link in the one letter to somebody that has it."""
    pattern = re.compile(rf"https?://[^/\s]+({re.escape(about)}\S+)")
    (found,) = [link for to, body in sent if to == email for link in pattern.findall(body)]
    return str(found)


def add(client: Client, email: str) -> None:
    """Add an address and confirm it."""
    client.post(reverse("account_email"), {"action_add": "", "email": email})
    client.post(link_to(email, letters(), about="/accounts/confirm-email/"))


def make_primary(client: Client, email: str) -> list[tuple[str, str]]:
    client.post(reverse("account_email"), {"action_primary": "", "email": email})
    return letters()


def remove(client: Client, email: str) -> None:
    client.post(reverse("account_email"), {"action_remove": "", "email": email})


def addresses(person: User) -> dict[str, bool]:
    """Return the addresses of an account, and whether each is the primary one."""
    return dict(EmailAddress.objects.filter(user=person).values_list("email", "primary"))


def press(link: str) -> int:
    return Client(enforce_csrf_checks=True).post(link).status_code


def test_a_taken_account_comes_back_with_its_address(owner: User) -> None:
    thief, here = signed_in(Client(), owner), signed_in(Client(), owner)
    here.get("/today/")
    add(thief, THIEF)
    sent = make_primary(thief, THIEF)
    assert {to for to, _ in sent} == {owner.email, THIEF}
    link = link_to(owner.email, sent)
    remove(thief, owner.email)
    create_token(person=owner, name="mine now", scope="write")
    assert addresses(owner) == {THIEF: True}
    letters()

    assert press(link) == 200

    assert addresses(owner) == {"owner@example.org": True}
    owner.refresh_from_db()
    assert owner.email == "owner@example.org"
    for client in (thief, here):
        assert client.get("/today/").status_code == 302
    assert not AccessToken.objects.exists()
    assert not UserSession.objects.exists()
    # Whoever took it may know the password: it counts no more. Only the owner is sent another.
    assert not owner.check_password(PASSWORD)
    ((to, body),) = letters()
    assert to == owner.email
    key = link_to(owner.email, [(to, body)], about="/accounts/password/reset/key/")
    mine = Client()
    form = mine.get(key)["Location"]
    new = {"password1": "an own diary again", "password2": "an own diary again"}
    assert mine.post(form, new).status_code == 302
    owner.refresh_from_db()
    assert owner.check_password("an own diary again")


def test_opening_the_link_does_nothing(owner: User) -> None:
    thief = signed_in(Client(), owner)
    add(thief, THIEF)
    link = link_to(owner.email, make_primary(thief, THIEF))
    for _ in range(3):
        page = Client().get(link)
        assert page.status_code == 200
        assert "Email address changed" in page.content.decode()
    assert Client().head(link).status_code == 200
    assert addresses(owner)[THIEF]
    assert thief.get("/today/").status_code == 200


def test_a_thief_s_links_do_not_stop_the_owner_s(owner: User) -> None:
    thief = signed_in(Client(), owner)
    add(thief, THIEF)
    sent = make_primary(thief, THIEF)
    add(thief, "second.thief@example.org")
    again = make_primary(thief, "second.thief@example.org")

    assert press(link_to(THIEF, again)) == 200
    owner.refresh_from_db()
    assert owner.email == THIEF

    assert press(link_to(owner_address := "owner@example.org", sent)) == 200
    assert addresses(owner) == {owner_address: True}
    for link in (link_to(THIEF, again), link_to(THIEF, sent)):
        assert press(link) == 410
    assert addresses(owner) == {owner_address: True}


def test_an_address_that_could_reset_the_password_goes_with_any_link(owner: User) -> None:
    thief = signed_in(Client(), owner)
    add(thief, THIEF)
    Client().post(reverse("account_reset_password"), {"email": THIEF})
    key = link_to(THIEF, letters(), about="/accounts/password/reset/key/")
    taker = Client()
    form = taker.get(key)["Location"]
    taker.post(form, {"password1": "a thief's own diary", "password2": "a thief's own diary"})

    assert press(link_to(owner.email, letters())) == 200
    assert addresses(owner) == {owner.email: True}
    Client().post(reverse("account_reset_password"), {"email": THIEF})
    assert not [body for to, body in letters() if to == THIEF and "/reset/key/" in body]


def test_new_factors_go_and_older_ones_stay(owner: User) -> None:
    kinds_of = Authenticator.Type
    for kind in (kinds_of.TOTP, kinds_of.WEBAUTHN, kinds_of.RECOVERY_CODES):
        Authenticator.objects.create(user=owner, type=kind, data={})
    event = SecurityEvent.objects.create(person=owner, kind=Kind.PASSWORD_CHANGED)
    old = Authenticator.objects.get(type=kinds_of.TOTP)
    old.created_at = timezone.now() - DISOWNED_WITHIN
    old.save()
    assert press(reverse("accounts:not_me", args=[seal_event(str(event.pk))])) == 200
    assert list(Authenticator.objects.all()) == [old]

    Authenticator.objects.update(type=kinds_of.RECOVERY_CODES)
    event = SecurityEvent.objects.create(person=owner, kind=Kind.PASSWORD_CHANGED)
    assert press(reverse("accounts:not_me", args=[seal_event(str(event.pk))])) == 200
    assert not Authenticator.objects.exists(), "recovery codes of no other factor"


def test_a_freed_address_cannot_be_held_by_an_account_that_nobody_enters(owner: User) -> None:
    thief = signed_in(Client(), owner)
    add(thief, THIEF)
    sent = make_primary(thief, THIEF)
    remove(thief, "owner@example.org")
    squatter = User.objects.create_user("owner@example.org", PASSWORD)
    EmailAddress.objects.create(user=squatter, email=squatter.email, primary=True)

    assert press(link_to("owner@example.org", sent)) == 200
    assert not User.objects.filter(pk=squatter.pk).exists()
    assert addresses(owner) == {"owner@example.org": True}


def test_an_account_that_somebody_uses_keeps_its_address(owner: User) -> None:
    thief = signed_in(Client(), owner)
    add(thief, THIEF)
    sent = make_primary(thief, THIEF)
    remove(thief, "owner@example.org")
    other = factories.person("owner@example.org", last_login=timezone.now())

    assert press(link_to("owner@example.org", sent)) == 200
    assert User.objects.get(email="owner@example.org") == other
    assert thief.get("/today/").status_code == 302


def test_it_works_once_and_for_seven_days(owner: User, other: User) -> None:
    event = SecurityEvent.objects.create(person=owner, kind=Kind.PASSWORD_CHANGED)
    link = reverse("accounts:not_me", args=[seal_event(str(event.pk))])
    SecurityEvent.objects.update(at=timezone.now() - DISOWNED_WITHIN)
    assert press(link) == 410
    SecurityEvent.objects.update(at=timezone.now())
    assert press(link) == 200
    owner.set_password(PASSWORD)
    owner.save()
    assert press(link) == 410
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)
    assert press(reverse("accounts:not_me", args=[f"{event.pk}:forged"])) == 410
    other.refresh_from_db()
    assert other.check_password(PASSWORD)


def test_a_new_device_of_oneself_taken_for_another_s_keeps_a_new_address(owner: User) -> None:
    me = signed_in(Client(), owner)
    add(me, "new@example.org")
    make_primary(me, "new@example.org")
    remove(me, "owner@example.org")
    sign_in(owner, "curl/8")
    letters()
    event = SecurityEvent.objects.create(person=owner, kind=Kind.SIGN_IN)

    assert press(reverse("accounts:not_me", args=[seal_event(str(event.pk))])) == 200
    assert addresses(owner) == {"new@example.org": True}
    assert [to for to, _ in letters()] == ["new@example.org"]


# --- New devices ------------------------------------------------------------------------------


def sign_in(person: User, user_agent: str, **headers: str) -> Client:
    client = Client(headers={"User-Agent": user_agent, **headers})
    person.refresh_from_db()
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return client


def subjects() -> list[str]:
    mail.outbox.clear()
    run_jobs()
    return [str(letter.subject) for letter in mail.outbox]


NEWS = ["Emoplatform: New sign-in to your account"]


def test_a_sign_in_on_a_new_device_is_told_and_can_be_disowned(
    owner: User, settings: Settings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    home, away = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "198.51.100.9"}
    sign_in(owner, "Firefox/140 (Linux)", **home)
    assert subjects() == [], "the first of all"
    sign_in(owner, "Firefox/141 (Linux)", **home)
    assert subjects() == [], "the same one"
    sign_in(owner, "Chrome/140 (Linux)", **home)
    assert subjects() == NEWS
    thief = sign_in(owner, "Firefox/140 (Linux)", **away)
    sent = letters()
    assert "198.51.100.9" in sent[0][1]

    assert press(link_to(owner.email, sent)) == 200
    assert thief.get("/today/").status_code == 302


def test_an_app_on_a_new_device_is_told_too(owner: User, client: Client) -> None:
    sign_in(owner, "Firefox/140 (Linux)")
    body = {"email": owner.email, "password": PASSWORD}
    client.post(
        "/api/auth/app/v1/auth/login", body, "application/json", headers={"User-Agent": "MoodApp/2"}
    )
    assert subjects() == NEWS


def test_e_mails_about_devices_can_be_switched_off(owner: User) -> None:
    client = sign_in(owner, "Firefox/140 (Linux)")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert "new_device_letters" in client.get("/settings/").content.decode()
    assert client.post("/settings/new-devices/", {}).status_code == 302
    sign_in(owner, "Chrome/140 (Linux)")
    assert subjects() == []
    client.post("/settings/new-devices/", {"new_device_letters": "on"})
    sign_in(owner, "Safari/605 (iPhone)")
    assert subjects() == NEWS


def test_a_stolen_session_cannot_silence_what_comes_next(owner: User) -> None:
    stolen = sign_in(owner, "Firefox/140 (Linux)")
    assert "/reauthenticate/" in stolen.post("/settings/new-devices/", {})["Location"]
    owner.refresh_from_db()
    assert owner.new_device_letters
