"""Take screenshots of every page at two widths, in light and dark, on a temporary site.

Usage: make screenshots, or python -m scripts.screenshots [FOLDER]

The site shows the demonstration data and one portrait, the public-domain one of scikit-image.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, chromium_path
from tests.pictures import astronaut_jpeg
from tests.sites import ROOT, installed_site, serve

PASSWORD = "a quiet paper diary"  # noqa: S105 - of an account that lives for a minute
PUBLIC = {
    "landing": "/",
    "sign-in": "/accounts/login/",
    "sign-up": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
    "model": "/model/",
    "api": "/api/docs/",
    "404": "/nothing/",
    "offline": "/offline/",
}
PERSONAL = {
    "today": "/today/",
    "capture": "/capture/",
    "history": "/history/",
    "gallery": "/history/?view=gallery",
    "trends": "/trends/",
    "trends-12-months": "/trends/?by=month&first={year_ago}",
    "year": "/trends/{year}/",
    "review": "/review/week/{today}/",
    "settings": "/settings/",
    "reminders": "/reminders/",
    "data": "/data/",
    "keeping": "/keeping/",
    "appearance": "/appearance/",
    "live": "/live/",
    "words": "/words/",
    "trash": "/trash/",
    "agreement": "/agreement/",
    "consent": "/consent/",
    "password": "/accounts/password/change/",
}


def url_dates() -> dict[str, object]:
    """Return the values of placeholders in URLs."""
    today = datetime.now(UTC).date()
    return {"today": today, "year": today.year, "year_ago": today.replace(year=today.year - 1)}


def take_screenshot(page: Page, path: str, file: Path) -> None:
    """Take a screenshot of the whole page."""
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file, full_page=True)


def take_all(browser: Browser, base: str, folder: Path) -> None:
    """Visit all pages at each width and in each colour scheme."""
    portrait = ""
    for width in (390, 1280):
        for scheme in ("light", "dark"):
            context = browser.new_context(
                base_url=base,
                viewport={"width": width, "height": 844},
                color_scheme=scheme,
                reduced_motion="reduce",
            )
            page = context.new_page()

            def file(name: str, suffix: str = f"{width}-{scheme}") -> Path:
                return folder / f"{name}-{suffix}.png"

            for name, path in PUBLIC.items():
                take_screenshot(page, path, file(name))
            page.goto("/accounts/login/")
            page.locator("input[name=login]").fill("demo@example.org")
            page.locator("input[name=password]").fill(PASSWORD)
            page.locator("main button[type=submit]").click()
            page.wait_for_url("**/today/")
            if not portrait:
                page.goto("/capture/")
                photo = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": astronaut_jpeg()}
                page.locator("input[type=file]").set_input_files(photo)  # type: ignore[arg-type]
                page.get_by_role("button", name="See what it shows").click()
                page.wait_for_url("**/captures/*/")
                portrait = page.url.removeprefix(base)
            for name, path in {**PERSONAL, "result": portrait}.items():
                take_screenshot(page, path.format(**url_dates()), file(name))
            take_screenshot(page, f"{portrait}why/", file("why"))
            take_screenshot(page, f"{portrait}delete/", file("delete"))
            context.close()


def main() -> None:
    """Take all screenshots of a temporary site."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "var" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, installed_site(Path(scratch)) as site:
        site.manage("seed_demo", "--password", PASSWORD)
        with serve(site) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
            take_all(browser, address, folder)
            browser.close()
    print(f"Screenshots are in {folder}.")


if __name__ == "__main__":
    main()
