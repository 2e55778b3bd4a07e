"""The page about the API in a real browser, under the policy that forbids everything inline."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import evaluate
from tests.browser.test_accessibility import accessibility_violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]


def test_a_developer_reads_an_operation_and_follows_its_answer(page: Page) -> None:
    page.goto("/api/docs/")
    page.get_by_role("navigation").get_by_role("link", name="Record a moment", exact=True).click()
    operation = page.get_by_role("region", name="Record a moment", exact=True)
    expect(operation).to_be_in_viewport()
    recorded = operation.locator("details", has_text="201 Recorded")
    recorded.locator("summary").click()
    expect(recorded.get_by_text('"emotion": "happy"')).to_be_visible()
    recorded.get_by_role("link", name="Capture", exact=True).click()
    expect(page.locator("#object-Capture")).to_be_visible()


def test_axe_finds_nothing(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/api/docs/")
    assert accessibility_violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert accessibility_violations(page, ["color-contrast"]) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert evaluate(page, "document.documentElement.scrollWidth") == 390
