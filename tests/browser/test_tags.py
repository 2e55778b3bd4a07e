"""Keeping tags in order on a phone."""

from playwright.sync_api import Page, expect

from accounts.models import User
from emotions.captures import editing
from emotions.captures.editing import Changes
from emotions.models import Capture
from tests import factories
from tests.browser.conftest import sign_in


def tagged(owner: User, *tags: str) -> Capture:
    capture = factories.capture(owner=owner, looks="happy")
    return editing.edit_capture(capture=capture, changes=Changes(tags=list(tags)))


def test_a_tag_is_marked_renamed_merged_and_deleted(page: Page, owner: User) -> None:
    tagged(owner, "wrk", "rain")
    tagged(owner, "work", "rain", "a tag of the greatest length that can be")
    sign_in(page, owner)
    page.goto("/settings/")
    page.get_by_role("link", name="Your tags").click()
    page.get_by_role("link", name="wrk 1 moment").click()
    page.get_by_label("Sign").fill("💼")
    page.get_by_label("teal").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".tag--teal", has_text="wrk")).to_contain_text("💼")

    page.get_by_role("link", name="wrk 1 moment").click()
    page.get_by_label("Name").fill("work")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="You already have a tag “work”")).to_be_visible()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_text("“wrk” merged into “work”.")).to_be_visible()
    expect(page.get_by_role("link", name="work 2 moments")).to_be_visible()

    page.get_by_role("link", name="rain 2 moments").click()
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_text("It will be removed from 2 moments")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("“rain” deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="rain")).to_have_count(0)
    wider = page.locator("html").evaluate("html => html.scrollWidth - html.clientWidth")
    assert wider <= 0
