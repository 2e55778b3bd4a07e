"""A history goes out of one account and into another, by hand."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from emotions.captures import recording
from emotions.captures.recording import SelfReport
from emotions.models import Capture, Feeling
from tests import pictures
from tests.browser.conftest import act_once_loaded, evaluate, sign_in
from tests.browser.test_accessibility import accessibility_violations
from tests.jobs import run_jobs

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]


def test_a_history_moves_into_another_account(
    page: Page, owner: User, other: User, tmp_path: Path
) -> None:
    recording.record_capture(
        owner=owner,
        photo=pictures.astronaut_jpeg(),
        source=Capture.Source.UPLOAD,
        time_zone="Europe/Lisbon",
    )
    recording.record_capture(
        owner=owner,
        source=Capture.Source.MANUAL,
        self_report=SelfReport(felt=Feeling.SAD, note="Rain."),
        time_zone="Europe/Lisbon",
    )
    sign_in(page, owner)
    page.goto("/history/?view=list")
    shown = page.locator(".entry").all_inner_texts()
    assert len(shown) == 2
    page.goto("/settings/")
    page.get_by_role("link", name="Export and import").click()
    with page.expect_download() as under_way:
        page.get_by_role("link", name="Download everything").click()
    archive = tmp_path / under_way.value.suggested_filename
    under_way.value.save_as(archive)

    page.context.clear_cookies()
    sign_in(page, other)
    page.goto("/data/")
    page.get_by_label("Your file").set_input_files(archive)
    page.get_by_role("button", name="Upload").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Reading your file")
    assert accessibility_violations(page) == []
    run_jobs()
    expect(heading).to_have_text("What is in your file")
    assert accessibility_violations(page) == []
    page.get_by_role("button", name="Import").click()
    expect(heading).to_have_text("Your file is waiting its turn")
    run_jobs()
    expect(heading).to_have_text("2 moments are new")
    assert accessibility_violations(page) == []
    page.get_by_role("link", name="Go to History").click()
    expect(page.locator(".entry")).to_have_count(2)
    assert page.locator(".entry").all_inner_texts() == shown
    page.locator(".entry", has_text="Looks happy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Looks happy")


def test_an_import_is_undone_on_a_phone(page: Page, owner: User, tmp_path: Path) -> None:
    table = tmp_path / "daylio.csv"
    table.write_text("full_date,time,mood,activities,note\n2023-05-14,00:30,good,walk,Words.\n")
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, owner)
    page.goto("/data/")
    page.get_by_label("Your file").set_input_files(table)
    page.get_by_role("button", name="Upload").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Reading your file")
    run_jobs()
    expect(heading).to_have_text("What is in your file")
    assert accessibility_violations(page) == []
    assert page.locator("html").evaluate("element => element.scrollWidth") <= 390
    page.get_by_label("Time zone of the entries").select_option("Asia/Tokyo")
    page.get_by_role("button", name="Import").click()
    expect(heading).to_have_text("Your file is waiting its turn")
    run_jobs()
    expect(heading).to_have_text("1 moment is new")
    page.get_by_role("link", name="Undo this import").click()
    expect(heading).to_have_text("Undo this import?")
    assert accessibility_violations(page) == []
    page.get_by_role("button", name="Undo import").click()
    expect(heading).to_have_text("Undoing this import")
    run_jobs()
    expect(heading).to_have_text("Import undone")
    assert accessibility_violations(page) == []
    width = page.locator("html").evaluate("element => element.scrollWidth")
    assert width <= 390
    page.goto("/data/")
    expect(page.get_by_role("list", name="Your imports")).to_contain_text("undone")


def test_a_file_on_its_way_is_said_and_sent_once(page: Page, owner: User, tmp_path: Path) -> None:
    table = tmp_path / "daylio.csv"
    table.write_text("full_date,time,mood,activities,note\n")
    sign_in(page, owner)
    page.goto("/data/")
    page.get_by_label("Your file").set_input_files(table)
    evaluate(
        page,
        """() => {
            window.sent = 0;
            document.querySelector("form[data-busy]").addEventListener("submit", (event) => {
                window.sent += event.defaultPrevented ? 0 : 1;
                event.preventDefault();
            });
        }""",
    )
    page.get_by_role("button", name="Upload").click()
    busy = page.get_by_role("button", name="Uploading your file")
    expect(busy).to_have_attribute("aria-disabled", "true")
    busy.click(force=True)
    assert evaluate(page, "window.sent") == 1


def test_the_page_in_the_archive_opens_from_disk(page: Page, owner: User, tmp_path: Path) -> None:
    recording.record_capture(
        owner=owner, photo=pictures.astronaut_jpeg(), source=Capture.Source.UPLOAD
    )
    sign_in(page, owner)
    page.goto("/data/")
    with page.expect_download() as under_way:
        page.get_by_role("link", name="Download everything").click()
    with zipfile.ZipFile(under_way.value.path()) as packed:
        packed.extractall(tmp_path)
    index = tmp_path / "index.html"
    # Whatever got into it could neither run nor tell anybody.
    index.write_text(
        index.read_text().replace(
            "<main>",
            "<main><script>document.title = 'ran'</script><style>h1 { color: red }</style>"
            "<img alt='' src='http://127.0.0.1:9/told.png'>",
        )
    )
    opened = page.context.browser.new_page()  # type: ignore[union-attr]  # there is one
    act_once_loaded(opened)
    refused: dict[str, str | None] = {}
    opened.on("requestfailed", lambda request: refused.update({request.url: request.failure}))
    opened.goto(index.as_uri())
    expect(opened.get_by_text("Looks happy")).to_be_visible()
    assert opened.locator("article img").evaluate("image => image.naturalWidth") > 0
    expect(opened.locator("article img")).to_have_css("object-fit", "cover")
    expect(opened.locator("h1")).not_to_have_css("color", "rgb(255, 0, 0)")
    assert opened.title() == "Your moods"
    assert refused == {"http://127.0.0.1:9/told.png": "csp"}
    assert accessibility_violations(opened) == []
    opened.close()
