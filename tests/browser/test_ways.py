"""The ways in which photos come in: several at once, with a first look, and live."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from accounts.models import User
from common.imaging.images import turn
from emotions.models import Capture
from tests import pictures, uploads
from tests.browser.conftest import sign_in, wait_until
from tests.browser.test_accessibility import accessibility_violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]


def file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def dark(data: bytes) -> bytes:
    buffer = io.BytesIO()
    pixels = np.asarray(Image.open(io.BytesIO(data)), np.float32) * 0.15
    Image.fromarray(pixels.astype(np.uint8)).save(buffer, "JPEG")
    return buffer.getvalue()


def test_several_photos_go_up_each_with_its_own_outcome(
    page: Page, owner: User, tmp_path: Path
) -> None:
    sign_in(page, owner)
    page.goto("/capture/")
    page.locator("input[type=file]").set_input_files(
        [
            file(tmp_path, "portrait.jpg", pictures.astronaut_jpeg()),
            file(tmp_path, "landscape.jpg", uploads.landscape_jpeg()),
            file(tmp_path, "broken.jpg", b"nonsense"),
        ]
    )
    rows = page.locator("[data-multi-upload-list] > li")
    expect(page.get_by_text("Kept: 1 / 3")).to_be_visible()
    expect(rows.nth(0)).to_contain_text("Looks happy")
    expect(rows.nth(1)).to_contain_text("No face was found")
    expect(rows.nth(2)).to_contain_text("isn't a photo we can read")
    assert accessibility_violations(page) == []
    assert Capture.objects.get().source == "upload"
    rows.nth(0).get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy")


def test_photos_that_lost_the_line_wait_and_are_recorded_once(
    page: Page, owner: User, tmp_path: Path
) -> None:
    sign_in(page, owner)
    page.goto("/capture/")
    page.route("**/api/v1/captures/", lambda route: route.abort())
    photos = [file(tmp_path, f"{n}.jpg", pictures.astronaut_jpeg()) for n in range(2)]
    page.locator("input[type=file]").set_input_files(photos)
    expect(page.get_by_text("Kept: 0 / 2")).to_be_visible()
    expect(page.get_by_text("It waits on this device")).to_have_count(3)  # each, and all
    page.unroute("**/api/v1/captures/")
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Everything that waited is in your diary now.")).to_be_visible()
    assert Capture.objects.count() == 2


def test_what_waits_is_announced_on_a_page_that_has_just_been_opened(
    page: Page, owner: User, tmp_path: Path
) -> None:
    sign_in(page, owner)
    # This browser does not come to say which pages it keeps.
    page.add_init_script("CacheStorage.prototype.keys = () => new Promise(() => {})")
    page.goto("/capture/")
    for path in ("capture", "offline/line"):
        page.route(f"**/{path}/", lambda route: route.abort())
    photo = file(tmp_path, "me.jpg", pictures.astronaut_jpeg())
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_role("button", name="Read my face").click()
    expect(page.locator("[data-waiting-list] li")).to_have_count(1)
    expect(page.locator("[data-waiting-said]")).to_contain_text("It waits on this device")


def test_whose_face_counts_is_tapped_before_the_photo_is_sent(
    page: Page, owner: User, tmp_path: Path
) -> None:
    sign_in(page, owner)
    page.goto("/capture/")
    crowd = file(tmp_path, "crowd.jpg", uploads.crowd_jpeg())
    page.locator("input[type=file]").set_input_files(crowd)
    expect(page.get_by_text("Which one is you?")).to_be_visible()
    assert accessibility_violations(page) == []
    page.get_by_label("Face 2").check()
    page.get_by_role("button", name="Read my face").click()
    expect(page.get_by_role("button", name="That's me").first).to_be_visible()
    capture = Capture.objects.get()
    faces = sorted(capture.detections.all(), key=lambda face: -face.width * face.height)
    assert [face.is_me for face in faces][:2] == [False, True]
    assert capture.others_blurred


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dark", "quite dark"),
        ("landscape", "No face in view"),
        ("lying", "not upright"),
        ("good", ""),
    ],
)
def test_a_first_look_says_what_would_make_a_better_photo(
    page: Page, owner: User, tmp_path: Path, name: str, words: str
) -> None:
    data = {
        "dark": dark(pictures.astronaut_jpeg()),
        "landscape": uploads.landscape_jpeg(),
        "lying": pictures.encoded(turn(pictures.astronaut(), 90)),
        "good": pictures.astronaut_jpeg(),
    }[name]
    sign_in(page, owner)
    page.goto("/capture/")
    with page.expect_response("**/api/v1/detect/"):
        page.locator("input[type=file]").set_input_files(file(tmp_path, "p.jpg", data))
    hints = page.locator("[data-preview-hint]:visible")
    if words:
        expect(hints.filter(has_text=words)).to_be_visible()
    else:
        expect(page.locator("[data-preview][data-faces='1']")).to_be_attached()
        expect(hints).to_have_count(0)
    assert not Capture.objects.exists()


def test_live_reads_one_frame_after_another_stores_nothing_and_keeps_on_a_tap(
    camera_page: Page, owner: User
) -> None:
    page = camera_page
    page.context.grant_permissions(["camera"])
    sign_in(page, owner)
    page.goto("/live/")
    assert accessibility_violations(page) == []
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator("[data-live-word]")).to_have_text("Looks happy")
    wait_until(page.locator("[data-live]"), "live => live.dataset.readings >= 5")
    expect(page.locator("[data-live-boxes] rect")).to_have_count(1)
    assert accessibility_violations(page) == []
    assert not Capture.objects.exists()
    page.get_by_role("button", name="Save this moment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy")
    assert Capture.objects.get().source == "live"


def test_live_without_a_camera_says_what_to_do(page: Page, owner: User) -> None:
    sign_in(page, owner)
    page.goto("/live/")
    page.get_by_role("button", name="Start the camera").click()
    expect(page.get_by_text("The camera can't be used here.")).to_be_visible()
    page.get_by_role("link", name="Use a photo instead").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How do you look right now?")
