"""Pages at 200% zoom, which halves the window of a computer: nothing is lost, nothing covered."""

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import User
from tests import factories
from tests.browser.conftest import NOON_ZONE, evaluate, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

ZOOMED = {"width": 640, "height": 512}
"""What a window of 1280 × 1024 shows at 200%, in CSS pixels."""

COVERED = """() => {
  const controls = document.querySelectorAll(
    "main :is(a, button, summary, textarea, select, input:not([type=hidden]))");
  const isOf = (control, seen) => seen && (control.contains(seen) || seen.contains(control)
    || [...(control.labels ?? [])].some((label) => label.contains(seen)));
  return [...controls].filter((control) => {
    control.scrollIntoView({ block: "nearest", behavior: "instant" });
    const { left, top, width, height } = control.getBoundingClientRect();
    if (!control.checkVisibility({ visibilityProperty: true }) || !width || !height) return false;
    return !isOf(control, document.elementFromPoint(left + width / 2, top + height / 2));
  }).map((control) => control.outerHTML.slice(0, 120));
}"""
"""Returns the controls that cannot be seen once they are scrolled to."""


@pytest.fixture
def pages(owner: User) -> Iterator[str]:
    """The main pages of a person, each with something on it."""
    now = timezone.now()
    for _ in range(10):
        capture = factories.capture(
            owner=owner, looks="happy", felt="sad", taken_at=now, time_zone=NOON_ZONE
        )
    return iter(
        (
            "/today/",
            "/history/",
            "/history/?view=list",
            "/trends/",
            f"/trends/{now.year}/",
            f"/captures/{capture.uuid}/",
            "/words/",
            "/capture/",
            "/settings/",
            "/keeping/",
            "/consent/",
        )
    )


def test_at_200_percent_nothing_is_cut_off_or_covered(
    page: Page, owner: User, pages: Iterator[str]
) -> None:
    page.set_viewport_size(ZOOMED)  # type: ignore[arg-type]
    page.goto("/")
    found = {"/": evaluate(page, COVERED)}
    sign_in(page, owner)
    for path in pages:
        page.goto(path)
        found[path] = evaluate(page, COVERED)
        if evaluate(page, "document.documentElement.scrollWidth > innerWidth"):
            found[path].append("wider than the window")
    assert {path: faults for path, faults in found.items() if faults} == {}
