"""Take screenshots of every page, or those named, at two widths, in light and dark.

Usage: make screenshots [PAGES="landing today"], or python -m scripts.screenshots [NAME ...]

They go to var/screenshots/. The site is a temporary one with the demonstration data and one
portrait, the public-domain one of scikit-image.
"""

import tempfile
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from scripts.pages import chosen_pages
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
    "list": "/history/?view=list",
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
    "tags": "/tags/",
    "live": "/live/",
    "words": "/words/",
    "trash": "/trash/",
    "agreement": "/agreement/",
    "consent": "/consent/",
    "password": "/accounts/password/change/",
    "factors": "/accounts/2fa/",
    "passkeys": "/accounts/2fa/webauthn/",
    "addresses": "/accounts/email/",
}
OF_THE_PORTRAIT = {"result": "", "why": "why/", "delete": "delete/"}
FOLDER = ROOT / "var" / "screenshots"


def url_dates() -> dict[str, object]:
    """Return the values of placeholders in URLs."""
    today = datetime.now(UTC).date()
    return {"today": today, "year": today.year, "year_ago": today.replace(year=today.year - 1)}


def take_screenshot(page: Page, path: str, file: Path) -> None:
    """Take a screenshot of the whole page."""
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file, full_page=True)


def take_screenshots(browser: Browser, base: str, chosen: Collection[str]) -> None:
    """Visit the chosen pages at each width and in each colour scheme."""
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

            def take(
                pages: dict[str, str], page: Page = page, of: str = f"{width}-{scheme}"
            ) -> None:
                for name in [name for name in pages if name in chosen]:
                    path = pages[name].format(**url_dates())
                    take_screenshot(page, path, FOLDER / f"{name}-{of}.png")

            take(PUBLIC)
            page.goto("/accounts/login/")
            page.locator("input[name=login]").fill("demo@example.org")
            page.locator("input[name=password]").fill(PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url("**/today/")
            if not portrait:
                page.goto("/capture/")
                photo = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": astronaut_jpeg()}
                page.locator("input[type=file]").set_input_files(photo)  # type: ignore[arg-type]
                page.get_by_role("button", name="Read my face").click()
                page.wait_for_url("**/captures/*/")
                portrait = page.url.removeprefix(base)
            take(PERSONAL)
            take({name: f"{portrait}{path}" for name, path in OF_THE_PORTRAIT.items()})
            context.close()


def main() -> None:
    """Take the screenshots of a temporary site."""
    chosen = chosen_pages("Screenshots of pages.", [*PUBLIC, *PERSONAL, *OF_THE_PORTRAIT])
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, installed_site(Path(scratch)) as site:
        site.manage("seed_demo", "--password", PASSWORD)
        with serve(site) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
            take_screenshots(browser, address, chosen)
            browser.close()
    print(f"Screenshots are in {FOLDER}.")


if __name__ == "__main__":
    main()
