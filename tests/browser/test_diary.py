"""What a diary is used for, in the hand: saying, choosing, correcting, travelling, looking back."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from emotions.models import Capture
from tests import factories, pace, pictures, uploads
from tests.accounts.sign_in.test_second_factor import code
from tests.browser.conftest import NOON_ZONE, evaluate, sign_in, strict_page
from tests.browser.test_accessibility import accessibility_violations

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

Phone = Callable[[str], AbstractContextManager[Page]]


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer, owner: User) -> Phone:
    """Give a signed-in page on a device in a time zone."""

    @contextmanager
    def opened(zone: str) -> Iterator[Page]:
        with strict_page(browser, live_server, time_zone=zone) as page:
            sign_in(page, owner)
            yield page

    return opened


def upload(page: Page, data: bytes, folder: Path) -> None:
    photo = folder / "photo.jpg"
    photo.write_bytes(data)
    page.goto("/capture/")
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_role("button", name="Read my face").click()
    page.wait_for_url("**/captures/*/")


def test_what_was_felt_stands_beside_what_it_looked_like(
    page: Page, owner: User, tmp_path: Path
) -> None:
    sign_in(page, owner)
    upload(page, pictures.astronaut_jpeg(), tmp_path)
    page.get_by_role("button", name="Yes, happy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Looked and felt happy")
    page.get_by_role("radio", name="Pleasant", exact=True).check()
    page.get_by_label("Note").fill("Coffee with Ada.")
    for name in ("coffee", "ada"):
        page.get_by_label("Add a tag").fill(name)
        page.get_by_label("Add a tag").press("Enter")
    expect(page.get_by_role("checkbox", name="ada")).to_be_checked()
    pace.wait_until(lambda: Capture.objects.get().tags.count() == 2)
    page.goto("/agreement/")
    cells = page.get_by_role("row", name="Happy").get_by_role("cell")
    expect(cells.nth(0)).to_have_text("1")
    expect(cells.nth(1)).to_have_text("1")
    page.goto("/history/?words=coffee&tag=ada")
    expect(page.locator(".entry")).to_have_count(1)
    captured = Capture.objects.get()
    assert (captured.felt, captured.mood, captured.note) == ("happy", 4, "Coffee with Ada.")


def test_a_moment_without_a_photo_is_kept_in_words(page: Page, owner: User) -> None:
    sign_in(page, owner)
    page.get_by_role("link", name="Add one in words").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main").get_by_text("Say what you felt")).to_be_visible()
    page.get_by_role("radio", name="Very pleasant").check()
    page.get_by_role("button", name="Surprised").click()
    page.wait_for_url("**/captures/*/")
    page.goto("/today/")
    expect(page.locator(".entry")).to_have_count(1)
    expect(page.locator(".entry")).to_contain_text("Felt surprised")


def test_another_face_is_me_after_all(page: Page, owner: User, tmp_path: Path) -> None:
    sign_in(page, owner)
    upload(page, uploads.crowd_jpeg(), tmp_path)
    captured = Capture.objects.get()
    before = captured.detections.get(is_me=True)
    page.get_by_role("button", name="That's me").first.click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="That's me").first).to_be_visible()
    assert captured.detections.count() > 1
    assert captured.detections.get(is_me=True) != before
    assert accessibility_violations(page) == []


def test_keeping_numbers_only_removes_the_photo_at_once(
    page: Page, owner: User, tmp_path: Path
) -> None:
    sign_in(page, owner)
    upload(page, pictures.astronaut_jpeg(), tmp_path)
    address = page.url + "photo"
    assert page.request.get(address).ok
    page.get_by_text("Saved:").click()
    page.get_by_role("button", name="Keep numbers only").click()
    expect(page.locator(".crop")).to_have_count(0)
    assert page.request.get(address).status == 404
    page.goto("/history/?view=list")
    expect(page.locator(".entry")).to_contain_text("Looks happy")


def test_what_the_network_looked_at_is_shown(page: Page, owner: User, tmp_path: Path) -> None:
    sign_in(page, owner)
    upload(page, pictures.astronaut_jpeg(), tmp_path)
    page.get_by_role("link", name="What did it look at?").click()
    expect(page.locator(".explained")).to_have_js_property("complete", True)
    assert page.locator(".explained").evaluate("image => image.naturalWidth") > 0
    assert accessibility_violations(page) == []


def test_several_moments_go_and_come_back(page: Page, owner: User) -> None:
    for looks in ("happy", "sad", "neutral"):
        factories.capture(owner=owner, looks=looks)
    sign_in(page, owner)
    page.goto("/history/?view=list")
    for name in ("sad", "neutral"):
        page.get_by_role("checkbox", name=f"Choose: Looks {name}").check()
    page.get_by_role("button", name="Delete selected").click()
    expect(page.locator(".entry")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".entry")).to_have_count(3)


def test_each_moment_belongs_to_the_day_of_the_place_where_it_was_lived(
    phone: Phone, owner: User, tmp_path: Path
) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        with phone(zone) as page:
            upload(page, pictures.astronaut_jpeg(), tmp_path)
            page.goto("/today/")
            expect(page.locator(".entry")).to_have_count(1)
    # Twenty-five hours of clock lie between the two, some seconds of life.
    late, early = Capture.objects.order_by("-local_date")
    assert (late.local_date - early.local_date).days in (1, 2)
    assert abs(late.taken_at - early.taken_at) < timedelta(hours=1)
    with phone("Pacific/Pago_Pago") as page:
        page.goto(f"/days/{late.local_date}/")
        expect(page.locator(".entry")).to_have_count(1)
        page.goto("/history/?view=list")
        expect(page.locator(".entry")).to_have_count(2)


def test_a_day_of_25_hours_shows_the_hour_that_came_twice_in_order(page: Page, owner: User) -> None:
    for hour, looks in ((0, "happy"), (1, "sad"), (23, "neutral")):
        factories.capture(
            owner=owner,
            looks=looks,
            taken_at=datetime(2026, 10, 25, hour, 30, tzinfo=UTC),
            time_zone="Europe/Lisbon",
        )
    sign_in(page, owner)
    page.goto("/days/2026-10-25/")
    expect(page.locator(".entry time")).to_have_text(["01:30", "01:30", "23:30"])
    expect(page.locator(".entry")).to_contain_text(["Looks happy", "Looks sad", "Looks neutral"])
    assert {one.local_date for one in Capture.objects.all()} == {date(2026, 10, 25)}


def test_a_device_is_signed_out_from_another_one(phone: Phone) -> None:
    with phone("Europe/Lisbon") as lost, phone("Europe/Lisbon") as mine:
        mine.goto("/settings/")
        other = mine.locator(".rows li").filter(has_text="Last seen", has_not_text="this device")
        other.get_by_role("link", name="Sign out").click()
        mine.get_by_role("button", name="Sign out").click()
        mine.wait_for_url("**/settings/")
        expect(other).to_have_count(0)
        mine.goto("/today/")
        expect(mine.get_by_role("heading", level=1)).to_have_text("Nothing noted yet today.")
        lost.goto("/today/")
        expect(lost.get_by_role("heading", level=1)).to_have_text("Welcome back")


def test_a_photo_of_another_day_is_moved_there(page: Page, owner: User, tmp_path: Path) -> None:
    sign_in(page, owner)
    upload(page, pictures.with_exif_date("2026:03:14 09:26:53"), tmp_path)
    expect(page.get_by_text("The photo says it was taken on 14 March 2026")).to_be_visible()
    page.get_by_role("button", name="Use that time").click()
    expect(page.locator("main time").first).to_have_text("Saturday, 14 March 2026, 09:26")
    page.goto("/days/2026-03-14/")
    expect(page.locator(".entry")).to_have_count(1)
    page.goto("/today/")
    expect(page.locator(".entry")).to_have_count(0)


def test_theme_and_colours_are_chosen_by_hand(page: Page, owner: User) -> None:
    factories.capture(owner=owner, looks="happy", taken_at=timezone.now(), time_zone=NOON_ZONE)
    sign_in(page, owner)
    page.goto("/appearance/")
    page.get_by_label("Dark").check()
    page.get_by_label("Happy").fill("#00aa88")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.goto("/today/")
    expect(page.locator("html")).to_have_css("background-color", "rgb(23, 21, 25)")
    colour = evaluate(
        page,
        "getComputedStyle(document.querySelector('.emotion--happy')).getPropertyValue('--feeling')",
    )
    assert "#00aa88" in colour
    assert accessibility_violations(page) == []


def test_a_second_factor_is_asked_for_at_the_next_sign_in(page: Page, owner: User) -> None:
    sign_in(page, owner)
    page.goto("/settings/")
    page.get_by_role("link", name="Passkeys and second factor").click()
    page.get_by_role("link", name="Add an authenticator app").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    secret = page.locator(".secret").inner_text()
    page.get_by_role("textbox", name="code").fill(code(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("img", name="QR code")).to_have_count(0)
    page.goto("/accounts/logout/")
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(owner.email)
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("textbox", name="code").fill(code(secret, steps=1))  # each counts once
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/today/")
