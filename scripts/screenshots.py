"""Take pictures of every page at two widths, light and dark, on a site of their own.

Usage: .venv/bin/python scripts/screenshots.py [FOLDER]

The site runs on a database and a media folder that are thrown away. It shows the demonstration
year and one portrait, the public-domain one of scikit-image.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.chromium import ARGUMENTS, chromium_path  # noqa: E402 - needs the path
from tests.pictures import astronaut_jpeg  # noqa: E402

PASSWORD = "a quiet paper diary"  # noqa: S105 - of an account that lives for a minute
PUBLIC = {
    "landing": "/",
    "sign-in": "/accounts/login/",
    "sign-up": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
    "model": "/model/",
    "api": "/api/docs/",
    "404": "/nothing/",
}
PERSONAL = {
    "today": "/today/",
    "capture": "/capture/",
    "history": "/history/",
    "gallery": "/history/?view=gallery",
    "words": "/words/",
    "trash": "/trash/",
    "agreement": "/agreement/",
    "consent": "/consent/",
    "password": "/accounts/password/change/",
}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str) -> None:
    """Return once a page answers."""
    for _ in range(100):
        try:
            urllib.request.urlopen(url)  # noqa: S310 - our own server
        except urllib.error.URLError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"{url} does not answer.")


def shoot(page: Page, path: str, file: Path) -> None:
    """Take a picture of a whole page."""
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file, full_page=True)


def take_all(browser: Browser, base: str, folder: Path) -> None:
    """Walk through the site at each width and in each theme."""
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
                shoot(page, path, file(name))
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
                shoot(page, path, file(name))
            shoot(page, f"{portrait}delete/", file("delete"))
            context.close()


def main() -> None:
    """Start a site, walk through it and stop it."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "var" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        environment = {
            **os.environ,
            "DEBUG": "1",
            "DATABASE_URL": f"sqlite:///{scratch}/db.sqlite3",
            "MEDIA_ROOT": f"{scratch}/media",
        }
        base = f"http://127.0.0.1:{free_port()}"

        def manage(*arguments: str) -> list[str]:
            return [sys.executable, str(ROOT / "manage.py"), *arguments]

        for arguments in (["migrate", "--verbosity=0"], ["seed_demo", "--password", PASSWORD]):
            subprocess.run(manage(*arguments), env=environment, check=True)
        address = base.removeprefix("http://")
        with subprocess.Popen(
            manage("runserver", "--noreload", address),
            env=environment,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        ) as server:
            try:
                wait_for(f"{base}/")
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(
                        executable_path=chromium_path(), args=ARGUMENTS
                    )
                    take_all(browser, base, folder)
                    browser.close()
            finally:
                server.terminate()
    print(f"Pictures are in {folder}.")


if __name__ == "__main__":
    main()
