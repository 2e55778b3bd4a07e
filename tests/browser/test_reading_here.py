"""Photos that are read on the device: what people see, and that no picture ever leaves."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from accounts.models import User
from emotions.models import Capture, Preferences
from emotions.preferences.services import set_preferences
from tests import pictures, uploads
from tests.browser.conftest import sign_in, wait_until
from tests.browser.test_accessibility import accessibility_violations
from tests.browser.test_ways import choose_several, file

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

READINGS = "/api/v1/captures/readings/"
MODEL_FILES = "**/model-files/*"
NO_BACKGROUND_SYNC = (
    "Object.defineProperty(ServiceWorkerRegistration.prototype, 'sync', { value: undefined });"
)
"""Lets the page alone send what waits."""

LARGEST_READING = 4096  # bytes; the smallest photo here has ten times as many


class Sent:
    """Whatever a page, and the service worker behind it, has asked anybody for."""

    def __init__(self, page: Page) -> None:
        self.requests: list[Request] = []
        page.context.on("request", self.add)

    def add(self, request: Request) -> None:
        """Remember a request; Playwright cannot call a method of a list."""
        self.requests.append(request)

    def paths(self) -> list[str]:
        return [urlsplit(request.url).path for request in self.requests]

    def with_content(self) -> list[tuple[str, bytes]]:
        """Return the path and the content of each request that carried anything."""
        return [
            (urlsplit(request.url).path, request.post_data_buffer or b"")
            for request in self.requests
            if request.method != "GET" or request.post_data_buffer
        ]

    def expect_readings_only(self, count: int = 1) -> None:
        """Check that nothing but readings was sent, and that none of them hides a picture."""
        contents = self.with_content()
        assert [path for path, _ in contents] == [READINGS] * count
        assert all(0 < len(content) < LARGEST_READING for _, content in contents)
        assert all(content.startswith(b"{") for _, content in contents)
        assert all(
            len(request.url) < 300 for request in self.requests if "blob:" not in request.url
        )


@pytest.fixture
def owner(owner: User) -> User:
    set_preferences(owner=owner, kept=Capture.Kept.NOTHING, read_on=Preferences.ReadOn.DEVICE)
    return owner


@pytest.fixture
def sent(page: Page) -> Sent:
    return Sent(page)


def choose(page: Page, data: bytes, folder: Path) -> None:
    page.locator("input[type=file]").set_input_files(file(folder, "me.jpg", data))


def read(page: Page) -> None:
    page.get_by_role("button", name="Read my face").click()


def expect_read_here(*, source: str) -> Capture:
    """Check that there is one moment, of which only the reading was sent."""
    capture = Capture.objects.get()
    assert (capture.source, capture.kept) == (source, "nothing")
    assert not capture.photo
    assert not capture.crop
    detection = capture.detections.get()
    assert (detection.made_by, detection.emotion) == ("device", "happy")
    return capture


def test_a_chosen_photo_is_read_and_never_sent(
    page: Page, sent: Sent, owner: User, tmp_path: Path
) -> None:
    sign_in(page, owner, path="/capture/")
    expect(page.get_by_text("The photo is never sent")).to_be_visible()
    choose(page, pictures.astronaut_jpeg(), tmp_path)
    read(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy")
    sent.expect_readings_only()
    expect_read_here(source="upload")


def test_a_photo_of_the_camera_is_read_and_never_sent(camera_page: Page, owner: User) -> None:
    sent = Sent(camera_page)
    camera_page.context.grant_permissions(["camera"])
    sign_in(camera_page, owner, path="/capture/")
    expect(camera_page.get_by_text("no photo leaves it")).to_be_visible()
    take = camera_page.get_by_role("button", name="Take the photo")
    expect(take).to_have_attribute("aria-disabled", "false")
    take.click()
    expect(camera_page.get_by_role("heading", level=1)).to_have_text("Looks happy")
    sent.expect_readings_only()
    expect_read_here(source="camera")


def test_live_sends_nothing_until_a_reading_is_saved(camera_page: Page, owner: User) -> None:
    page, sent = camera_page, Sent(camera_page)
    page.context.grant_permissions(["camera"])
    sign_in(page, owner, path="/live/")
    assert accessibility_violations(page) == []
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator("[data-live-word]")).to_have_text("Looks happy")
    wait_until(page.locator("[data-live]"), "live => live.dataset.readings >= 5")
    assert sent.with_content() == []
    page.get_by_role("button", name="Save this moment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy")
    sent.expect_readings_only()
    expect_read_here(source="live")


def test_several_photos_are_read_each_with_its_own_outcome(
    page: Page, sent: Sent, owner: User, tmp_path: Path
) -> None:
    sign_in(page, owner, path="/capture/")
    dated = pictures.with_exif_date("2024:05:01 12:30:00")
    rows = choose_several(page, tmp_path, dated, uploads.landscape_jpeg(), b"nonsense")
    page.get_by_role("button", name="Read these photos").click()
    expect(page.get_by_text("1 of 3 saved")).to_be_visible()
    expect(rows.nth(0)).to_contain_text("Looks happy")
    expect(rows.nth(1)).to_contain_text("We couldn't find a face in this photo.")
    expect(rows.nth(2)).to_contain_text("isn't a photo we can read")
    assert accessibility_violations(page) == []
    sent.expect_readings_only()
    assert expect_read_here(source="upload").taken_at.year == 2024

    rows.nth(1).get_by_role("button", name="Keep it without a reading").click()
    expect(page.get_by_text("2 of 3 saved")).to_be_visible()
    sent.expect_readings_only(2)


def test_whose_face_counts_is_tapped_before(
    page: Page, sent: Sent, owner: User, tmp_path: Path
) -> None:
    sign_in(page, owner, path="/capture/")
    choose(page, uploads.crowd_jpeg(), tmp_path)
    page.get_by_label("Face 2").check()
    read(page)
    expect(page.get_by_role("button", name="That's me").first).to_be_visible()
    faces = sorted(
        Capture.objects.get().detections.all(), key=lambda face: -face.width * face.height
    )
    assert [face.is_me for face in faces][:2] == [False, True]
    sent.expect_readings_only()


def test_a_photo_without_a_face_is_saved_only_if_one_wants_that(
    page: Page, sent: Sent, owner: User, tmp_path: Path
) -> None:
    sign_in(page, owner, path="/capture/")
    choose(page, uploads.landscape_jpeg(), tmp_path)
    read(page)
    expect(page.get_by_text("We couldn't find a face in that photo.")).to_be_visible()
    assert accessibility_violations(page) == []
    assert sent.with_content() == []
    page.get_by_role("button", name="Keep it without a reading").click()
    page.wait_for_url("**/captures/*/")
    sent.expect_readings_only()
    assert not Capture.objects.get().detections.exists()


def test_a_browser_without_webassembly_sends_nothing_but_what_one_tells_it_to(
    page: Page, sent: Sent, owner: User, tmp_path: Path
) -> None:
    page.add_init_script("delete globalThis.WebAssembly")
    sign_in(page, owner, path="/capture/")
    choose(page, pictures.astronaut_jpeg(), tmp_path)
    read(page)
    expect(page.get_by_text("This browser can't read photos itself.")).to_be_visible()
    expect(page.get_by_text("Nothing was sent.")).to_be_visible()
    expect(page.get_by_role("link", name="Add one in words")).to_be_visible()
    assert accessibility_violations(page) == []
    assert sent.with_content() == []

    page.get_by_role("button", name="Send this one photo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy")
    assert [path for path, _ in sent.with_content()] == ["/capture/"]
    assert Capture.objects.get().detections.get().made_by == "server"


def test_live_says_why_a_device_cannot_read(camera_page: Page, owner: User) -> None:
    page, sent = camera_page, Sent(camera_page)
    page.context.grant_permissions(["camera"])
    page.add_init_script("delete globalThis.WebAssembly")
    sign_in(page, owner, path="/live/")
    page.get_by_role("button", name="Start the camera").click()
    expect(page.get_by_text("This browser can't read photos itself.")).to_be_visible()
    expect(page.locator("video")).to_be_hidden()
    assert sent.with_content() == []
