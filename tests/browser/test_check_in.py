"""Checking in with one thumb: the ways to a saved moment, counted and timed, and the sheet.

`pytest tests/browser/test_check_in.py -k the_way -o log_cli=true -o log_cli_level=INFO` tells the
taps and the seconds of each way.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from accounts.models import Session, User
from emotions.models import Capture, Tag
from tests import factories, pictures
from tests.browser.conftest import act_once_loaded, evaluate, sign_in
from tests.browser.test_accessibility import accessibility_violations
from tests.browser.test_first_minutes import sign_up_and_consent
from tests.pace import patience, wait_until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

logger = logging.getLogger(__name__)

SECONDS = 4
"""From the bar to a saved moment, on an idle machine."""


class Thumb:
    """Taps on a page, and counts them from the first one."""

    def __init__(self, way: str) -> None:
        self.way = way
        self.taps = 0
        self.started = 0.0

    def tap(self, target: Locator) -> None:
        expect(target).to_be_visible()
        self.started = self.started or time.perf_counter()
        self.taps += 1
        target.click()

    def done(self, *, taps: int, seconds: float | None = None) -> None:
        """Check how many taps it took, and how long where that is limited."""
        took = time.perf_counter() - self.started
        logger.info("%s: %d taps, %.1f s", self.way, self.taps, took)
        assert self.taps == taps
        if seconds is not None:
            assert took < patience(seconds)


def portrait(folder: Path) -> Path:
    path = folder / "portrait.jpg"
    path.write_bytes(pictures.astronaut_jpeg())
    return path


def bar(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Main").get_by_role("link", name=name)


def saved(page: Page) -> None:
    expect(page.locator("[data-sheet-status]")).to_have_text("Saved")


@pytest.fixture
def moment(owner: User) -> Capture:
    return factories.capture(owner=owner, looks="happy")


@pytest.fixture
def sheet(page: Page, owner: User, moment: Capture) -> Page:
    """A page with the sheet of a moment that looks happy."""
    sign_in(page, owner)
    page.goto(f"/captures/{moment.uuid}/")
    return page


# --- The four ways ----------------------------------------------------------------------------


def test_the_way_with_the_camera(camera_page: Page, owner: User) -> None:
    camera_page.context.grant_permissions(["camera"])
    sign_in(camera_page, owner)
    thumb = Thumb("with the camera")
    thumb.tap(bar(camera_page, "Capture"))
    take = camera_page.get_by_role("button", name="Take the photo")
    expect(take).to_have_attribute("aria-disabled", "false")
    thumb.tap(take)
    expect(camera_page.get_by_role("heading", level=1)).to_have_text("Looks happy")
    thumb.done(taps=2, seconds=SECONDS)
    assert Capture.objects.get().source == Capture.Source.CAMERA


def test_the_way_without_a_photo(page: Page, owner: User) -> None:
    sign_in(page, owner)
    page.goto("/words/")
    page.get_by_role("button", name="Neutral").click()
    page.wait_for_url("**/captures/*/")
    thumb = Thumb("without a photo, the second time")
    thumb.tap(bar(page, "Capture"))
    thumb.tap(page.get_by_role("button", name="Happy"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Felt happy")
    thumb.done(taps=2, seconds=SECONDS)
    assert set(Capture.objects.values_list("felt", flat=True)) == {"neutral", "happy"}


def test_the_way_from_a_reading_to_all_that_one_says_of_it(
    sheet: Page, owner: User, moment: Capture
) -> None:
    earlier = factories.capture(owner=owner)
    earlier.tags.add(Tag.objects.create(owner=owner, name="work"))
    sheet.reload()
    loads: list[str] = []
    sheet.on("load", lambda loaded: loads.append(loaded.url))
    thumb = Thumb("answer, rating, tag and words")
    thumb.tap(sheet.get_by_role("button", name="Yes, happy"))
    expect(sheet.get_by_role("heading", level=1)).to_have_text("Looked and felt happy")
    thumb.tap(sheet.get_by_text("Very pleasant"))
    thumb.tap(sheet.locator("label", has_text="work"))
    thumb.tap(sheet.get_by_label("Note"))
    sheet.keyboard.type("By the river.")

    def all_is_saved() -> bool:
        moment.refresh_from_db()
        return (moment.felt, moment.mood, moment.note) == ("happy", 5, "By the river.")

    wait_until(all_is_saved)
    thumb.done(taps=4)
    assert [tag.name for tag in moment.tags.all()] == ["work"]
    assert loads == []


def test_the_way_of_somebody_new(page: Page, tmp_path: Path) -> None:
    thumb = Thumb("somebody new, with two fields and a file to choose")
    thumb.started = time.perf_counter()
    sign_up_and_consent(page)
    thumb.taps += 5  # Start your diary, Create my diary, Capture, the box, Agree
    page.locator("input[type=file]").set_input_files(portrait(tmp_path))
    thumb.taps += 1  # the photo
    thumb.tap(page.get_by_role("button", name="Read my face"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy")
    thumb.done(taps=7)


# --- The sheet --------------------------------------------------------------------------------


def test_a_choice_is_saved_in_place_and_can_be_undone(sheet: Page, moment: Capture) -> None:
    sad = sheet.get_by_role("radio", name="Sad")
    sad.scroll_into_view_if_needed()
    before = evaluate(sheet, "scrollY")
    sad.focus()
    sad.press("Space")
    saved(sheet)
    expect(sheet.get_by_role("heading", level=1)).to_have_text("Looks happy · you felt sad")
    expect(sad).to_be_focused()
    assert evaluate(sheet, "scrollY") == before
    moment.refresh_from_db()
    assert moment.felt == "sad"

    sheet.get_by_role("button", name="Undo").click()
    expect(sheet.get_by_role("heading", level=1)).to_have_text("Looks happy")
    expect(sad).not_to_be_checked()
    moment.refresh_from_db()
    assert moment.felt is None
    expect(sheet.get_by_role("radio", name="Angry")).to_be_focused()


def test_nothing_is_lost_by_another_tap_or_by_leaving(sheet: Page, moment: Capture) -> None:
    sheet.get_by_label("Note").fill("By the river.")
    sheet.get_by_label("Add a tag").fill("walk, slow")
    sheet.get_by_role("radio", name="Pleasant", exact=True).check()
    saved(sheet)
    sheet.get_by_label("Note").fill("By the river, again.")
    sheet.goto("/history/")

    def all_is_saved() -> bool:
        moment.refresh_from_db()
        return moment.note == "By the river, again."

    wait_until(all_is_saved)
    assert moment.mood == 4
    assert [tag.name for tag in moment.tags.all()] == ["walk, slow"]


def test_a_tag_is_typed_chosen_and_taken_away(sheet: Page, moment: Capture) -> None:
    line = sheet.get_by_label("Add a tag")
    line.fill("piano")
    line.press("Enter")
    saved(sheet)
    expect(line).to_be_focused()
    line.fill("Piano")
    line.press("Enter")
    expect(sheet.get_by_role("checkbox")).to_have_count(1)
    assert [tag.name for tag in moment.tags.all()] == ["piano"]
    sheet.get_by_role("checkbox", name="piano").uncheck()
    wait_until(lambda: not moment.tags.exists())


def test_words_wait_for_a_connection(sheet: Page, moment: Capture) -> None:
    sheet.context.set_offline(True)
    sheet.get_by_label("Note").fill("On the train.")
    expect(sheet.get_by_text("No connection. What you wrote stays here")).to_be_visible()
    sheet.context.set_offline(False)
    saved(sheet)
    moment.refresh_from_db()
    assert moment.note == "On the train."


def test_what_another_window_said_is_not_overwritten(sheet: Page, moment: Capture) -> None:
    note = sheet.get_by_label("Note")
    Capture.objects.filter(pk=moment.pk).update(note="There now.", mood=2)
    sheet.get_by_role("radio", name="Sad").check()
    saved(sheet)
    note.fill("Mine.")
    expect(sheet.get_by_role("heading", name="changed this somewhere else")).to_be_visible()
    expect(sheet.get_by_text("There now.")).to_be_visible()
    sheet.get_by_role("button", name="Save what I just entered").click()
    expect(note).to_have_value("Mine.")
    moment.refresh_from_db()
    assert (moment.note, moment.mood, moment.felt) == ("Mine.", 2, "sad")


def test_words_typed_before_leaving_join_those_of_another_window(
    sheet: Page, moment: Capture
) -> None:
    Capture.objects.filter(pk=moment.pk).update(note="There now.")
    sheet.get_by_label("Note").fill("Mine.")
    sheet.goto("/history/")

    def both_are_there() -> bool:
        moment.refresh_from_db()
        return moment.note == "There now.\nMine."

    wait_until(both_are_there)


def test_words_outlive_the_session(sheet: Page, owner: User, moment: Capture) -> None:
    Session.objects.all().delete()
    sheet.get_by_label("Note").fill("Still here.")
    sheet.wait_for_url("**/accounts/login/**")
    sheet.locator("input[name=login]").fill(owner.email)
    sheet.locator("input[name=password]").fill(factories.PASSWORD)
    sheet.get_by_role("button", name="Sign in", exact=True).click()
    expect(sheet.get_by_label("Note")).to_have_value("Still here.")
    sheet.get_by_role("button", name="Send it again").click()
    sheet.wait_for_url(f"**/captures/{moment.uuid}/")
    moment.refresh_from_db()
    assert moment.note == "Still here."


def test_a_failure_of_ours_is_tried_again(sheet: Page, moment: Capture) -> None:
    failures: list[str] = []

    def fail_once(route: Route) -> None:
        if failures:
            route.continue_()
        else:
            failures.append(route.request.url)
            route.fulfill(status=503, body="")

    sheet.route("**/edit/", fail_once)
    sheet.get_by_role("radio", name="Sad").check()
    expect(sheet.get_by_text("That could not be saved yet.")).to_be_visible()
    saved(sheet)
    moment.refresh_from_db()
    assert moment.felt == "sad"


def test_the_sheet_is_filled_by_keyboard_alone(sheet: Page, moment: Capture) -> None:
    sheet.get_by_role("button", name="Yes, happy").press("Enter")
    saved(sheet)
    sheet.keyboard.press("Tab")
    expect(sheet.get_by_role("radio", name="Happy")).to_be_focused()
    sheet.keyboard.press("ArrowRight")
    expect(sheet.get_by_role("radio", name="Neutral")).to_be_checked()
    sheet.keyboard.press("Tab")
    sheet.keyboard.press("Space")
    expect(sheet.get_by_role("radio", name="Very unpleasant")).to_be_checked()
    sheet.get_by_label("Add a tag").press("Enter")
    wait_until(lambda: Capture.objects.get().mood == 1)
    assert Capture.objects.get().felt == "neutral"


@contextmanager
def without_scripts(page: Page) -> Iterator[Page]:
    browser = page.context.browser
    assert browser
    plain = browser.new_context(
        java_script_enabled=False,
        storage_state=page.context.storage_state(),
        base_url="/".join(page.url.split("/")[:3]),
        viewport={"width": 390, "height": 844},
    )
    quiet = plain.new_page()
    act_once_loaded(quiet)
    yield quiet
    plain.close()


def test_without_scripts_it_is_one_form_with_one_button(sheet: Page, moment: Capture) -> None:
    with without_scripts(sheet) as quiet:
        quiet.goto(f"/captures/{moment.uuid}/")
        expect(quiet.locator(".sheet").get_by_role("button")).to_have_text(["Save"])
        quiet.get_by_role("radio", name="Sad").check()
        quiet.get_by_role("radio", name="Very unpleasant").check()
        quiet.get_by_label("Add a tag").fill("rain, home")
        quiet.get_by_label("Note").fill("A long day.")
        quiet.get_by_role("button", name="Save").click()
        expect(quiet.get_by_role("heading", level=1)).to_have_text("Looks happy · you felt sad")
    moment.refresh_from_db()
    assert (moment.felt, moment.mood, moment.note) == ("sad", 1, "A long day.")
    assert {tag.name for tag in moment.tags.all()} == {"rain", "home"}


@pytest.mark.parametrize("path", ["/captures/{uuid}/", "/words/"])
def test_the_sheet_shuts_nobody_out(sheet: Page, moment: Capture, path: str) -> None:
    sheet.goto(path.format(uuid=moment.uuid))
    for width, scheme in ((320, "dark"), (320, "light"), (1280, "light")):
        sheet.set_viewport_size({"width": width, "height": 640})
        sheet.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        assert accessibility_violations(sheet) == []
        assert evaluate(sheet, "document.documentElement.scrollWidth") <= width


def test_the_button_that_takes_is_in_reach_on_a_small_phone(camera_page: Page, owner: User) -> None:
    camera_page.set_viewport_size({"width": 375, "height": 667})
    camera_page.context.grant_permissions(["camera"])
    sign_in(camera_page, owner, path="/capture/")
    take = camera_page.get_by_role("button", name="Take the photo")
    expect(take).to_have_attribute("aria-disabled", "false")
    box = take.bounding_box()
    assert box
    top = evaluate(camera_page, "document.querySelector('.places').getBoundingClientRect().top")
    assert box["y"] + box["height"] <= top


def test_the_faces_and_the_button_that_saves_are_seen_at_once(sheet: Page) -> None:
    places = evaluate(sheet, "document.querySelector('.places').getBoundingClientRect().top")
    for path, lowest in (("", "Surprised"), ("/words/", "Surprised")):
        if path:
            sheet.goto(path)
        face = sheet.locator(".faces > *", has_text=lowest)
        box = face.bounding_box()
        assert box
        assert box["y"] + box["height"] <= places
    expect(sheet.get_by_role("button", name="Save")).to_be_in_viewport()
