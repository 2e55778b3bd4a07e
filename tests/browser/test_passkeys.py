"""Passkeys by Chromium's virtual authenticator: to sign in, as second factor, on two devices."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, CDPSession, Locator, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.browser.conftest import act_once_loaded, strict_page
from tests.factories import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]


@dataclass(frozen=True)
class Device:
    """A browser with an authenticator of its own, whose person shows a finger when asked."""

    page: Page
    cdp: CDPSession
    authenticator: str

    def passkeys(self) -> list[dict[str, Any]]:
        answer = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})
        credentials: list[dict[str, Any]] = answer["credentials"]
        return credentials

    def show_the_finger(self, *, it_is_theirs: bool) -> None:
        self.cdp.send(
            "WebAuthn.setUserVerified",
            {"authenticatorId": self.authenticator, "isUserVerified": it_is_theirs},
        )


def with_authenticator(page: Page) -> Device:
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Device(page, cdp, made["authenticatorId"])


@pytest.fixture
def phone(page: Page) -> Device:
    return with_authenticator(page)


@pytest.fixture
def laptop(browser: Browser, live_server: LiveServer) -> Iterator[Device]:
    with strict_page(browser, live_server) as page:
        yield with_authenticator(page)


def sign_in_by_password(page: Page, person: User) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("link", name="Start your diary").first).to_be_visible()


def add_passkey(page: Page, *, name: str) -> None:
    """Add a passkey from the settings, confirming by password who it is where that is asked."""
    page.goto("/settings/")
    page.get_by_role("link", name="Passkeys and second factor").click()
    add = page.get_by_role("link", name="Add a passkey")
    add.or_(page.get_by_role("link", name="Your passkeys")).click()
    field = page.get_by_label("Its name")
    confirm = page.get_by_role("button", name="Confirm")
    if shown_first(add, field.or_(confirm)) == "Add a passkey":
        add.click()
    if shown_first(confirm, field) == "Confirm":
        page.get_by_label("Password").fill(PASSWORD)
        confirm.click()
    field.fill(name)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Passkey added.")).to_be_visible()


def shown_first(one: Locator, other: Locator) -> str:
    """Wait for one of two things that a page may show, and return the text of the first."""
    either = one.or_(other).first
    expect(either).to_be_visible()
    return either.inner_text()


def expect_their_diary(page: Page) -> None:
    page.wait_for_url("**/today/")
    expect(page.get_by_role("link", name="History").first).to_be_visible()


def test_a_passkey_opens_the_diary_without_a_password(phone: Device, owner: User) -> None:
    page = phone.page
    sign_in_by_password(page, owner)
    expect_their_diary(page)
    add_passkey(page, name="My phone")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    (passkey,) = phone.passkeys()
    assert passkey["isResidentCredential"]
    assert passkey["rpId"] == "localhost"
    sign_out(page)

    page.goto("/accounts/login/?next=/history/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/history/")
    assert Authenticator.objects.get(type="webauthn").last_used_at


def test_after_the_password_a_passkey_is_asked_for(phone: Device, owner: User) -> None:
    page = phone.page
    sign_in_by_password(page, owner)
    expect_their_diary(page)
    add_passkey(page, name="My phone")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    sign_out(page)

    sign_in_by_password(page, owner)
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    page.get_by_role("button", name="Use a passkey").click()
    expect_their_diary(page)


def test_a_second_device_gets_a_passkey_of_its_own(
    phone: Device, laptop: Device, owner: User
) -> None:
    sign_in_by_password(phone.page, owner)
    expect_their_diary(phone.page)
    add_passkey(phone.page, name="My phone")
    codes = phone.page.locator(".codes code")
    expect(codes).to_have_count(10)
    code = codes.first.inner_text()

    sign_in_by_password(laptop.page, owner)
    laptop.page.get_by_label("Code").fill(code)
    laptop.page.get_by_role("button", name="Sign in").click()
    expect_their_diary(laptop.page)
    add_passkey(laptop.page, name="My laptop")
    sign_out(laptop.page)
    laptop.page.goto("/accounts/login/")
    laptop.page.get_by_role("button", name="Sign in with a passkey").click()
    expect_their_diary(laptop.page)

    phone.page.goto("/accounts/2fa/webauthn/")
    expect(phone.page.locator(".rows strong")).to_have_text(["My phone", "My laptop"])
    phone.page.get_by_role("link", name="Remove My laptop").click()
    phone.page.get_by_role("button", name="Remove").click()
    expect(phone.page.locator(".rows strong")).to_have_text(["My phone"])
    sign_out(laptop.page)
    laptop.page.goto("/accounts/login/")
    laptop.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(laptop.page.get_by_text("Incorrect code")).to_be_visible()


def test_somebody_elses_finger_opens_nothing(phone: Device, owner: User) -> None:
    page = phone.page
    sign_in_by_password(page, owner)
    expect_their_diary(page)
    add_passkey(page, name="My phone")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    sign_out(page)
    phone.show_the_finger(it_is_theirs=False)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("That didn't work, and nothing was changed.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_enabled()


def test_a_bare_address_offers_no_passkeys(
    phone: Device, browser: Browser, live_server: LiveServer, owner: User
) -> None:
    phone.page.goto("/accounts/login/")
    expect(phone.page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
    numbered = live_server.url.replace("localhost", "127.0.0.1")
    context = browser.new_context(base_url=numbered)
    with context:
        page = context.new_page()
        act_once_loaded(page)
        sign_in_by_password(page, owner)
        page.wait_for_url("**/today/")
        page.goto("/accounts/2fa/webauthn/add/")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        expect(page.get_by_text("a domain name instead of an IP address")).to_be_visible()
        expect(page.get_by_role("button", name="Add")).to_be_hidden()


def test_a_passkey_leads_into_the_administration(
    phone: Device, owner: User, settings: Settings
) -> None:
    settings.ADMIN_NEEDS_SECOND_FACTOR = True
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    page = phone.page
    sign_in_by_password(page, owner)
    expect_their_diary(page)
    page.goto("/admin/")
    expect(page.get_by_text("The admin site requires a second factor.")).to_be_visible()
    add_passkey(page, name="My phone")
    page.goto("/admin/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("administration")
