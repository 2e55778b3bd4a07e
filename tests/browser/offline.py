"""What the tests of a browser without a connection have in common."""

from playwright.sync_api import FilePayload, Page

from tests import pace
from tests.browser.conftest import evaluate, wait_until
from tests.pictures import astronaut_jpeg, encoded, no_face

SELFIE: FilePayload = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": astronaut_jpeg()}
WALL: FilePayload = {"name": "w.jpg", "mimeType": "image/jpeg", "buffer": encoded(no_face())}
KEPT_LINE = "[data-kept-line]"
WAITING = "[data-waiting-list] li"
SAID = "[data-waiting-said]"
KEPT = """async (path) => {
  const name = (await caches.keys()).find((one) => one.startsWith("diary-"));
  return Boolean(name && (await (await caches.open(name)).match(path)));
}"""
ONLY_THIS_DIARY = """async () => {
  const names = (await caches.keys()).filter((one) => one.startsWith("diary-"));
  return names.join() === `diary-${document.body.dataset.diary}`;
}"""


def settled(page: Page) -> None:
    """Wait until the service worker speaks for the page and has kept it and the recent days."""
    wait_until(page, "() => Boolean(navigator.serviceWorker.controller)")
    page.reload()
    wait_for_kept(page, "/today/")
    wait_for_kept(page, "/words/")


def wait_for_kept(page: Page, path: str) -> None:
    """Wait until the worker keeps a page; it asks for recent ones a while after the first."""
    wait_until(page, KEPT, path)


def open_fresh(page: Page, path: str) -> None:
    """Open a page as it is now: while it takes seconds to come, the one that is kept is shown."""

    def is_fresh() -> bool:
        page.goto(path)
        return not evaluate(page, "document.documentElement.dataset.keptAt")

    pace.wait_until(is_fresh)


def add_tags(page: Page, *names: str) -> None:
    """Add tags to a moment in words."""
    for name in names:
        page.get_by_label("Add a tag").fill(name)
        page.get_by_label("Add a tag").press("Enter")


def offline(page: Page) -> None:
    page.context.set_offline(True)


def in_browser(page: Page) -> dict[str, int]:
    """Count what the browser keeps of anybody."""
    counted: dict[str, int] = evaluate(
        page,
        """async () => {
             const diaries = (await caches.keys()).filter((one) => one.startsWith("diary-"));
             const { all } = await new Promise((done) => {
               const opening = indexedDB.open("diary", 1);
               opening.onupgradeneeded = () =>
                 opening.result.createObjectStore("waiting", { keyPath: "uuid" });
               opening.onsuccess = () => {
                 const rows = opening.result.transaction("waiting").objectStore("waiting").getAll();
                 rows.onsuccess = () => { opening.result.close(); done({ all: rows.result }); };
               };
             });
             return { diaries: diaries.length, waiting: all.length };
           }""",
    )
    return counted


def expect_in_browser(page: Page, **expected: int) -> None:
    """Wait until the browser keeps what is expected.

    A panel that is hidden says nothing: it is hidden on every page that has just been opened.
    """
    pace.wait_until(lambda: expected.items() <= in_browser(page).items())
