"""The diary as an app: kept pages, moments that wait for a connection, and what stays of whom."""

import threading
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from emotions.captures.days import Day, load_day
from emotions.insights import day_views
from emotions.models import Capture, PushSubscription
from emotions.offline.headers import diary_key
from tests import factories, pace
from tests.browser.conftest import NOON_ZONE, TIMEOUT, evaluate, sign_in, wait_until
from tests.browser.offline import (
    KEPT,
    KEPT_LINE,
    ONLY_THIS_DIARY,
    SAID,
    SELFIE,
    WAITING,
    WALL,
    add_tags,
    expect_in_browser,
    offline,
    open_fresh,
    settled,
    wait_for_kept,
)
from tests.browser.test_accessibility import accessibility_violations


def test_a_browser_would_install_the_site_as_an_app(app: Page, owner: User) -> None:
    sign_in(app, owner)
    session = app.context.new_cdp_session(app)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert manifest["url"].endswith("/manifest.webmanifest")
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A private window, which a test's is, never installs anything.
    assert [error["errorId"] for error in errors] in ([], ["in-incognito"])


def test_recent_days_are_there_without_a_connection(app: Page, owner: User) -> None:
    factories.capture(owner=owner, note="walked", taken_at=timezone.now(), time_zone=NOON_ZONE)
    sign_in(app, owner)
    settled(app)
    offline(app)
    app.goto("/history/")  # never opened before
    expect(app.locator(KEPT_LINE)).to_contain_text("You're offline.")
    expect(app.locator(".calendar [aria-current=date]")).to_contain_text("1 moment")
    app.goto("/today/")
    expect(app.locator(".entry")).to_have_count(1)
    app.goto("/settings/")
    expect(app.get_by_role("heading", level=1)).to_have_text("No connection right now")
    app.context.set_offline(False)
    open_fresh(app, "/today/")
    expect(app.locator(KEPT_LINE)).to_be_hidden()


@pytest.mark.parametrize("path", ["/today/", "/words/"])
def test_today_is_there_offline_after_the_first_page_of_all(
    app: Page, owner: User, path: str
) -> None:
    factories.capture(owner=owner, note="walked", taken_at=timezone.now(), time_zone=NOON_ZONE)
    sign_in(app, owner, path=path)
    wait_for_kept(app, "/today/")
    offline(app)
    app.goto("/today/")
    expect(app.locator(KEPT_LINE)).to_contain_text("You're offline.")
    expect(app.locator(".entry")).to_contain_text("walked")


def test_what_waits_stands_in_today_until_it_is_there_for_good(app: Page, owner: User) -> None:
    factories.capture(owner=owner, note="walked", taken_at=timezone.now(), time_zone=NOON_ZONE)
    sign_in(app, owner)
    settled(app)
    offline(app)
    app.goto("/words/")
    app.get_by_label("Note").fill("missed the bus")
    add_tags(app, "rain", "bus")
    app.get_by_role("button", name="Sad").click()
    # Where the thumb is: the form is empty again, and what was said stands below its button.
    expect(app.locator(WAITING)).to_be_in_viewport()
    expect(app.locator(SAID)).to_be_in_viewport()
    app.goto("/today/")
    row = app.locator("[data-part=moments] ~ [data-waiting] li")
    for text in ("Waiting to be sent", "Sad", "missed the bus", "rain · bus"):
        expect(row).to_contain_text(text)
    expect(app.locator("[data-part=moments]")).not_to_contain_text("missed the bus")
    assert accessibility_violations(app) == []

    app.context.set_offline(False)
    expect(app.locator("[data-part=moments]")).to_contain_text("missed the bus")
    expect(app.locator(SAID)).to_have_text("Everything that was waiting is in your diary now.")
    expect(app.locator(KEPT_LINE)).to_be_hidden()
    expect(row).to_have_count(0)
    wait_until(
        app,
        """async () => {
          const name = (await caches.keys()).find((one) => one.startsWith("diary-"));
          const kept = await (await caches.open(name)).match("/today/");
          return (await kept.text()).includes("missed the bus");
        }""",
    )


