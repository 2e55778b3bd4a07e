"""The camera of the capture page: taking, taking again, switching, and every way it fails."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from emotions.models import Capture
from tests import pictures
from tests.browser.conftest import act_once_loaded, evaluate, sign_in, wait_until
from tests.browser.test_accessibility import accessibility_violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

KEEP_STREAMS = """
    window.streams = [];
    const ask = MediaDevices.prototype.getUserMedia;
    MediaDevices.prototype.getUserMedia = async function (...wanted) {
        const stream = await ask.apply(this, wanted);
        window.streams.push(stream);
        return stream;
    };
"""
"""Lets a test look at every stream that a page was given."""

STATES = "() => window.streams.flatMap(stream => stream.getTracks()).map(track => track.readyState)"

UNUSABLE = {
    "in use": (
        "MediaDevices.prototype.getUserMedia = async () => {"
        " throw new DOMException('Could not start video source', 'NotReadableError'); };",
        "Another app may be using it",
    ),
    "insecure": (
        "Object.defineProperty(navigator, 'mediaDevices', { value: undefined });",
        "only allows camera access over a secure connection",
    ),
    "unheard-of": (
        "MediaDevices.prototype.getUserMedia = async () => { throw new Error('Surprise'); };",
        "The camera didn't work",
    ),
}
"""What makes a camera unusable, and what the page says then."""


def open_capture(page: Page, owner: User, *, allowed: bool = True) -> None:
    if allowed:
        page.context.grant_permissions(["camera"])
    page.add_init_script(KEEP_STREAMS)
    sign_in(page, owner, path="/capture/")


def taking(page: Page) -> Locator:
    """Return the button that takes, once there is a picture; the camera opens by itself."""
    take = page.get_by_role("button", name="Take the photo")
    expect(take).to_have_attribute("aria-disabled", "false")
    return take


def stop_clock(page: Page) -> None:
    """Let a page's time stand still; it needs `page.clock.install()` before it opens."""
    page.clock.pause_at(timezone.now() + timedelta(hours=1))


def switch_countdown_on(page: Page) -> None:
    toggle = page.get_by_role("button", name="3 s countdown")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")


def upload_and_read(page: Page, folder: Path) -> None:
    portrait = folder / "portrait.jpg"
    portrait.write_bytes(pictures.astronaut_jpeg())
    page.locator("input[type=file]").set_input_files(portrait)
    page.get_by_role("button", name="Read my face").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy")


def test_a_photo_is_taken_after_a_countdown_and_read(camera_page: Page, owner: User) -> None:
    camera_page.clock.install()
    open_capture(camera_page, owner)
    take = taking(camera_page)
    switch_countdown_on(camera_page)
    stop_clock(camera_page)
    take.click()
    for number in ("3", "2", "1"):
        expect(camera_page.locator("[data-camera-count]")).to_have_text(number)
        camera_page.clock.run_for(1000)

    expect(camera_page.get_by_role("heading", level=1)).to_have_text("Looks happy")

    capture = Capture.objects.get()
    assert capture.source == Capture.Source.CAMERA
    with capture.photo.open() as file:
        kept = Image.open(file).convert("RGB")
    assert kept.height * 3 == kept.width * 4, "an upright phone keeps what its preview showed"


def test_the_preview_is_a_mirror_and_the_photo_is_not(camera_page: Page, owner: User) -> None:
    camera_page.set_viewport_size({"width": 1280, "height": 900})
    open_capture(camera_page, owner)
    take = taking(camera_page)
    mirrored = "getComputedStyle(document.querySelector('video')).transform"
    assert evaluate(camera_page, mirrored) == "matrix(-1, 0, 0, 1, 0, 0)"
    take.click()
    camera_page.wait_for_url("**/captures/*/")

    with Capture.objects.get().photo.open() as file:
        kept = np.asarray(Image.open(file).convert("RGB"), dtype=int)
    seen = pictures.camera_picture().astype(int)
    assert kept.shape == seen.shape
    assert np.abs(kept - seen).mean() < 10
    assert np.abs(kept[:, ::-1] - seen).mean() > 40


def test_a_photo_without_a_face_is_taken_again(two_camera_page: Page, owner: User) -> None:
    open_capture(two_camera_page, owner)
    take = taking(two_camera_page)
    number = two_camera_page.locator("input[name=client_uuid]")
    said = two_camera_page.get_by_text("couldn't find a face")
    numbers = []
    take.click()
    expect(said).to_be_visible()
    assert evaluate(two_camera_page, STATES) == ["ended"], "the camera goes off with the photo"
    numbers.append(number.input_value())
    two_camera_page.get_by_role("button", name="Retake").click()
    expect(said).to_be_hidden()
    expect(take).to_have_attribute("aria-disabled", "false")
    take.click()
    expect(said).to_be_visible()
    numbers.append(number.input_value())
    assert numbers[0] != numbers[1], "another photo is another moment"

    two_camera_page.get_by_role("button", name="Keep it without a reading").click()
    two_camera_page.wait_for_url("**/captures/*/")
    assert [str(capture.uuid) for capture in Capture.objects.all()] == numbers[1:]


