"""A photo that lies on its side is turned before it is sent, and after."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from common.imaging import images
from emotions.models import Capture
from tests import pictures
from tests.browser.conftest import act_once_loaded, sign_in, wait_until
from tests.browser.test_accessibility import accessibility_violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
HAS_SIZE = "(image, size) => `${image.naturalWidth}x${image.naturalHeight}` === size"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A portrait, higher than wide, that lies on its right side."""
    path = tmp_path / "lying.jpg"
    portrait = pictures.astronaut()[:, 60:460]
    path.write_bytes(pictures.encoded(images.turn(portrait, 90), quality=92))
    return path


def is_upright(capture: Capture) -> bool:
    face = capture.detections.get()
    return abs(face.roll or 0) < 30 and (capture.width, capture.height) == (400, 512)


def test_a_photo_is_turned_before_it_is_sent(page: Page, owner: User, photo: Path) -> None:
    sign_in(page, owner, path="/capture/")
    turn = page.get_by_role("button", name="Turn")
    expect(turn).to_be_hidden()
    page.locator("input[type=file]").set_input_files(photo)
    expect(turn).to_be_visible()
    expect(page.locator("select")).to_be_hidden()
    preview = page.locator("[data-upload-preview]")
    for words, size in (
        ("To the right", "400x512"),
        ("Upside down", "512x400"),
        ("To the left", "400x512"),
    ):
        turn.press("Enter")
        expect(page.locator("[data-turn-status]")).to_have_text(words)
        wait_until(preview, HAS_SIZE, size)
    expect(page.locator("[data-preview][data-faces='1']")).to_be_attached()
    assert accessibility_violations(page) == []
    page.get_by_role("button", name="Read my face").click()
    page.wait_for_url("**/captures/*/")
    assert is_upright(Capture.objects.get())


def test_another_photo_starts_as_it_is(page: Page, owner: User, photo: Path) -> None:
    sign_in(page, owner, path="/capture/")
    chosen = page.locator("input[type=file]")
    chosen.set_input_files(photo)
    page.get_by_role("button", name="Turn").click()
    expect(page.locator("[data-turn-status]")).to_have_text("To the right")
    other = photo.with_name("upright.jpg")
    other.write_bytes(pictures.astronaut_jpeg())
    chosen.set_input_files(other)
    expect(page.locator("[data-turn-status]")).to_have_text("")
    page.get_by_role("button", name="Read my face").click()
    page.wait_for_url("**/captures/*/")
    assert abs(Capture.objects.get().detections.get().roll or 0) < 30


def test_a_turned_photo_that_lost_the_line_waits_turned(
    page: Page, owner: User, photo: Path
) -> None:
    sign_in(page, owner, path="/capture/")
    for path in ("capture", "offline/line"):
        page.route(f"**/{path}/", lambda route: route.abort())
    page.locator("input[type=file]").set_input_files(photo)
    for _ in range(3):
        page.get_by_role("button", name="Turn").click()
    page.get_by_role("button", name="Read my face").click()
    expect(page.locator("[data-waiting-list] li")).to_have_count(1)
    for path in ("capture", "offline/line"):
        page.unroute(f"**/{path}/")
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Everything that was waiting is in your diary now.")).to_be_visible()
    assert is_upright(Capture.objects.get())


@contextmanager
def without_scripts(page: Page) -> Iterator[Page]:
    """Open a phone-sized page of the same person, without JavaScript."""
    browser = page.context.browser
    assert browser
    plain = browser.new_context(
        java_script_enabled=False,
        storage_state=page.context.storage_state(),
        base_url=page.url.split("/today/")[0],
        viewport={"width": 390, "height": 844},
    )
    opened = plain.new_page()
    act_once_loaded(opened)
    yield opened
    plain.close()


def test_a_photo_is_turned_before_and_after_without_javascript(
    page: Page, owner: User, photo: Path
) -> None:
    sign_in(page, owner)
    with without_scripts(page) as plain:
        plain.goto("/capture/")
        expect(plain.get_by_role("button", name="Turn")).to_be_hidden()
        plain.locator("input[type=file]").set_input_files(photo)
        plain.get_by_label("Turn the photo").select_option("Upside down")
        plain.get_by_role("button", name="Read my face").click()
        expect(plain.get_by_text("Your face is sideways")).to_be_visible()
        plain.get_by_text("Turn the picture").click()
        plain.get_by_role("button", name="To the right").click()
        expect(plain.get_by_text("Turned, and read again.")).to_be_visible()
        assert is_upright(Capture.objects.get())


def test_a_face_that_lies_is_turned_upright_after_it_was_sent(
    page: Page, owner: User, photo: Path
) -> None:
    sign_in(page, owner, path="/capture/")
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_role("button", name="Read my face").click()
    upright = page.get_by_role("button", name="Turn it upright")
    expect(upright).to_be_visible()
    assert accessibility_violations(page) == []
    upright.click()
    expect(page.get_by_text("Turned, and read again.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy")
    expect(upright).to_have_count(0)
    assert is_upright(Capture.objects.get())


def test_a_preview_waits_until_the_server_has_time_for_it(
    page: Page, owner: User, photo: Path
) -> None:
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.fulfill(status=429, headers={"Retry-After": "1"}, json={})

    sign_in(page, owner)
    page.route("**/api/v1/detect/", refuse_once)
    page.goto("/capture/")
    page.locator("input[type=file]").set_input_files(photo)
    expect(page.locator("[data-preview][data-faces='1']")).to_be_attached()
    assert refused
