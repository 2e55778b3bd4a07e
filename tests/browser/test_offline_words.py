"""Words without a connection: checked as the server would, and put right where it refused them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from emotions.models import Capture
from tests.browser.conftest import NOON_ZONE, sign_in
from tests.browser.offline import SAID, WAITING, WALL, add_tags, expect_in_browser, offline, settled
from tests.browser.test_accessibility import accessibility_violations


def test_words_are_checked_offline_as_the_server_would(app: Page, owner: User) -> None:
    sign_in(app, owner)
    settled(app)
    offline(app)
    app.goto("/words/")
    app.get_by_label("Note").fill("on the train")
    app.get_by_label("Add a tag").fill("x" * 41)
    app.get_by_role("button", name="Save").click()
    problem = app.locator(".errorlist:visible")
    expect(problem).to_have_text("At most 20 tags of 40 characters each.")
    expect(app.get_by_label("Add a tag")).to_be_focused()
    app.get_by_role("checkbox", name="x" * 41).uncheck()
    add_tags(app, "🌧️" * 20)
    app.get_by_text("It was at another time").click()
    app.get_by_label("When").fill("2126-03-14T08:30")
    expect(problem).to_have_text("That time is in the future.")
    app.get_by_text("It was at another time").click()
    app.get_by_role("button", name="Save").click()
    expect(app.get_by_label("When")).to_be_focused()
    expect(app.get_by_label("Note")).to_have_value("on the train")
    app.get_by_label("When").fill("2026-03-14T08:30")
    app.get_by_role("button", name="Save").click()
    expect(app.locator(WAITING)).to_have_count(1)

    app.context.set_offline(False)
    expect_in_browser(app, waiting=0)
    assert [tag.name for tag in Capture.objects.get().tags.all()] == ["🌧️" * 20]


@pytest.mark.parametrize(
    ("label", "wrong", "says", "right"),
    [
        ("Note", "🌧️" * 1000 + "x", "At most 2,000 characters. You have 2,001.", "🌧️" * 1000),
        ("When", "", "Choose a date and a time.", "2026-03-14T08:30"),
        pytest.param(
            *("Note", "line\n" * 400 + "x", "At most 2,000 characters. You have 2,001."),
            "line\n" * 400,
            marks=pytest.mark.slow,
        ),
        pytest.param(
            *("Add a tag", "x" * 41, "At most 20 tags of 40 characters each.", "x" * 40),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            *("When", "1899-12-01T12:00", "Choose a time in 1900 or later.", "1900-01-03T12:00"),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_words_are_checked_while_they_are_written(
    page: Page, owner: User, *, label: str, wrong: str, says: str, right: str
) -> None:
    sign_in(page, owner)  # where the site learns which time it is here
    page.goto("/words/")
    page.get_by_text("It was at another time").click()
    page.get_by_label("Note").fill("on the train")
    field, problem = page.get_by_label(label), page.locator(".errorlist:visible")
    field.fill(wrong)
    expect(problem).to_contain_text(says)
    expect(field).to_have_attribute("aria-invalid", "true")
    assert accessibility_violations(page) == []
    field.fill(right)
    expect(problem).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/captures/**")  # and the server takes it


def refuse(app: Page, payload: dict[str, Any], status: int = 400) -> None:
    """Let the server refuse the next moment."""
    body = json.dumps(payload)
    app.context.route(
        "**/api/v1/captures/",
        lambda route: route.fulfill(status=status, body=body, content_type="application/json"),
        times=1,
    )


def let_pages_send(app: Page) -> None:
    """Keep the browser from sending in the background, where no test can answer."""
    app.add_init_script("Object.defineProperty(ServiceWorkerRegistration.prototype, 'sync', {})")


def keep_words_offline(app: Page, note: str) -> None:
    """Write a note without a connection."""
    offline(app)
    app.goto("/words/")
    app.get_by_label("Note").fill(note)
    app.get_by_role("button", name="Save").click()
    expect(app.locator(WAITING)).to_have_count(1)


def test_words_that_were_refused_are_put_right_where_they_wait(app: Page, owner: User) -> None:
    sign_in(app, owner)
    settled(app)
    # The device's clock is wrong, which nothing on it can tell.
    app.clock.set_system_time(datetime.now(UTC) + timedelta(days=400))
    keep_words_offline(app, "on the train")
    app.context.set_offline(False)
    row = app.locator(WAITING)
    expect(row).to_contain_text("Not in your diary yet")
    expect(row.locator("[data-waiting-refused]")).to_contain_text("When: ")
    expect(app.locator("[data-waiting-title]")).to_have_text("1 moment needs another look")
    assert not Capture.objects.exists()

    row.get_by_role("button", name="Change it").click()
    dialog = app.get_by_role("dialog")
    expect(dialog.get_by_label("Note")).to_have_value("on the train")
    assert accessibility_violations(app) == []
    app.set_viewport_size({"width": 320, "height": 568})
    assert dialog.evaluate("(one) => one.scrollWidth <= one.clientWidth"), "it needs no scrolling"
    box = dialog.bounding_box()
    assert box
    right = 320 - box["x"] - box["width"]
    assert 0 < box["x"] == pytest.approx(right, abs=1), "it is in the middle"
    dialog.get_by_label("Note").fill("x" * 2001)
    expect(dialog.locator(".errorlist:visible")).to_contain_text("At most 2,000 characters")
    dialog.get_by_role("button", name="Save and send").click()
    expect(dialog.get_by_label("Note")).to_be_focused()
    dialog.get_by_label("Note").fill("on the bus")
    dialog.get_by_label("Tags").fill('work, "rain, wind"')
    dialog.get_by_label("What did you feel?").select_option("happy")
    dialog.get_by_label("When").fill("2026-03-14T08:30")
    dialog.get_by_role("button", name="Save and send").click()
    expect(app.locator(SAID)).to_have_text("Everything that was waiting is in your diary now.")
    capture = Capture.objects.get()
    assert (capture.note, capture.felt, capture.mood) == ("on the bus", "happy", None)
    assert capture.taken_at == datetime(2026, 3, 14, 8, 30, tzinfo=ZoneInfo(NOON_ZONE))
    assert {tag.name for tag in capture.tags.all()} == {"work", "rain, wind"}


def test_a_refused_photo_stays_and_may_be_sent_with_words(app: Page, owner: User) -> None:
    sign_in(app, owner)
    settled(app)
    offline(app)
    app.goto("/capture/")
    app.locator("input[type=file]").set_input_files(WALL)
    app.get_by_role("button", name="Read my face").click()
    expect(app.locator(WAITING)).to_have_count(1)
    app.context.set_offline(False)
    row = app.locator(WAITING)
    expect(row).to_contain_text("We couldn't find a face in that photo.")
    row.get_by_role("button", name="Change it").click()
    dialog = app.get_by_role("dialog")
    expect(dialog.get_by_role("img", name="Your photo")).to_be_visible()
    dialog.get_by_label("Note").fill("only a wall")
    dialog.get_by_label("Tags").fill("wall, home")
    dialog.get_by_role("button", name="Save and send").click()
    expect(dialog).to_have_count(0)
    row.get_by_role("button", name="Keep it without a reading").click()
    expect_in_browser(app, waiting=0)
    capture = Capture.objects.get()
    assert (capture.note, capture.detections.count()) == ("only a wall", 0)
    assert {tag.name for tag in capture.tags.all()} == {"wall", "home"}
    assert capture.photo


def test_what_is_discarded_comes_back_with_undo(app: Page, owner: User) -> None:
    sign_in(app, owner)
    settled(app)
    keep_words_offline(app, "never mind")
    app.locator(WAITING).get_by_role("button", name="Discard").click()
    expect(app.locator(WAITING)).to_have_count(0)
    expect(app.locator(SAID)).to_have_text("Discarded.")
    undo = app.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.click()
    expect(app.locator(WAITING)).to_contain_text("never mind")
    expect(undo).to_be_hidden()
    app.context.set_offline(False)
    expect_in_browser(app, waiting=0)
    assert Capture.objects.get().note == "never mind"


@pytest.mark.parametrize(
    ("status", "payload", "says"),
    [
        (403, {"code": "storage_full", "detail": "No room."}, "No room."),
        (400, {"code": "invalid", "errors": {"tags": ["Too many."]}}, "Tags: Too many."),
        pytest.param(
            *(403, {"code": "consent_required", "detail": ""}, "We need your consent"),
            marks=pytest.mark.slow,
        ),
        pytest.param(413, {}, "gave no reason", marks=pytest.mark.slow),
    ],
)
def test_every_refusal_says_why_and_loses_nothing(
    app: Page, owner: User, status: int, payload: dict[str, Any], says: str
) -> None:
    let_pages_send(app)
    sign_in(app, owner)
    settled(app)
    keep_words_offline(app, "on the train")
    refuse(app, payload, status)
    app.context.set_offline(False)
    row = app.locator(WAITING)
    expect(row.locator("[data-waiting-refused]")).to_contain_text(says)
    expect(row).to_contain_text("on the train")
    if payload.get("code") == "invalid":
        row.get_by_role("button", name="Change it").click()
        app.get_by_role("dialog").get_by_role("button", name="Save and send").click()
    else:
        row.get_by_role("button", name="Send again").click()
    expect_in_browser(app, waiting=0)
    assert Capture.objects.get().note == "on the train"