def test_a_photo_taken_offline_goes_up_once_when_the_connection_is_back(
    app: Page, owner: User
) -> None:
    sign_in(app, owner)
    settled(app)
    offline(app)
    app.goto("/capture/")
    app.locator("input[type=file]").set_input_files(SELFIE)
    app.get_by_role("button", name="Read my face").click()
    expect(app.locator(WAITING)).to_have_count(1)
    expect(app.locator(SAID)).to_contain_text("Saved on this device")
    app.reload()
    expect(app.locator(WAITING)).to_have_count(1)
    assert accessibility_violations(app) == []
    assert not Capture.objects.exists()

    app.context.set_offline(False)
    expect(app.get_by_text("Everything that was waiting is in your diary now.")).to_be_visible()
    capture = Capture.objects.get()
    assert capture.time_zone == NOON_ZONE
    assert capture.detections.get().emotion == "happy"
    expect_in_browser(app, waiting=0)


def test_words_said_offline_go_up_with_all_that_they_say(app: Page, owner: User) -> None:
    sign_in(app, owner)
    settled(app)
    offline(app)
    app.goto("/words/")
    app.get_by_label("Note").fill("on the train")
    for name in ("work", "rain; wind"):
        app.get_by_label("Add a tag").fill(name)
        app.get_by_label("Add a tag").press("Enter")
    app.get_by_text("It was at another time").click()
    app.get_by_label("When").fill("2026-03-14T08:30")
    app.get_by_role("button", name="Happy").click()
    expect(app.locator(WAITING)).to_have_count(1)
    expect(app.get_by_label("Note")).to_have_value("")

    app.context.set_offline(False)
    expect_in_browser(app, waiting=0)
    expect(app.locator("[data-waiting]")).to_be_hidden()
    capture = Capture.objects.get()
    assert (capture.note, capture.felt, capture.local_date.isoformat()) == (
        "on the train",
        "happy",
        "2026-03-14",
    )
    assert capture.taken_at == datetime(2026, 3, 14, 8, 30, tzinfo=ZoneInfo(NOON_ZONE))
    assert {tag.name for tag in capture.tags.all()} == {"work", "rain; wind"}


def test_a_subscription_that_the_browser_replaces_is_renewed(
    app: Page, owner: User, settings: Any
) -> None:
    settings.VAPID_PRIVATE_KEY = factories.SITE_KEY
    sign_in(app, owner)
    settled(app)
    (worker,) = app.context.service_workers
    keys = {"p256dh": factories.BROWSER_KEY, "auth": factories.BROWSER_SECRET}
    browser = {"endpoint": "https://push.example.net/another", **keys}
    # Browsers alone can make this event, and only theirs may extend the life of the worker.
    worker.evaluate(
        """({ endpoint, p256dh, auth }) => {
          const event = new Event("pushsubscriptionchange");
          event.newSubscription = { toJSON: () => ({ endpoint, keys: { p256dh, auth } }) };
          event.waitUntil = () => {};
          self.dispatchEvent(event);
        }""",
        browser,
    )
    pace.wait_until(PushSubscription.objects.filter(owner=owner).exists)
    assert PushSubscription.objects.get().endpoint == browser["endpoint"]


