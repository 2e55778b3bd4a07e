"""What somebody looks back on is all there without scripts: days, history and trends."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests import factories
from tests.browser.conftest import NOON_ZONE, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture
def noon(owner: User) -> datetime:
    """Noon of the owner's day, on which and before which there are moments."""
    owner.time_zone = NOON_ZONE
    owner.save()
    noon = timezone.now().astimezone(ZoneInfo(NOON_ZONE))
    for days in range(12):
        factories.capture(
            owner=owner,
            looks="happy",
            felt="sad" if days % 2 else "happy",
            note=f"Day {days}.",
            taken_at=noon - timedelta(days=days),
            time_zone=NOON_ZONE,
        )
    return noon


@pytest.fixture
def plain(page: Page, owner: User, live_server: LiveServer, noon: datetime) -> Iterator[Page]:
    """A page of the owner in a browser without scripts."""
    sign_in(page, owner)
    assert page.context.browser
    context = page.context.browser.new_context(
        base_url=live_server.url,
        viewport={"width": 390, "height": 844},
        timezone_id=NOON_ZONE,
        java_script_enabled=False,
        storage_state=page.context.storage_state(),
    )
    yield context.new_page()
    context.close()


def test_days_lead_to_each_other(plain: Page, noon: datetime) -> None:
    plain.goto("/today/")
    expect(plain.get_by_text("Day 0.")).to_be_visible()
    plain.locator("[rel=prev]").click()
    yesterday = (noon - timedelta(days=1)).date()
    plain.wait_for_url(f"**/days/{yesterday}/")
    expect(plain.get_by_text("Day 1.")).to_be_visible()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("sad")


def test_the_question_of_a_day_is_left(plain: Page, owner: User, noon: datetime) -> None:
    factories.capture(owner=owner, looks="happy", felt="sad", taken_at=noon, time_zone=NOON_ZONE)
    plain.goto("/today/")
    expect(plain.get_by_text("What was going on?")).to_be_visible()
    plain.get_by_role("button", name="Not today").click()
    expect(plain.get_by_text("What was going on?")).to_be_hidden()


def test_history_is_walked_and_searched(plain: Page, noon: datetime) -> None:
    plain.goto("/history/")
    plain.locator("a.calendar__day[aria-current=date]").click()
    expect(plain.get_by_text("Day 0.")).to_be_visible()
    plain.goto("/history/?view=list")
    plain.get_by_text("Find moments").click()
    plain.get_by_label("Emotion").select_option("Sad")
    plain.get_by_role("button", name="Show").click()
    plain.wait_for_url("**feeling=sad**")
    expect(plain.get_by_text("Day 1.")).to_be_visible()
    expect(plain.get_by_text("Day 0.")).to_be_hidden()


def test_charts_are_tables_and_the_year_opens_days(plain: Page, noon: datetime) -> None:
    plain.goto("/trends/")
    chart = plain.get_by_role("figure").first
    chart.get_by_text("Show as table").click()
    expect(chart.get_by_role("table")).to_be_visible()
    expect(plain.locator("canvas").first).to_be_hidden()
    plain.get_by_role("link", name="The year").click()
    plain.locator(".year__day[aria-current=date]").click()
    expect(plain.get_by_text("Day 0.")).to_be_visible()
