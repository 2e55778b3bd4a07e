"""What the server would refuse is scaled down or converted before it is sent."""

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from accounts.models import User
from common.imaging.images import read_image
from emotions.models import Capture
from tests import pictures
from tests.browser.conftest import sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
TAKEN = "2024:05:01 12:30:00"
SIDE = 5600
"""31 megapixels."""


def photo(side: int, kind: str) -> bytes:
    """Return the portrait, lying on its side for its EXIF to turn it, with its time."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = TAKEN
    portrait = Image.fromarray(pictures.astronaut()).resize((side, side))
    lying = portrait.transpose(Image.Transpose.ROTATE_90)
    return pictures.encoded(lying, kind, exif=exif.tobytes())


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "large.jpg", tmp_path / "small.avif"]
    paths[0].write_bytes(photo(SIDE, "JPEG"))
    paths[1].write_bytes(photo(640, "AVIF"))
    return paths


def check(capture: Capture) -> None:
    """See that the whole portrait came, upright, with its time and its happy face."""
    assert capture.clock_of_photo
    assert f"{capture.clock_of_photo:%Y:%m:%d %H:%M:%S}" == TAKEN
    [face] = capture.detections.all()
    assert face.emotion == "happy"
    with capture.photo.open() as file:
        height, width = read_image(file.read()).shape[:2]
    assert height == width <= 2048


@pytest.mark.parametrize("number", [0, 1])
def test_a_photo_is_made_fit_and_keeps_its_time(
    page: Page, owner: User, files: list[Path], number: int
) -> None:
    sign_in(page, owner, path="/capture/")
    page.wait_for_load_state("load")
    page.locator("input[type=file]").set_input_files(files[number])
    page.get_by_role("button", name="Read my face").click()
    page.wait_for_url("**/captures/*/")
    check(Capture.objects.get(owner=owner))


@pytest.mark.slow
def test_a_panorama_that_is_too_wide_is_made_fit(page: Page, owner: User, tmp_path: Path) -> None:
    panorama = Image.new("RGB", (20_400, 1_200), "grey")
    panorama.paste(Image.fromarray(pictures.astronaut()).resize((1_200, 1_200)), (9_000, 0))
    path = tmp_path / "panorama.jpg"
    panorama.save(path)
    sign_in(page, owner, path="/capture/")
    page.wait_for_load_state("load")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Read my face").click()
    page.wait_for_url("**/captures/*/")
    [face] = Capture.objects.get(owner=owner).detections.all()
    assert face.emotion == "happy"


HEIC = "That's a HEIC photo, which we can't read."
AVIF = "That's an AVIF photo, which we can't read."


@pytest.mark.parametrize("reason", [HEIC, AVIF])
def test_a_photo_that_the_browser_cannot_show_is_not_sent(
    page: Page, owner: User, tmp_path: Path, reason: str
) -> None:
    unshown = tmp_path / "photo"
    unshown.write_bytes(pictures.heic() if reason == HEIC else photo(64, "AVIF")[:200])
    sign_in(page, owner, path="/capture/")
    page.wait_for_load_state("load")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.locator("input[type=file]").set_input_files(unshown)
    page.get_by_role("button", name="Read my face").click()
    expect(page.locator("[data-upload-outcome]")).to_contain_text(reason)
    page.locator("input[type=file]").set_input_files([unshown, unshown])
    page.get_by_role("button", name="Read these photos").click()
    expect(page.locator("[data-multi-upload-status]")).to_contain_text("0 of 2 saved")
    expect(page.locator("[data-multi-upload-list]")).to_contain_text(reason)
    assert "POST" not in sent


def test_several_photos_are_made_fit(page: Page, owner: User, files: list[Path]) -> None:
    sign_in(page, owner, path="/capture/")
    page.wait_for_load_state("load")
    page.locator("input[type=file]").set_input_files(files)
    page.get_by_role("button", name="Read these photos").click()
    expect(page.locator("[data-multi-upload-status]")).to_contain_text("2 of 2 saved")
    for capture in Capture.objects.filter(owner=owner):
        check(capture)
