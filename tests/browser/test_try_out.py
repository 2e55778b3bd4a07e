"""Trying it on the first page: a photo is read in the browser, and goes nowhere."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, expect

from emotions.models import Capture
from tests import pictures, uploads
from tests.browser.conftest import evaluate
from tests.browser.test_accessibility import accessibility_violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

READER = re.compile(r"/static/(?:js/reader|vendor)/|/model-files/|/api/")
"""What is there for reading alone."""
READER_FILES = {"/static/js/reader/reader.js", "/api/v1/model/"}

CANNOT_READ: dict[str, tuple[Callable[[Page], object], str]] = {
    "too old": (
        lambda page: page.add_init_script("delete window.WebAssembly"),
        "This browser is too old",
    ),
    "damaged": (
        lambda page: page.route("**/model-files/*", lambda route: route.fulfill(body="damaged")),
        "arrived damaged",
    ),
    "offline": (
        lambda page: page.route("**/api/v1/model/", lambda route: route.abort()),
        "check your connection",
    ),
    "without its code": (
        lambda page: page.route("**/js/reader/reader.js", lambda route: route.abort()),
        "check your connection",
    ),
}
"""What keeps a device from reading, and what the page says then."""


@pytest.fixture
def requests(page: Page) -> list[Request]:
    """Every request that the page makes."""
    made: list[Request] = []

    def note(request: Request) -> None:
        made.append(request)

    page.on("request", note)
    return made


def photo(folder: Path, content: bytes) -> Path:
    path = folder / "me.jpg"
    path.write_bytes(content)
    return path


def choose(page: Page, path: Path) -> None:
    page.get_by_label("Choose a photo").set_input_files(path)


def paths(requests: list[Request]) -> set[str]:
    return {urlsplit(request.url).path for request in requests if request.url.startswith("http")}


def test_a_photo_is_read_and_goes_nowhere(
    page: Page, requests: list[Request], tmp_path: Path
) -> None:
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert not [path for path in paths(requests) if READER.match(path)], "nothing before the photo"
    before = len(requests)
    choose(page, photo(tmp_path, pictures.astronaut_jpeg()))
    expect(page.get_by_role("heading", name="Looks happy")).to_be_focused()
    expect(page.get_by_role("img", name="Your photo")).to_be_visible()
    expect(page.locator("[data-try-face]:visible")).to_have_count(1)
    page.get_by_text("The reading in numbers").click()
    happy = page.get_by_role("listitem").filter(has_text="Happy").filter(has_text="%")
    expect(happy).to_contain_text(re.compile(r"9\d%"))

    later = requests[before:]
    assert paths(later) >= READER_FILES
    assert [path for path in paths(later) if not READER.match(path)] == []
    assert {(request.method, request.post_data) for request in later} == {("GET", None)}
    assert [request.url for request in later if urlsplit(request.url).query] == []
    assert evaluate(page, "localStorage.length + sessionStorage.length") == 0
    assert not Capture.objects.exists()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert accessibility_violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert evaluate(page, "document.documentElement.scrollWidth") == 320

    page.get_by_role("link", name="Keep a diary of it").click()
    page.wait_for_url("**/accounts/signup/")
    page.go_back()
    expect(page.get_by_role("button", name="Use the camera")).to_be_visible()
    expect(page.get_by_role("img", name="Your photo")).to_be_hidden()


def test_two_taps_read_what_the_camera_sees(camera_page: Page) -> None:
    camera_page.context.grant_permissions(["camera"])
    camera_page.goto("/")
    camera_page.get_by_role("button", name="Use the camera").click()
    take = camera_page.get_by_role("button", name="Take the photo")
    expect(take).to_have_attribute("aria-disabled", "false")
    take.click()
    expect(camera_page.get_by_role("heading", name="Looks happy")).to_be_visible()
    expect(camera_page.get_by_label("What the camera sees")).to_be_hidden()
    camera_page.get_by_role("button", name="Try another photo").click()
    expect(camera_page.get_by_role("button", name="Retake")).to_be_focused()
    expect(camera_page.get_by_role("heading", name="Looks happy")).to_be_hidden()


def test_a_photo_without_a_face_leads_to_another_one(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    choose(page, photo(tmp_path, uploads.landscape_jpeg()))
    expect(page.get_by_text("We couldn't find a face in that photo.")).to_be_visible()
    choose(page, photo(tmp_path, b"no photo"))
    expect(page.get_by_text("can't open that file as a photo")).to_be_visible()
    choose(page, photo(tmp_path, pictures.astronaut_jpeg()))
    expect(page.get_by_role("heading", name="Looks happy")).to_be_visible()
    expect(page.get_by_text("can't open that file as a photo")).to_be_hidden()


@pytest.mark.parametrize(("hinder", "words"), CANNOT_READ.values(), ids=CANNOT_READ)
def test_a_device_that_cannot_read_says_so_and_sends_nothing(
    page: Page,
    requests: list[Request],
    tmp_path: Path,
    hinder: Callable[[Page], object],
    words: str,
) -> None:
    hinder(page)
    page.goto("/")
    choose(page, photo(tmp_path, pictures.astronaut_jpeg()))
    note = page.locator(".note").filter(has_text=words)
    expect(note).to_contain_text("Nothing was sent.")
    expect(page.get_by_role("button", name="Use the camera")).to_be_visible()
    assert {(request.method, request.post_data) for request in requests} == {("GET", None)}


def test_what_failed_once_is_tried_again(page: Page, tmp_path: Path) -> None:
    def fail(route: Route) -> None:
        route.abort()

    page.route("**/model-files/*", fail)
    page.goto("/")
    path = photo(tmp_path, pictures.astronaut_jpeg())
    choose(page, path)
    expect(page.get_by_text("check your connection")).to_be_visible()
    page.unroute("**/model-files/*", fail)
    choose(page, path)
    expect(page.get_by_role("heading", name="Looks happy")).to_be_visible()
