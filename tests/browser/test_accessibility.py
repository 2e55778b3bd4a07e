"""Every page, light and dark, on a phone and a desk: axe-core has nothing to complain about."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from emotions import services
from emotions.models import Capture, Feeling
from tests import factories, uploads
from tests.browser.conftest import sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PUBLIC = ["/", "/model/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
PUBLIC += ["/nothing/"]


def complaints(page: Page) -> list[tuple[str, list[str]]]:
    """Return what axe finds on a page whose folds are all open, for WCAG 2.2 AA."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    page.evaluate(AXE.read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run({runOnly: {type: 'tag', values: tags}})", tags
    )
    return [
        (violation["id"], [node["html"] for node in violation["nodes"]])
        for violation in found["violations"]
    ]


@pytest.fixture
def personal(owner: User) -> list[str]:
    """The addresses of a person's pages, each with something on it."""
    for age in range(14):
        moment = timezone.now() - timedelta(days=age, hours=1)
        factories.capture(owner=owner, looks="happy", taken_at=moment)
    portrait, landscape = (
        services.record_capture(
            owner=owner,
            photo=photo,
            source=Capture.Source.UPLOAD,
            time_zone="Europe/Lisbon",
            keep_without_face=True,
        )
        for photo in (uploads.crowd_jpeg(), uploads.landscape_jpeg())
    )
    trashed = factories.capture(owner=owner, looks="sad", felt="fear")
    factories.capture(owner=owner, looks="sad", felt="fear", note="Rain.")
    services.delete_capture(capture=trashed)
    words = services.record_capture(
        owner=owner, source=Capture.Source.MANUAL, said=services.Said(felt=Feeling.SAD)
    )
    return [
        "/today/",
        "/days/2020-01-01/",
        "/capture/",
        "/consent/",
        "/history/",
        "/history/?view=gallery",
        "/history/?first=2020-01-02&last=2020-01-01",
        f"/captures/{portrait.uuid}/",
        f"/captures/{portrait.uuid}/delete/",
        f"/captures/{landscape.uuid}/",
        f"/captures/{words.uuid}/",
        "/words/",
        "/live/",
        "/keeping/",
        "/appearance/",
        f"/captures/{portrait.uuid}/why/",
        "/trash/",
        "/agreement/",
        "/settings/",
        "/data/",
        "/settings/delete-account/",
        "/accounts/2fa/",
        "/accounts/reauthenticate/",
        "/accounts/password/change/",
        "/accounts/logout/",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_shuts_anybody_out(
    page: Page, owner: User, personal: list[str], scheme: Any, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for path in PUBLIC:
        page.goto(path)
        found[path] = complaints(page)
    sign_in(page, owner)
    for path in personal:
        page.goto(path)
        found[path] = complaints(page)
    assert {path: told for path, told in found.items() if told} == {}


def test_the_chart_is_drawn_and_says_what_its_table_says(page: Page, owner: User) -> None:
    for looks in ("happy", "sad", "sad"):
        factories.capture(owner=owner, looks=looks, taken_at=timezone.now())
    sign_in(page, owner)
    page.goto("/history/")
    page.wait_for_function("() => Chart.getChart(document.querySelector('[data-mood-chart]'))")
    bars = page.evaluate(
        """() => Chart.getChart(document.querySelector('[data-mood-chart]')).data.datasets
            .map(({label, data, backgroundColor}) => [label, data.at(-1), backgroundColor])"""
    )
    assert {label: count for label, count, _ in bars if count} == {"Happy": 1, "Sad": 2}
    assert len({colour for _, _, colour in bars}) == 7
    page.get_by_text("The same as a table").click()
    cells = page.locator("tbody tr td").all_inner_texts()
    assert [int(cell) for cell in cells] == [count for _, count, _ in bars]


def test_dark_follows_the_reader(page: Page) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto("/")
        grounds.append(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert grounds == ["rgb(251, 248, 243)", "rgb(23, 21, 25)"]


def test_history_is_filtered_by_hand(page: Page, owner: User) -> None:
    for looks in ("happy", "sad"):
        factories.capture(owner=owner, looks=looks, taken_at=timezone.now())
    sign_in(page, owner)
    page.goto("/history/")
    page.get_by_text("Find moments").click()
    page.get_by_label("Emotion").select_option("Sad")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".entry")).to_have_count(1)
    page.get_by_role("link", name="As a gallery").click()
    expect(page.locator(".tile")).to_have_count(1)
    expect(page).to_have_url(re.compile("feeling=sad"))