def test_a_countdown_is_stopped_and_the_camera_closed_by_keyboard(
    camera_page: Page, owner: User
) -> None:
    camera_page.clock.install()
    open_capture(camera_page, owner)
    taking(camera_page)
    camera_page.get_by_role("button", name="Choose a photo instead").press("Enter")
    camera_page.get_by_role("button", name="Use the camera").press("Enter")
    take = taking(camera_page)
    expect(take).to_be_focused()
    switch_countdown_on(camera_page)
    take.focus()
    stop_clock(camera_page)
    camera_page.keyboard.press("Space")
    expect(camera_page.locator("[data-camera-count]")).to_have_text("3")
    camera_page.keyboard.press("Space")
    expect(camera_page.locator("[data-camera-count]")).to_be_empty()
    camera_page.keyboard.press("Escape")
    expect(camera_page.get_by_role("button", name="Use the camera")).to_be_focused()
    assert evaluate(camera_page, STATES) == ["ended", "ended"]


def test_the_camera_goes_off_when_the_page_is_hidden(camera_page: Page, owner: User) -> None:
    open_capture(camera_page, owner)
    taking(camera_page)
    evaluate(
        camera_page,
        """() => {
            Object.defineProperty(document, 'hidden', { value: true });
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
    )
    assert evaluate(camera_page, STATES) == ["ended"]
    expect(camera_page.get_by_role("button", name="Use the camera")).to_be_visible()


def test_an_upload_after_a_photo_is_an_upload(
    two_camera_page: Page, owner: User, tmp_path: Path
) -> None:
    open_capture(two_camera_page, owner)
    taking(two_camera_page).click()
    expect(two_camera_page.get_by_role("button", name="Retake")).to_be_visible()
    upload_and_read(two_camera_page, tmp_path)
    assert Capture.objects.get().source == Capture.Source.UPLOAD


def test_a_second_camera_is_offered_and_used(two_camera_page: Page, owner: User) -> None:
    open_capture(two_camera_page, owner)
    take = taking(two_camera_page)
    two_camera_page.get_by_role("button", name="Switch camera").click()
    wait_until(two_camera_page, "() => window.streams.length === 2")
    expect(take).to_have_attribute("aria-disabled", "false")
    assert evaluate(two_camera_page, STATES) == ["ended", "live"]
    names = evaluate(two_camera_page, "streams.map(stream => stream.getVideoTracks()[0].label)")
    assert len(set(names)) == 2
    expect(two_camera_page.locator("[data-camera-status]")).to_have_text(names[1])


def test_one_camera_leaves_nothing_to_switch(camera_page: Page, owner: User) -> None:
    open_capture(camera_page, owner)
    taking(camera_page)
    expect(camera_page.get_by_role("button", name="Switch camera")).to_be_hidden()


def test_a_photo_without_a_face_is_answered_with_advice(two_camera_page: Page, owner: User) -> None:
    open_capture(two_camera_page, owner)
    taking(two_camera_page).click()
    expect(two_camera_page.locator("main")).to_contain_text("couldn't find a face")
    two_camera_page.get_by_role("button", name="Keep it without a reading").click()
    two_camera_page.wait_for_url("**/captures/*/")
    assert Capture.objects.get().source == Capture.Source.CAMERA


def test_a_refused_camera_leaves_the_upload(
    refused_page: Page, owner: User, tmp_path: Path
) -> None:
    open_capture(refused_page, owner, allowed=False)
    refused_page.get_by_role("button", name="Use the camera").click()
    expect(refused_page.locator("main")).to_contain_text("Camera access was denied")
    expect(refused_page.get_by_label("Choose a photo of your face")).to_be_focused()
    upload_and_read(refused_page, tmp_path)


def test_a_missing_camera_leaves_the_upload(page: Page, owner: User, tmp_path: Path) -> None:
    open_capture(page, owner)
    page.get_by_role("button", name="Use the camera").click()
    expect(page.locator("main")).to_contain_text("couldn't find a camera")
    upload_and_read(page, tmp_path)


@pytest.mark.parametrize(("cause", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_camera_leaves_the_upload(
    page: Page, owner: User, tmp_path: Path, cause: str, words: str
) -> None:
    page.add_init_script(cause)
    sign_in(page, owner, path="/capture/")
    page.get_by_role("button", name="Use the camera").click()
    expect(page.locator("main")).to_contain_text(words)
    upload_and_read(page, tmp_path)


def test_no_camera_is_offered_without_javascript(page: Page, owner: User) -> None:
    sign_in(page, owner)
    browser = page.context.browser
    assert browser
    plain = browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state()
    )
    quiet = plain.new_page()
    act_once_loaded(quiet)
    quiet.goto(page.url.replace("/today/", "/capture/"))
    expect(quiet.get_by_role("button", name="Read my face")).to_be_visible()
    expect(quiet.get_by_role("button", name="camera")).to_have_count(0)
    plain.close()


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "dark"), pytest.param(1280, "light", marks=pytest.mark.slow)]
)
def test_the_camera_shuts_nobody_out(
    camera_page: Page, owner: User, width: int, scheme: Any
) -> None:
    camera_page.set_viewport_size({"width": width, "height": 844})
    camera_page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    open_capture(camera_page, owner)
    take = taking(camera_page)
    assert accessibility_violations(camera_page) == []
    assert evaluate(camera_page, "document.documentElement.scrollWidth") <= width
    take.click()
    camera_page.wait_for_url("**/captures/*/")
    assert accessibility_violations(camera_page) == []
    assert evaluate(camera_page, "document.documentElement.scrollWidth") <= width