def test_an_answer_that_is_lost_leads_to_no_second_moment(app: Page, owner: User) -> None:
    sign_in(app, owner)
    settled(app)
    lost: list[int] = []
    session = app.context.new_cdp_session(app)

    def lose(answer: dict[str, Any]) -> None:
        lost.append(answer["responseStatusCode"])
        session.send(
            "Fetch.failRequest", {"requestId": answer["requestId"], "errorReason": "Failed"}
        )
        session.send("Fetch.disable")

    app.goto("/capture/")
    session.on("Fetch.requestPaused", lose)
    session.send(
        "Fetch.enable", {"patterns": [{"urlPattern": "*/capture/", "requestStage": "Response"}]}
    )
    app.locator("input[type=file]").set_input_files(SELFIE)
    app.get_by_role("button", name="Read my face").click()
    # It waits, and where the browser tells the worker at once, it has already gone up.
    expect(app.locator(SAID)).not_to_be_empty()
    assert lost == [302]
    assert Capture.objects.count() == 1
    app.reload()  # a page that opens sends what waits, if the worker has not
    expect_in_browser(app, waiting=0)
    expect(app.locator("[data-waiting]")).to_be_hidden()
    assert Capture.objects.count() == 1


def test_a_photo_without_a_face_says_so_after_it_waited(app: Page, owner: User) -> None:
    sign_in(app, owner)
    settled(app)
    offline(app)
    app.goto("/capture/")
    app.locator("input[type=file]").set_input_files(WALL)
    app.get_by_role("button", name="Read my face").click()
    expect(app.locator(WAITING)).to_have_count(1)
    app.context.set_offline(False)
    expect(app.get_by_text("We couldn't find a face in that photo.")).to_be_visible()
    assert not Capture.objects.exists()
    app.get_by_role("button", name="Keep it without a reading").click()
    expect_in_browser(app, waiting=0)
    expect(app.locator("[data-waiting]")).to_be_hidden()
    assert Capture.objects.count() == 1


def test_signing_out_leaves_nothing_in_the_browser(app: Page, owner: User) -> None:
    factories.capture(owner=owner)
    sign_in(app, owner)
    settled(app)
    offline(app)
    app.goto("/words/")
    app.get_by_label("Note").fill("private")
    app.get_by_role("button", name="Save").click()
    expect(app.locator(WAITING)).to_have_count(1)
    expect_in_browser(app, diaries=1, waiting=1)

    app.route("**/api/v1/captures/", lambda route: route.abort())
    app.context.set_offline(False)
    app.goto("/accounts/logout/")
    app.locator("main").get_by_role("button", name="Sign out").click()
    expect(app.get_by_role("link", name="Sign in").first).to_be_visible()
    expect_in_browser(app, diaries=0, waiting=0)


def test_somebody_else_on_the_same_device_finds_and_sends_nothing(
    app: Page, owner: User, other: User
) -> None:
    factories.capture(owner=owner, note="of the owner")
    sign_in(app, owner)
    settled(app)
    offline(app)
    app.goto("/words/")
    app.get_by_label("Note").fill("private")
    app.get_by_role("button", name="Save").click()
    expect(app.locator(WAITING)).to_have_count(1)

    app.context.set_offline(False)
    app.context.clear_cookies(name="sessionid")  # the session ends without a word
    app.route("**/api/v1/captures/", lambda route: route.abort())
    sign_in(app, other)
    open_fresh(app, "/today/")
    wait_until(app, ONLY_THIS_DIARY)
    wait_for_kept(app, "/words/")
    expect_in_browser(app, waiting=0)
    expect(app.locator("[data-waiting]")).to_be_hidden()
    offline(app)
    app.goto("/history/")
    expect(app.get_by_text("of the owner")).to_have_count(0)
    assert Capture.objects.filter(owner=other).count() == 0


def test_a_deleted_moment_is_not_kept_either(app: Page, owner: User) -> None:
    capture = factories.capture(owner=owner, note="regretted")
    sign_in(app, owner)
    settled(app)
    app.goto(f"/captures/{capture.uuid}/")
    wait_for_kept(app, f"/captures/{capture.uuid}/")
    app.goto(f"/captures/{capture.uuid}/delete/")
    app.locator("main").get_by_role("button", name="Delete").click()
    app.wait_for_url("**/history/")
    wait_until(app, f"async (path) => !(await ({KEPT})(path))", f"/captures/{capture.uuid}/")
    offline(app)
    app.goto(f"/captures/{capture.uuid}/")
    expect(app.get_by_role("heading", level=1)).to_have_text("No connection right now")


