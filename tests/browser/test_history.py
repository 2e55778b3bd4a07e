"""The history by hand: a month of days, its empty ones filled, and a year that opens its days."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from common.time_zones import today_in
from emotions.models import Capture
from tests import factories
from tests.browser.conftest import NOON_ZONE, sign_in
from tests.browser.test_accessibility import accessibility_violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

LONG_WORD = "a" * 300
MOMENTS_A_DAY = 9


@pytest.fixture
def busy_month(owner: User) -> str:
    """A month of 31 days with nine moments each, one with a very long note; return its name."""
    for day in range(1, 32):
        morning = datetime.combine(date(2026, 3, day), time(9), ZoneInfo(NOON_ZONE))
        for number in range(MOMENTS_A_DAY):
            factories.capture(
                owner=owner,
                looks=("happy", "sad", "surprise")[(day + number) % 3],
                felt="disgust" if number % 2 else None,
                note=f"{LONG_WORD} and a walk. " * 6 if number == 0 else "",
                taken_at=morning + timedelta(hours=number),
                time_zone=NOON_ZONE,
            )
    return "2026-03"


def no_wider_than(page: Page, width: int) -> bool:
    return bool(page.locator("html").evaluate("(html, width) => html.scrollWidth <= width", width))


def test_an_empty_day_is_found_in_the_calendar_and_filled(page: Page, owner: User) -> None:
    sign_in(page, owner)
    page.goto("/history/?month=2026-03")
    day = page.get_by_role("link", name="14 March")
    day.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing noted on this day.")
    page.get_by_role("link", name="Add a moment for this day").click()
    expect(page.locator("[name=taken_at]")).to_have_value("2026-03-14T12:00")
    page.locator("textarea").fill("Rain all day.")
    page.get_by_role("button", name="Sad", exact=True).click()
    page.wait_for_url("**/captures/*/")
    assert str(Capture.objects.get().local_date) == "2026-03-14"
    page.goto("/history/?month=2026-03")
    expect(day).to_contain_text("Sad")


def test_the_calendar_is_read_and_opened_by_the_keyboard(page: Page, owner: User) -> None:
    factories.capture(owner=owner, looks="sad")
    sign_in(page, owner)
    page.goto("/history/?month=2026-03")
    expect(page.get_by_role("table", name="March 2026")).to_be_visible()
    expect(page.get_by_role("columnheader")).to_have_count(7)
    page.get_by_role("link", name="14 March: Sad").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="15 March")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your face looked sad.")
    page.get_by_role("link", name="15 March").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing noted on this day.")


def test_a_month_is_chosen(page: Page, owner: User) -> None:
    sign_in(page, owner)
    page.goto("/history/")
    page.get_by_label("Go to month").fill("2024-02")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("February 2024")
    page.get_by_role("link", name="January 2024").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("January 2024")


def test_views_change_what_is_on_the_first_screen(page: Page, owner: User, busy_month: str) -> None:
    sign_in(page, owner)
    page.goto(f"/history/?month={busy_month}")
    for view, shown in (("List", ".entry"), ("Gallery", ".tile"), ("Calendar", ".calendar")):
        page.get_by_role("link", name=view, exact=True).click()
        expect(page.locator(f"main {shown}").first).to_be_in_viewport()


@pytest.mark.parametrize("width", [320, pytest.param(1280, marks=pytest.mark.slow)])
def test_a_busy_month_and_a_very_long_note_fit_every_screen(
    page: Page, owner: User, busy_month: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    sign_in(page, owner)
    for path in (
        f"/history/?month={busy_month}",
        f"/history/?view=list&month={busy_month}",
        f"/history/?view=gallery&month={busy_month}",
        "/days/2026-03-31/",
        "/trends/2026/",
        "/trends/?first=2026-03-01&last=2026-03-31",
    ):
        page.goto(path)
        assert no_wider_than(page, width), path
        assert accessibility_violations(page) == [], path


def test_the_pages_of_an_empty_diary_shut_nobody_out(page: Page, owner: User) -> None:
    sign_in(page, owner)
    today = today_in(NOON_ZONE)
    for path in ("/history/", "/history/?view=list", "/trends/", "/words/2026-03-14/"):
        page.goto(path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert accessibility_violations(page) == [], path
    page.goto(f"/trends/{today.year}/")
    assert accessibility_violations(page) == []
