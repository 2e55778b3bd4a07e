"""The ways in which photos come in: several at once, with a first look, and live."""

import io
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from common.imaging.images import turn
from emotions.models import Capture
from tests import pictures, uploads
from tests.browser.conftest import NOON_ZONE, sign_in, wait_until
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


def choose_several(page: Page, folder: Path, *photos: bytes) -> Locator:
    """Choose photos on the capture page; return their rows."""
    files = [file(folder, f"{number}.jpg", photo) for number, photo in enumerate(photos)]
    page.locator("input[type=file]").set_input_files(files)
    rows = page.locator("[data-multi-upload-list] > li")
    expect(rows).to_have_count(len(photos))
    return rows


def test_several_photos_go_up_each_with_its_own_outcome(
    page: Page, owner: User, tmp_path: Path
) -> None:
    sign_in(page, owner, path="/capture/")
    rows = choose_several(
        page, tmp_path, pictures.astronaut_jpeg(), uploads.landscape_jpeg(), b"nonsense"
    )
    assert accessibility_violations(page) == []
    page.get_by_role("button", name="Read these photos").click()
    expect(page.get_by_text("1 of 3 saved")).to_be_visible()
    expect(rows.nth(0)).to_contain_text("Looks happy")
    expect(rows.nth(1)).to_contain_text("We couldn't find a face in this photo.")
    expect(rows.nth(2)).to_contain_text("isn't a photo we can read")
    expect(page.locator("body")).not_to_contain_text("keep_without_face")
    assert accessibility_violations(page) == []
    assert Capture.objects.get().source == "upload"

    rows.nth(1).get_by_role("button", name="Keep it without a reading").click()
    expect(page.get_by_text("2 of 3 saved")).to_be_visible()
    expect(rows.nth(1)).to_contain_text("Saved without a reading")
    rows.nth(0).get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy")


def test_several_photos_are_dated_and_each_time_may_be_changed(
    page: Page, owner: User, tmp_path: Path
) -> None:
    sign_in(page, owner, path="/capture/")
    told = pictures.with_exif_date("2024:05:01 12:30:00")
    rows = choose_several(page, tmp_path, told, pictures.astronaut_jpeg(), told)
    times = [rows.nth(number).get_by_label("When") for number in range(3)]
    expect(times[0]).to_have_value("2024-05-01T12:30")
    expect(rows.nth(0)).to_contain_text("The time is from the photo.")
    expect(rows.nth(1)).to_contain_text("The photo doesn't say when it was taken.")
    times[1].fill("2124-05-01T12:30")
    times[1].blur()
    expect(rows.nth(1)).to_contain_text("That time is in the future.")
    page.get_by_role("button", name="Read these photos").click()
    expect(times[1]).to_be_focused()
    times[1].fill("2025-06-02T08:15")
    page.get_by_role("button", name="Read these photos").click()
    expect(page.get_by_text("3 of 3 saved")).to_be_visible()
    times[2].fill("2024-05-03T07:00")
    times[2].blur()
    expect(rows.nth(2)).to_contain_text("The time was changed.")
    zone = ZoneInfo(NOON_ZONE)
    assert sorted(Capture.objects.values_list("taken_at", flat=True)) == [
        datetime(2024, 5, 1, 12, 30, tzinfo=zone),
        datetime(2024, 5, 3, 7, tzinfo=zone),
        datetime(2025, 6, 2, 8, 15, tzinfo=zone),
    ]


def test_photos_that_lost_the_line_wait_and_are_recorded_once(
    page: Page, owner: User, tmp_path: Path
) -> None:
    sign_in(page, owner, path="/capture/")
    page.route("**/api/v1/captures/", lambda route: route.abort())
    rows = choose_several(page, tmp_path, *[pictures.astronaut_jpeg()] * 2)
    page.get_by_role("button", name="Read these photos").click()
    expect(page.get_by_text("0 of 2 saved")).to_be_visible()
    expect(rows.get_by_text("Waiting to be sent")).to_have_count(2)
    page.unroute("**/api/v1/captures/")
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Everything that was waiting is in your diary now.")).to_be_visible()
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
    expect(page.locator("[data-waiting-said]")).to_contain_text("Saved on this device")


def test_whose_face_counts_is_tapped_before_the_photo_is_sent(
    page: Page, owner: User, tmp_path: Path
) -> None:
    sign_in(page, owner, path="/capture/")
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
        ("good", ""),
        pytest.param("landscape", "No face in view", marks=pytest.mark.slow),
        pytest.param("lying", "not upright", marks=pytest.mark.slow),
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
    sign_in(page, owner, path="/capture/")
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
    sign_in(page, owner, path="/live/")
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
    sign_in(page, owner, path="/live/")
    page.get_by_role("button", name="Start the camera").click()
    expect(page.get_by_text("The camera can't be used here.")).to_be_visible()
    page.get_by_role("link", name="Use a photo instead").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How do you look right now?")
