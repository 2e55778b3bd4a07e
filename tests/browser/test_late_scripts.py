"""Browser tests act on pages whose scripts have run, however late these come."""

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from tests.browser.conftest import evaluate, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture
def slow_page(page: Page, owner: User) -> Page:
    """A page that is there a while before its scripts are."""

    def later(route: Route) -> None:
        page.wait_for_timeout(300)
        route.continue_()

    sign_in(page, owner)
    page.route("**/*.js", later)
    page.goto("/data/", wait_until="commit")
    return page


def test_a_click_waits_for_the_scripts(slow_page: Page) -> None:
    slow_page.get_by_role("heading", level=1).click()
    assert slow_page.evaluate("document.readyState") == "complete"


def test_an_expectation_waits_for_the_scripts(slow_page: Page) -> None:
    expect(slow_page.get_by_role("button", name="Upload")).to_be_visible()
    assert slow_page.evaluate("document.readyState") == "complete"


def test_a_script_of_a_test_waits_for_those_of_the_page(slow_page: Page) -> None:
    assert evaluate(slow_page, "document.readyState") == "complete"
