"""Access tokens on the settings page."""

from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import sign_in


def test_the_secret_of_a_new_token_is_copied(page: Page, owner: User) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, owner)
    page.goto("/settings/")
    page.locator("summary", has_text="New token").click()
    page.get_by_label("Name").fill("my script")
    page.get_by_role("button", name="Create token").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    secret = page.locator("code.secret").inner_text()
    assert page.locator("main").evaluate("() => navigator.clipboard.readText()") == secret
