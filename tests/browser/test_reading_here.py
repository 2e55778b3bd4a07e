"""Photos that are read on the device: what people see, and that no picture ever leaves."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from emotions.models import Capture, Preferences
from emotions.preferences.services import set_preferences
from ml.registry import active_version, promote, register
from tests import pictures, uploads
from tests.browser.conftest import NOON_ZONE, sign_in, wait_until
from tests.browser.offline import (
    SAID,
    SELFIE,
    WAITING,
    expect_in_browser,
    offline,
    settled,
    wait_for_kept,
)
from tests.browser.test_accessibility import accessibility_violations
from tests.browser.test_ways import choose_several, file
from tests.ml import versions

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


def of_reader(path: str) -> bool:
    """Tell whether a path is that of a file with which a browser reads."""
    return "/model-files/" in path or "/litert/" in path


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


def test_damaged_weights_read_nothing_until_they_come_whole(
    page: Page, sent: Sent, owner: User, tmp_path: Path
) -> None:
    def damage(route: Route) -> None:
        content = bytearray(route.fetch().body())
        content[len(content) // 2] ^= 1
        route.fulfill(body=bytes(content), content_type="application/octet-stream")

    sign_in(page, owner, path="/capture/")
    page.route(MODEL_FILES, damage)
    choose(page, pictures.astronaut_jpeg(), tmp_path)
    read(page)
    expect(page.get_by_text("arrived damaged")).to_be_visible()
    assert sent.with_content() == []
    page.unroute_all()
    read(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy")
    sent.expect_readings_only()


def test_several_photos_say_why_a_device_cannot_read(
    page: Page, sent: Sent, owner: User, tmp_path: Path
) -> None:
    page.route(MODEL_FILES, lambda route: route.abort())
    sign_in(page, owner, path="/capture/")
    rows = choose_several(page, tmp_path, *[pictures.astronaut_jpeg()] * 2)
    page.get_by_role("button", name="Read these photos").click()
    expect(rows.get_by_text("couldn't be downloaded")).to_have_count(2)
    assert sent.with_content() == []
    rows.nth(0).get_by_role("button", name="Send this one photo").click()
    expect(page.get_by_text("1 of 2 saved")).to_be_visible()
    page.unroute(MODEL_FILES)
    rows.nth(1).get_by_role("button", name="Try again").click()
    expect(page.get_by_text("2 of 2 saved")).to_be_visible()
    assert [path for path, _ in sent.with_content()] == ["/api/v1/captures/", READINGS]


@pytest.fixture
def plain_page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page without JavaScript."""
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_without_javascript_a_photo_is_sent_only_by_the_button_that_says_so(
    plain_page: Page, owner: User, tmp_path: Path
) -> None:
    sent = Sent(plain_page)
    sign_in(plain_page, owner, path="/capture/")
    expect(plain_page.locator("noscript .note").first).to_be_visible()
    expect(plain_page.get_by_role("button", name="Read my face")).to_be_hidden()
    choose(plain_page, pictures.astronaut_jpeg(), tmp_path)
    assert sent.with_content() == []
    plain_page.get_by_role("button", name="Send this one photo").click()
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Looks happy")
    plain_page.goto("/live/")
    expect(plain_page.locator("noscript .note").first).to_be_visible()


def test_a_page_whose_script_did_not_come_sends_no_photo(
    page: Page, sent: Sent, owner: User, tmp_path: Path
) -> None:
    page.route("**/capture/on_device*.js", lambda route: route.abort())
    sign_in(page, owner, path="/capture/")
    choose(page, pictures.astronaut_jpeg(), tmp_path)
    button = page.locator("[data-upload-send]")
    expect(button).to_be_disabled()
    page.locator("input[type=file]").press("Enter")
    assert sent.with_content() == []


def test_who_has_photos_read_on_the_server_loads_nothing_to_read_with(
    page: Page, other: User, tmp_path: Path
) -> None:
    sent = Sent(page)
    sign_in(page, other, path="/capture/")
    choose(page, pictures.astronaut_jpeg(), tmp_path)
    read(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy")
    assert [path for path in sent.paths() if of_reader(path)] == []


def has_reader(app: Page) -> None:
    """Read a photo, and wait until the browser keeps what it takes."""
    app.locator("input[type=file]").set_input_files(SELFIE)
    expect(app.locator("[data-preview][data-faces='1']")).to_be_attached()
    wait_until(
        app,
        """async () => {
          const reader = await (await caches.open("reader")).keys();
          const shell = await (await caches.open("shell")).keys();
          return reader.length === 3 && shell.some(({ url }) => url.includes(".wasm"));
        }""",
    )


def lose_answer(route: Route) -> None:
    """Let the server answer, and the page not hear it."""
    route.fetch()
    route.abort()


def test_a_selfie_is_read_offline_and_its_reading_goes_up_once_also_of_an_earlier_version(
    app: Page, owner: User
) -> None:
    app.add_init_script(NO_BACKGROUND_SYNC)
    sent = Sent(app)
    sign_in(app, owner)
    settled(app)
    wait_for_kept(app, "/capture/")
    app.goto("/capture/")
    assert [path for path in sent.paths() if of_reader(path)] == [], "it is not fetched ahead"
    has_reader(app)
    offline(app)
    app.goto("/capture/")
    app.locator("input[type=file]").set_input_files(SELFIE)
    read(app)
    expect(app.locator(WAITING)).to_contain_text("Looks happy")
    expect(app.locator(SAID)).to_contain_text("Saved on this device")
    assert accessibility_violations(app) == []

    version = active_version()
    promote(register(versions.files("next"), made_by="test"), by="test", reason="newer", force=True)
    app.route(f"**{READINGS}", lose_answer, times=1)
    with app.expect_event("requestfailed", lambda request: READINGS in request.url):
        app.context.set_offline(False)
    app.get_by_role("button", name="Send now").click()
    expect(app.locator(SAID)).to_contain_text("is in your diary now")
    expect_in_browser(app, waiting=0)
    capture = expect_read_here(source="upload")
    assert capture.time_zone == NOON_ZONE
    assert capture.detections.get().model_version == version
    assert {path for path, _ in sent.with_content()} == {READINGS}
    assert all(len(content) < LARGEST_READING for _, content in sent.with_content())


def test_a_photo_that_waited_is_not_sent_once_photos_are_read_here(
    page: Page, other: User, tmp_path: Path
) -> None:
    sign_in(page, other, path="/capture/")
    for path in ("capture", "offline/line"):
        page.route(f"**/{path}/", lambda route: route.abort())
    choose(page, pictures.astronaut_jpeg(), tmp_path)
    read(page)
    expect(page.locator(WAITING)).to_have_count(1)
    page.unroute_all()
    set_preferences(owner=other, read_on=Preferences.ReadOn.DEVICE)
    page.goto("/today/")
    sent = Sent(page)
    expect(page.locator(WAITING)).to_contain_text("so this one wasn't sent")
    assert accessibility_violations(page) == []
    assert not Capture.objects.exists()
    page.get_by_role("button", name="Send this one photo").click()
    expect(page.locator(WAITING)).to_have_count(0)
    assert [path for path, _ in sent.with_content()] == ["/api/v1/captures/"]
    assert Capture.objects.get().detections.get().made_by == "server"
