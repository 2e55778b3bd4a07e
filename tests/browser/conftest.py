"""Fixtures that drive Chromium against a live server."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.test import Client
from django.utils.crypto import get_random_string
from playwright.sync_api import Browser, Error, Locator, Page, Playwright, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests import pace
from tests.browser.chromium import ARGUMENTS, chromium_path
from tests.conftest import signed_in
from tests.pace import patience
from tests.pictures import camera_video

# Playwright runs an event loop in this thread, which Django mistakes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


def zone_at_noon() -> str:
    """Return the name of a time zone whose clocks show about noon."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "UTC"  # its signs are those of POSIX


NOON_ZONE = zone_at_noon()
"""Where the readers of pages are: their day neither begins nor ends during a test."""

TIMEOUT = 15
"""Seconds on an idle machine after which a page is not waited for any longer."""

FAKE_CAMERA = "--use-fake-device-for-media-stream"
AGREES = "--use-fake-ui-for-media-stream"
REFUSES = f"{AGREES}=deny"
"""What the person answers whom a page asks for the camera. The headless shell cannot ask."""


def act_once_loaded(page: Page) -> None:
    """Let every action and expectation wait, patiently, until the page's scripts have run.

    Playwright acts on elements as soon as they are there, which on a busy machine is before the
    scripts listen to them. It calls a handler before whatever goes through a locator.
    """
    page.context.set_default_timeout(1000 * patience(TIMEOUT))
    page.add_locator_handler(
        page.locator("html"), lambda html: html.page.wait_for_load_state(), no_wait_after=True
    )


def evaluate(page: Page, script: str, arg: Any = None) -> Any:
    """Run a script in a page whose own scripts have run.

    `page.evaluate` would run it as soon as the page is there, for it goes through no locator.
    """
    page.locator("html").wait_for(state="attached")
    return page.evaluate(script, arg)


def wait_until(place: Page | Locator, script: str, arg: Any = None) -> None:
    """Wait until a script returns something truthy, on this page or one that it leads to.

    A script about an element takes its locator, which waits for the element: a page that has just
    been opened may lack it still. Playwright's own `wait_for_function` polls with `eval` inside the
    page, which the pages' content security policy forbids.
    """

    def is_true() -> bool:
        try:
            if isinstance(place, Page):
                return bool(evaluate(place, script, arg))
            return bool(place.evaluate(script, arg))
        except Error as error:
            if "context was destroyed" not in error.message:
                raise
            return False  # The page has just given way to the next one.

    pace.wait_until(is_true)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@contextmanager
def chromium(playwright: Playwright, *arguments: str) -> Iterator[Browser]:
    """Chromium with further command-line arguments."""
    started = playwright.chromium.launch(
        executable_path=chromium_path(), args=[*ARGUMENTS, *arguments]
    )
    yield started
    started.close()


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium without a camera, shared by all tests."""
    with chromium(playwright) as started:
        yield started


@pytest.fixture(scope="session")
def camera_browser(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Chromium whose camera sees the astronaut."""
    video: Path = tmp_path_factory.mktemp("camera") / "astronaut.mjpeg"
    video.write_bytes(camera_video())
    seen = f"--use-file-for-fake-video-capture={video}"
    with chromium(playwright, FAKE_CAMERA, AGREES, seen) as started:
        yield started


@pytest.fixture(scope="session")
def two_camera_browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium with two cameras that see a test picture."""
    with chromium(playwright, f"{FAKE_CAMERA}=device-count=2", AGREES) as started:
        yield started


@pytest.fixture(scope="session")
def refusing_browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium whose person refuses the camera whenever a page asks for it."""
    with chromium(playwright, FAKE_CAMERA, REFUSES) as started:
        yield started


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A phone-sized page."""
    with strict_page(browser, live_server) as opened:
        yield opened


@pytest.fixture
def camera_page(camera_browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page without permission yet to use the camera."""
    with strict_page(camera_browser, live_server) as opened:
        yield opened


@pytest.fixture
def two_camera_page(two_camera_browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page without permission yet to use the two cameras."""
    with strict_page(two_camera_browser, live_server) as opened:
        yield opened


@pytest.fixture
def refused_page(refusing_browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page whose person will refuse the camera."""
    with strict_page(refusing_browser, live_server) as opened:
        yield opened


@contextmanager
def strict_page(
    browser: Browser,
    live_server: LiveServer,
    *,
    time_zone: str = NOON_ZONE,
    worker: bool = False,
) -> Iterator[Page]:
    """A phone-sized page that must neither log an error nor make a request to another host.

    Service workers are blocked unless `worker` is true.
    """
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 390, "height": 844},
        timezone_id=time_zone,
        locale="en-GB",
        service_workers="allow" if worker else "block",
    )
    expect.set_options(timeout=1000 * patience(TIMEOUT))
    opened = context.new_page()
    act_once_loaded(opened)
    errors: list[str] = []
    foreign_requests: list[str] = []
    opened.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "request",
        lambda request: (
            foreign_requests.append(request.url)
            if not request.url.startswith((live_server.url, "blob:"))
            else None
        ),
    )
    yield opened
    context.close()
    assert foreign_requests == []
    # The browser logs every 4xx response as an error, and some tests provoke them.
    assert [error for error in errors if "Failed to load resource" not in error] == []


def sign_in(page: Page, person: User, *, path: str = "/today/") -> None:
    """Give the browser a session of a person, and open a page: their day, if no other is named."""
    session = signed_in(Client(), person).cookies["sessionid"]
    # Signing in sets both. Without the token, the page and the service worker, which load pages at
    # the same time, would each get another one.
    cookies = {session.key: session.value, "csrftoken": get_random_string(CSRF_SECRET_LENGTH)}
    page.context.add_cookies(
        [
            {"name": name, "value": value, "domain": "localhost", "path": "/"}
            for name, value in cookies.items()
        ]
    )
    page.goto(path)


@pytest.fixture
def app(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page whose service worker may work."""
    with strict_page(browser, live_server, worker=True) as opened:
        yield opened
