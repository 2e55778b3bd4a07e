"""Open tabs of one diary: of one browser, and on two devices."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Session, User
from emotions.models import Capture, Tag
from tests import factories
from tests.browser.conftest import NOON_ZONE, evaluate, sign_in, strict_page
from tests.browser.test_accessibility import accessibility_violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
CHANGED = "This changed in another tab or on another device."
SAID = "[data-toast-said]"
LATEST = "/offline/latest/"
OVERFLOWS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def moment(owner: User) -> Capture:
    return factories.capture(
        owner=owner, looks="happy", note="walked", taken_at=timezone.now(), time_zone=NOON_ZONE
    )


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page on another device."""
    with strict_page(browser, live_server) as opened:
        yield opened


def look_again(page: Page) -> None:
    """Let a page find that somebody sees it again."""
    evaluate(page, "document.dispatchEvent(new Event('visibilitychange'))")


def say(tab: Page, note: str) -> None:
    """Record a moment in words."""
    tab.goto("/words/")
    tab.get_by_label("Note").fill(note)
    tab.get_by_role("button", name="Happy").click()
    tab.wait_for_url("**/captures/**")


@contextmanager
def requests_to(page: Page, path: str) -> Iterator[list[str]]:
    """Collect the addresses of a path that a page asks for."""
    asked: list[str] = []

    def note(request: Any) -> None:
        if request.url.endswith(path):
            asked.append(request.url)

    page.on("request", note)
    yield asked
    page.remove_listener("request", note)


def test_a_day_shows_what_another_tab_has_recorded(page: Page, moment: Capture) -> None:
    sign_in(page, moment.owner)
    page.get_by_text("How this was computed").click()
    link = page.locator(f".entry [href='/captures/{moment.uuid}/']").first
    link.focus()
    say(page.context.new_page(), "missed the bus")
    expect(page.locator("[data-part=moments]")).to_contain_text("missed the bus")
    expect(page.locator("details.fold")).to_have_attribute("open", "")
    expect(link).to_be_focused()
    expect(page.locator("[data-toast-updated]")).to_have_text("Updated.")
    expect(page.locator(SAID)).to_be_empty()


def test_a_moment_that_another_tab_deletes_and_restores_goes_and_comes(
    page: Page, moment: Capture
) -> None:
    moment.detections.all().delete()  # else there is a chart, which is not replaced in place
    sign_in(page, moment.owner, path="/history/?view=list")
    expect(page.get_by_role("main")).to_contain_text("walked")
    tab = page.context.new_page()
    tab.goto(f"/captures/{moment.uuid}/delete/")
    tab.locator("main form button[type=submit]").first.click()
    expect(page.get_by_role("main")).not_to_contain_text("walked")
    tab.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("main")).to_contain_text("walked")


