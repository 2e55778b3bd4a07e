"""Every page, light and dark, on a phone and a desk: axe-core has nothing to complain about."""

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import SecurityEvent, User
from accounts.security_log import record_event, seal_event
from emotions.captures import recording, trash
from emotions.captures.recording import SelfReport
from emotions.models import Capture, Feeling, Tag
from tests import factories, uploads
from tests.browser.conftest import NOON_ZONE, evaluate, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PUBLIC = ["/", "/model/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
PUBLIC += ["/nothing/", "/offline/", "/privacy/", "/terms/"]


WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """async (rules) => {
  document.querySelectorAll("details").forEach((fold) => { fold.open = true; });
  const { violations } = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
}"""


def accessibility_violations(page: Page, rules: Sequence[str] = WCAG) -> list[list[str]]:
    """Return what axe finds on a page whose folds are all open, for WCAG 2.2 AA by default.

    Motion is reduced, since colours halfway through a transition have no contrast.
    """
    page.emulate_media(reduced_motion="reduce")
    if not evaluate(page, "'axe' in window"):
        evaluate(page, AXE.read_text())
    found: list[list[str]] = evaluate(page, RUN_AXE, rules)
    return found


@pytest.fixture
def personal(owner: User) -> list[str]:
    """The addresses of a person's pages, each with something on it."""
    for age in range(14):
        moment = timezone.now() - timedelta(days=age, hours=1)
        tags = [Tag.objects.get_or_create(owner=owner, name=name)[0] for name in ("home", "work")]
        capture = factories.capture(
            owner=owner, looks="happy", felt="happy", taken_at=moment, time_zone=NOON_ZONE
        )
        capture.tags.add(tags[age < 12])
    portrait, landscape = (
        recording.record_capture(
            owner=owner,
            photo=photo,
            source=Capture.Source.UPLOAD,
            time_zone=NOON_ZONE,
            keep_without_face=True,
        )
        for photo in (uploads.crowd_jpeg(), uploads.landscape_jpeg())
    )
    for name, verified in (("owner", True), ("second", True), ("third", False)):
        EmailAddress.objects.create(
            user=owner, email=f"{name}@example.org", verified=verified, primary=name == "owner"
        )
    factories.passkey(owner)
    trashed = factories.capture(owner=owner, looks="sad", felt="fear")
    factories.capture(owner=owner, looks="sad", felt="fear", note="Rain.")
    trash.delete_capture(capture=trashed)
    words = recording.record_capture(
        owner=owner, source=Capture.Source.MANUAL, self_report=SelfReport(felt=Feeling.SAD)
    )
    event = record_event(person=owner, kind=SecurityEvent.Kind.TOKEN_MADE, name="backup")
    return [
        "/today/",
        "/days/2020-01-01/",
        "/reminders/",
        f"/reminders/{factories.push_reminder(owner).pk}/",
        "/capture/",
        "/consent/",
        "/history/",
        "/history/?view=list",
        "/history/?view=gallery",
        "/history/?first=2020-01-02&last=2020-01-01",
        f"/captures/{portrait.uuid}/",
        f"/captures/{portrait.uuid}/delete/",
        f"/captures/{landscape.uuid}/",
        f"/captures/{words.uuid}/",
        "/trends/",
        "/trends/?by=month&first=2020-01-01",
        f"/trends/{timezone.now().year}/",
        f"/review/month/{timezone.now().date()}/",
        "/words/",
        "/live/",
        "/keeping/",
        "/helping/",
        "/appearance/",
        "/tags/",
        f"/captures/{portrait.uuid}/why/",
        "/trash/",
        "/agreement/",
        "/settings/",
        "/data/",
        "/settings/delete-account/",
        "/settings/security-log/",
        f"/settings/not-me/{seal_event(str(event.pk))}/",
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/",
        "/accounts/email/",
        "/accounts/reauthenticate/",
        "/accounts/password/change/",
        "/accounts/logout/",
    ]


@pytest.mark.parametrize(
    ("width", "scheme"), [(390, "dark"), pytest.param(1280, "light", marks=pytest.mark.slow)]
)
def test_no_page_shuts_anybody_out(
    page: Page,
    owner: User,
    personal: list[str],
    width: int,
    scheme: Literal["dark", "light"],
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = {}

    def visit(path: str) -> None:
        page.goto(path)
        found[path] = accessibility_violations(page)

    for path in PUBLIC:
        visit(path)
    sign_in(page, owner)
    for path in personal:
        visit(path)
    assert {path: violations for path, violations in found.items() if violations} == {}


REACHED = """() => {
  const { activeElement: element } = document;
  if (element === document.body) return null;
  const { left, top, width, height } = element.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  const seen = document.elementFromPoint(x, y);
  const name = element.getAttribute("aria-label") || element.innerText || element.name;
  const mine = seen && (element.contains(seen) || seen.contains(element)
    || [...(element.labels ?? [])].some(label => label.contains(seen)));
  return [`${element.tagName} ${name}`, Boolean(mine)];
}"""


def test_the_keyboard_reaches_everything_and_nothing_covers_it(
    page: Page, owner: User, personal: list[str]
) -> None:
    sign_in(page, owner)
    for path in (
        "/today/",
        "/capture/",
        "/history/",
        personal[10],
        "/trends/",
        "/history/?view=list",
        "/settings/",
    ):
        page.goto(path)
        controls = page.locator(
            "main :is(a, button, summary, textarea, select, input:not([type=hidden])):visible"
        )
        wanted = controls.count()
        reached: list[str] = []
        for _ in range(wanted + 40):
            page.keyboard.press("Tab")
            found = evaluate(page, REACHED)
            if found is None:
                break
            name, seen = found
            assert seen, f"{path}: {name} is covered when it is focused"
            reached.append(name)
        else:
            pytest.fail(f"{path}: the focus never leaves the page: {reached[-5:]}")
        assert len(reached) > wanted / 2, path  # a group of choices is one stop


def test_dark_follows_the_reader(page: Page) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto("/")
        grounds.append(evaluate(page, "getComputedStyle(document.documentElement).backgroundColor"))
    assert grounds == ["rgb(251, 248, 243)", "rgb(23, 21, 25)"]


def test_history_is_filtered_by_hand(page: Page, owner: User) -> None:
    for looks in ("happy", "sad"):
        factories.capture(owner=owner, looks=looks, taken_at=timezone.now(), time_zone=NOON_ZONE)
    sign_in(page, owner)
    page.goto("/history/")
    page.get_by_text("Find moments").click()
    page.get_by_label("Emotion").select_option("Sad")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".entry")).to_have_count(1)
    page.get_by_role("link", name="Gallery").click()
    expect(page.locator(".tile")).to_have_count(1)
    expect(page).to_have_url(re.compile("feeling=sad"))
