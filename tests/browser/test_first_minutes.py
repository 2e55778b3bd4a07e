"""A new person's first minutes: sign up, consent, upload, result, today, history, delete."""

import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from emotions.models import Capture
from tests import pace, pictures, uploads
from tests.browser.conftest import NOON_ZONE, act_once_loaded, evaluate, sign_in, wait_until
from tests.factories import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    path = tmp_path / "portrait.jpg"
    path.write_bytes(pictures.astronaut_jpeg())
    return path


def sign_up_and_consent(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Start your diary").first.click()
    page.get_by_label("Email").fill("new@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    show = page.get_by_role("button", name="Show password")
    if show.is_visible():  # with scripts
        show.click()
        expect(page.get_by_label("Password")).to_have_attribute("type", "text")
        expect(show).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Create my diary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing noted yet today.")
    page.get_by_role("link", name="Capture").first.click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Agree").click()
    expect(page.locator("input[type=file]")).to_be_attached()


def open_capture(page: Page, owner: User) -> None:
    sign_in(page, owner, path="/capture/")


def test_from_the_landing_page_to_a_mood_history(page: Page, portrait: Path) -> None:
    sign_up_and_consent(page)
    page.locator("input[type=file]").set_input_files(portrait)
    page.get_by_role("button", name="Read my face").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy")
    page.get_by_text("The reading in numbers").click()
    expect(page.locator(".bars li, .rest li")).to_have_count(7)
    wait_until(page, "[...document.images].every(image => image.complete)")
    assert evaluate(page, "[...document.images].every(image => image.naturalWidth > 0)")
    capture = Capture.objects.get()
    assert capture.time_zone == NOON_ZONE, "the browser named its zone"

    page.get_by_role("link", name="Today").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your face looked happy.")
    expect(page.locator("main")).to_contain_text("positive")

    page.get_by_role("link", name="History").first.click()
    page.locator(".calendar [aria-current=date]").click()
    page.locator(f'a[href="/captures/{capture.uuid}/"]').first.click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".messages")).to_contain_text("Moved to the trash.")
    assert not Capture.objects.filter(deleted_at=None).exists()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy")
    page.get_by_role("radio", name="Sad").check()
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy · you felt sad")
    capture.refresh_from_db()
    assert (capture.felt, capture.deleted_at) == ("sad", None)


def drop(page: Page, file: Path, zone: Locator) -> None:
    """Drop a file onto the middle of a zone, wherever that is by now, until it is taken.

    Chromium ignores a drop for which the page has not yet said that it takes the file.
    """
    devtools = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}

    def taken() -> bool:
        box = zone.bounding_box()
        if not box:  # The page tries the camera first, which hides the zone until there is none.
            return False
        middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        for event in ("dragEnter", "dragOver", "drop"):
            devtools.send("Input.dispatchDragEvent", {"type": event, **middle, "data": data})
        return bool(zone.locator("input").evaluate("input => input.files.length"))

    pace.wait_until(taken)


def test_a_photo_is_dropped_onto_the_page(page: Page, owner: User, portrait: Path) -> None:
    open_capture(page, owner)
    drop(page, portrait, page.locator("[data-upload-zone]"))
    expect(page.locator("[data-upload-preview]")).to_be_visible()
    page.get_by_role("button", name="Read my face").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy")


def test_no_face_offers_a_retake_or_logging_it_anyway(
    page: Page, owner: User, tmp_path: Path
) -> None:
    landscape = tmp_path / "landscape.jpg"
    landscape.write_bytes(uploads.landscape_jpeg())
    open_capture(page, owner)
    page.locator("input[type=file]").set_input_files(landscape)
    page.get_by_role("button", name="Read my face").click()
    expect(page.locator("main")).to_contain_text("couldn't find a face")
    page.get_by_role("button", name="Keep it without a reading").click()
    page.wait_for_url("**/captures/*/")
    assert Capture.objects.get().detections.count() == 0


def test_a_file_that_is_no_photo_is_refused_in_words(
    page: Page, owner: User, tmp_path: Path
) -> None:
    lie = tmp_path / "me.jpg"
    lie.write_text("I am a text with a good name.")
    open_capture(page, owner)
    page.locator("input[type=file]").set_input_files(lie)
    page.get_by_role("button", name="Read my face").click()
    expect(page.locator("main")).to_contain_text("Nothing was saved")
    assert not Capture.objects.exists()


SEVERAL = ["/today/", "/history/", "/history/?view=list", "/history/?view=gallery"]
SEVERAL += ["/capture/", "/model/", f"/trends/{timezone.now().year}/"]


@pytest.mark.parametrize("width", [320, pytest.param(1280, marks=pytest.mark.slow)])
def test_pages_fit_every_screen(page: Page, owner: User, portrait: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    open_capture(page, owner)
    page.locator("input[type=file]").set_input_files(portrait)
    page.get_by_role("button", name="Read my face").click()
    page.wait_for_url("**/captures/*/")
    for path in (page.url, *SEVERAL):
        page.goto(path)
        assert evaluate(page, "document.documentElement.scrollWidth") <= width, path


def test_the_way_works_without_javascript(page: Page, portrait: Path) -> None:
    sign_up_and_consent(page)
    state = page.context.storage_state()
    assert page.context.browser
    plain = page.context.browser.new_context(
        java_script_enabled=False, storage_state=state, base_url=page.url.split("/capture")[0]
    )
    quiet = plain.new_page()
    act_once_loaded(quiet)
    quiet.goto("/capture/")
    quiet.locator('input[type="file"]').set_input_files(portrait)
    quiet.get_by_role("button", name="Read my face").click()
    expect(quiet.get_by_role("heading", level=1)).to_have_text("Looks happy")
    plain.close()


def test_the_first_minutes_in_german(page: Page, portrait: Path) -> None:
    page.goto("/")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.get_by_role("link", name="Beginne dein Tagebuch").first.click()
    page.locator("input[name=email]").fill("neu@example.org")
    page.locator("input[name=password1]").fill(PASSWORD)
    page.get_by_role("button", name="Mein Tagebuch anlegen").click()
    page.wait_for_url("**/today/")
    page.goto("/capture/")
    page.get_by_label("Ich bin mindestens 16").check()
    page.get_by_role("button", name="Zustimmen und weiter").click()
    page.locator("input[type=file]").set_input_files(portrait)
    page.get_by_role("button", name="Gesicht lesen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sieht fröhlich aus")
    page.goto("/today/")
    page.get_by_text("Wie das berechnet wurde").click()
    expect(page.get_by_text(re.compile(r"Der Durchschnitt ist \+0,\d\d"))).to_be_visible()
    page.goto("/history/?view=list")
    expect(page.locator("canvas").first).to_be_visible()
    page.context.clear_cookies()
    sign_in(page, User.objects.get())
    expect(page.locator("html")).to_have_attribute("lang", "de")