def test_a_page_that_cannot_be_replaced_offers_the_change(page: Page, moment: Capture) -> None:
    path = f"/captures/{moment.uuid}/"
    sign_in(page, moment.owner, path=path)
    tab = page.context.new_page()
    tab.goto(path)
    tab.get_by_label("Note").fill("walked home")  # which is saved in place
    expect(tab.locator("[data-sheet-status]")).to_have_text("Saved")
    expect(page.locator(SAID)).to_have_text(CHANGED)
    for width, scheme in ((390, "light"), (390, "dark"), (320, "light"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        assert accessibility_violations(page) == []
        assert not evaluate(page, OVERFLOWS), width
    page.get_by_role("button", name="Show the change").press("Enter")
    expect(page.get_by_label("Note")).to_have_value("walked home")
    expect(page.locator(SAID)).to_be_empty()


def test_what_a_tab_has_saved_itself_is_no_news_to_it(page: Page, moment: Capture) -> None:
    sign_in(page, moment.owner, path=f"/captures/{moment.uuid}/")
    page.get_by_label("Note").fill("walked home")
    expect(page.locator("[data-sheet-status]")).to_have_text("Saved")
    with page.expect_response(lambda response: response.url.endswith(moment.uuid.hex[-12:] + "/")):
        look_again(page)
    with page.expect_response(lambda response: response.url.endswith(LATEST)) as asked:
        look_again(page)
    assert asked.value.status == 304
    expect(page.locator(SAID)).to_be_empty()


def test_what_is_typed_stays(page: Page, owner: User) -> None:
    tag = Tag.objects.create(owner=owner, name="rain")
    sign_in(page, owner, path=f"/tags/{tag.pk}/")
    page.get_by_label("Name").fill("drizzle")
    tab = page.context.new_page()
    tab.goto(f"/tags/{tag.pk}/")
    tab.get_by_label("Name").fill("storm")
    tab.get_by_role("button", name="Save").click()
    tab.wait_for_url("**/tags/")
    expect(page.locator(SAID)).to_contain_text("What you're typing is still here")
    expect(page.get_by_role("button", name="Show the change")).to_be_hidden()
    expect(page.get_by_label("Name")).to_have_value("drizzle")
    page.get_by_role("button", name="Not now").click()
    expect(page.locator(SAID)).to_be_empty()


def test_settings_of_another_tab_are_news(page: Page, owner: User) -> None:
    sign_in(page, owner, path="/appearance/")
    tab = page.context.new_page()
    tab.goto("/appearance/")
    tab.get_by_label("dark").check()
    tab.locator("main form button[type=submit]").first.click()
    expect(page.locator(SAID)).to_have_text(CHANGED)
    page.get_by_role("button", name="Show the change").click()
    expect(page.get_by_label("dark")).to_be_checked()


def test_a_form_for_something_new_is_left_alone(page: Page, owner: User) -> None:
    sign_in(page, owner, path="/words/")
    page.get_by_label("Note").fill("slept badly")
    say(page.context.new_page(), "missed the bus")
    with page.expect_response(lambda response: response.url.endswith(LATEST)):
        look_again(page)
    expect(page.locator(SAID)).to_be_empty()
    expect(page.get_by_label("Note")).to_have_value("slept badly")


def test_a_device_learns_of_a_change_when_somebody_sees_it(
    page: Page, phone: Page, moment: Capture
) -> None:
    sign_in(phone, moment.owner)
    sign_in(page, moment.owner, path="/words/")
    say(page, "missed the bus")
    expect(phone.locator("[data-part=moments]")).not_to_contain_text("missed the bus")
    look_again(phone)
    expect(phone.locator("[data-part=moments]")).to_contain_text("missed the bus")


def test_a_page_that_is_seen_asks_now_and_then(page: Page, moment: Capture) -> None:
    page.clock.install()
    sign_in(page, moment.owner)
    expect(page.locator(".entry")).to_have_count(1)
    with requests_to(page, LATEST) as asked:
        page.clock.fast_forward(29_000)
        assert asked == []
        with page.expect_response(lambda response: response.url.endswith(LATEST)) as first:
            page.clock.fast_forward(2_000)
        assert first.value.status == 304
        page.clock.fast_forward(31_000)
        assert len(asked) == 1  # nothing had changed, so it waits for longer
        factories.capture(
            owner=moment.owner, note="missed the bus", taken_at=timezone.now(), time_zone=NOON_ZONE
        )
        page.clock.fast_forward(31_000)
        expect(page.locator("[data-part=moments]")).to_contain_text("missed the bus")


@pytest.mark.parametrize(
    "state",
    [
        "Object.defineProperty(document, 'hidden', { get: () => true })",
        "Object.defineProperty(navigator, 'onLine', { get: () => false })",
        "Object.defineProperty(navigator, 'connection', { get: () => ({ saveData: true }) })",
    ],
    ids=["hidden", "offline", "saves data"],
)
def test_nothing_is_asked_for_nobody(page: Page, moment: Capture, state: str) -> None:
    page.add_init_script(state)
    page.clock.install()
    sign_in(page, moment.owner)
    expect(page.locator(".entry")).to_have_count(1)
    with requests_to(page, LATEST) as asked:
        page.clock.fast_forward(3_600_000)
        look_again(page)
        assert evaluate(page, "fetch('/offline/line/').then(({ ok }) => ok)")
        assert asked == []


def test_signing_out_in_one_tab_leaves_nothing_readable_in_others(
    page: Page, moment: Capture
) -> None:
    sign_in(page, moment.owner)
    typing = page.context.new_page()
    typing.goto("/words/")
    typing.get_by_label("Note").fill("nobody's business")
    tab = page.context.new_page()
    tab.goto("/accounts/logout/")
    tab.locator("form[data-sign-out] button").click()
    for left in (page, typing):
        left.wait_for_url("**/accounts/login/**")
        expect(left.get_by_role("main")).not_to_contain_text("walked")
        left.go_back()
        expect(left.locator("[data-diary]:not([data-diary=''])")).to_have_count(0)


def test_a_tab_of_somebody_else_is_left(page: Page, moment: Capture, other: User) -> None:
    sign_in(page, moment.owner, path=f"/captures/{moment.uuid}/")
    tab = page.context.new_page()
    sign_in(tab, other)
    page.wait_for_url("**/today/")
    expect(page.get_by_role("main")).not_to_contain_text("walked")
    diary = tab.locator("body").get_attribute("data-diary")
    expect(page.locator("body")).to_have_attribute("data-diary", str(diary))


def test_a_session_that_has_ended_elsewhere_leads_to_the_sign_in_page(
    page: Page, moment: Capture
) -> None:
    path = f"/captures/{moment.uuid}/"
    sign_in(page, moment.owner, path=path)
    Session.objects.filter(person=moment.owner).delete()
    look_again(page)
    page.wait_for_url(f"**/accounts/login/?next={path.replace('/', '%2F')}")


def test_words_survive_a_session_that_has_ended_elsewhere(page: Page, owner: User) -> None:
    sign_in(page, owner, path="/words/")
    page.get_by_label("Note").fill("slept badly")
    Session.objects.filter(person=owner).delete()
    look_again(page)
    expect(page.locator(SAID)).to_contain_text("You're signed out.")
    page.get_by_role("button", name="Happy").click()
    page.wait_for_url("**/accounts/login/**")  # which leads back to what was sent