def test_a_slow_answer_gives_way_to_the_page_that_is_kept(
    app: Page, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(app, owner)
    settled(app)

    seen, answered = threading.Event(), threading.Event()

    def slowly(**asked: Any) -> Day:
        assert seen.wait(pace.patience(TIMEOUT))
        day = load_day(**asked)
        answered.set()
        return day

    monkeypatch.setattr(day_views, "load_day", slowly)
    app.goto("/today/")
    expect(app.locator(KEPT_LINE)).to_contain_text("You're offline.")
    assert not answered.is_set()
    seen.set()
    assert answered.wait(pace.patience(TIMEOUT))


def test_moments_of_an_earlier_release_go_up_once_each(app: Page, owner: User) -> None:
    """The names and the form of what waits in a browser are those of the first release."""
    sign_in(app, owner, path="/offline/")  # a page that sends nothing
    moments = [
        {"uuid": str(uuid4()), "fields": {"note": "words", "tags": ["rain"], "felt": "sad"}},
        {
            "uuid": str(uuid4()),
            "fields": {"note": "refused"},
            "refused": {"code": "invalid", "detail": "Some fields are not as expected."},
        },
    ]
    whole = [
        {
            "diary": diary_key(owner),
            "at": "2026-03-14T07:30:00.000Z",
            "zone": "Europe/Berlin",
            **moment,
        }
        for moment in moments
    ]
    evaluate(
        app,
        """(moments) => new Promise((done) => {
          const opening = indexedDB.open("diary", 1);
          opening.onupgradeneeded = () =>
            opening.result.createObjectStore("waiting", { keyPath: "uuid" });
          opening.onsuccess = () => {
            const writing = opening.result.transaction("waiting", "readwrite");
            for (const moment of moments) writing.objectStore("waiting").put(moment);
            writing.oncomplete = () => { opening.result.close(); done(); };
          };
        })""",
        whole,
    )
    app.goto("/today/")
    row = app.locator(WAITING)
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Some fields are not as expected.")
    assert Capture.objects.get().note == "words"
    row.get_by_role("button", name="Change it").click()
    app.get_by_role("dialog").get_by_role("button", name="Save and send").click()
    expect_in_browser(app, waiting=0)
    assert sorted(Capture.objects.values_list("note", flat=True)) == ["refused", "words"]
    assert {str(capture.uuid) for capture in Capture.objects.all()} == {
        moment["uuid"] for moment in moments
    }


def test_files_of_earlier_releases_go_unless_a_kept_page_needs_them(app: Page, owner: User) -> None:
    hashed = "/static/css/{}.0123456789ab.css".format
    sign_in(app, owner, path="/offline/")  # nobody's page, which installs no worker
    evaluate(
        app,
        """async ([diary, needed, stale, plain]) => {
          const shell = await caches.open("shell");
          for (const path of [needed, stale, plain]) await shell.put(path, new Response("p{}"));
          const kept = new Response(`<link href="${needed}">`, {
            headers: { "Content-Type": "text/html; charset=utf-8", Date: new Date().toUTCString() },
          });
          await (await caches.open(`diary-${diary}`)).put("/days/2026-03-14/", kept);
        }""",
        [diary_key(owner), hashed("needed"), hashed("stale"), "/static/css/plain.css"],
    )
    app.goto("/today/")

    def in_shell() -> set[str]:
        addresses = evaluate(
            app,
            """async () => (await (await caches.open("shell")).keys())
                 .map(({ url }) => new URL(url).pathname)""",
        )
        return set(addresses)

    pace.wait_until(lambda: hashed("stale") not in in_shell())
    assert {hashed("needed"), "/static/css/plain.css"} <= in_shell()
