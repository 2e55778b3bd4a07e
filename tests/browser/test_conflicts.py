"""The page of a moment's time, and the page on which two tabs find that they disagree."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from emotions.models import Capture
from tests import factories
from tests.browser.conftest import evaluate, sign_in
from tests.browser.test_accessibility import accessibility_violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
OVERFLOWS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def moment(owner: User) -> Capture:
    """Half past one on a Saturday afternoon in Berlin."""
    return factories.capture(
        owner=owner,
        taken_at=datetime(2026, 1, 10, 12, 30, 17, tzinfo=UTC),
        time_zone="Europe/Berlin",
        note="walked",
    )


def expect_readable(page: Page) -> None:
    """Expect that nothing keeps anybody from reading a page, on small phones and in the dark."""
    for width, scheme in ((390, "light"), (390, "dark"), (320, "light")):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        assert accessibility_violations(page) == []
        assert not evaluate(page, OVERFLOWS), width


def test_the_time_of_a_moment_is_changed_on_its_page(page: Page, moment: Capture) -> None:
    sign_in(page, moment.owner, path=f"/captures/{moment.uuid}/when/")
    expect(page.get_by_role("main")).to_contain_text(
        "This moment is saved for Saturday, 10 January 2026, 13:30."
    )
    expect_readable(page)
    page.get_by_label("When").fill("2026-01-09T20:15")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/captures/{moment.uuid}/")
    expect(page.get_by_role("main")).to_contain_text("Friday, 9 January 2026, 20:15")


def test_a_time_that_another_tab_changed_is_shown_before_it_is_replaced(
    page: Page, moment: Capture
) -> None:
    when = f"/captures/{moment.uuid}/when/"
    sign_in(page, moment.owner, path=when)
    other_tab = page.context.new_page()
    other_tab.goto(when)
    for tab, clock in ((other_tab, "2026-01-09T20:15"), (page, "2026-01-08T09:00")):
        tab.get_by_label("When").fill(clock)
        tab.get_by_role("button", name="Save").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("You moved it to that time in another tab or on another device")
    expect(page.get_by_role("main")).to_contain_text("Friday, 9 January 2026, 20:15")
    expect(page.get_by_label("When")).to_have_value("2026-01-08T09:00")
    expect_readable(page)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/captures/{moment.uuid}/")
    expect(page.get_by_role("main")).to_contain_text("Thursday, 8 January 2026, 09:00")


@pytest.mark.parametrize(
    ("choose", "kept"), [("Save what I just entered", "first\nsecond"), ("Keep what is saved", "x")]
)
def test_two_tabs_are_asked_which_words_to_keep(
    page: Page, moment: Capture, choose: str, kept: str
) -> None:
    path = f"/captures/{moment.uuid}/"
    sign_in(page, moment.owner, path=path)
    other_tab = page.context.new_page()
    other_tab.goto(path)
    other_tab.get_by_label("Note").fill("x")
    expect(other_tab.locator("[data-sheet-status]")).to_have_text("Saved")
    page.get_by_label("Note").fill("first\nsecond")  # which is saved by itself
    question = page.get_by_role("form", name="You changed this somewhere else, too")
    expect(question).to_be_in_viewport()
    expect(question.locator("dd")).to_have_text(["firstsecond", "x"])
    expect_readable(page)
    question.get_by_text(choose, exact=True).click()
    expect(question).to_have_count(0)
    expect(page.get_by_label("Note")).to_have_value(kept)
    moment.refresh_from_db()
    assert moment.note == kept
