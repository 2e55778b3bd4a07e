"""The history: a calendar of a month, and moments as a list or a gallery, filtered and counted."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from emotions.captures import editing
from emotions.captures.editing import Changes
from emotions.insights import history_views
from emotions.insights.calendars import load_days
from emotions.insights.wording import day_in_words
from emotions.models import Capture, Feeling
from tests import factories

pytestmark = pytest.mark.django_db

HISTORY = "/history/"
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
UNSURE = {"neutral": 0.55, "sad": 0.45}


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def captures_on(page: Any) -> list[str]:
    return list(
        dict.fromkeys(re.findall(r'href="/captures/([0-9a-f-]{36})/"', page.content.decode()))
    )


def shown_in(client: Client, query: str) -> list[str]:
    """Return the captures that the history lists for a query."""
    return captures_on(client.get(f"{HISTORY}?view=list&{query}"))


def days_on(page: Any) -> dict[str, str]:
    """Return the text of each day of a calendar that can be opened, by its date."""
    links = re.findall(
        r'<a class="calendar__day"\s+href="/days/([\d-]+)/"(.*?)</a>', page.content.decode(), re.S
    )
    return {on: " ".join(re.sub(r"<[^>]+>", " ", f"<a {text}").split()) for on, text in links}


def record(owner: User, *moments: dict[str, Any], on: datetime = NOON) -> None:
    for number, fields in enumerate(moments):
        looks = fields.pop("looks", None)
        capture = factories.capture(owner=owner, taken_at=on + timedelta(minutes=number), **fields)
        if looks:
            factories.detection(capture=capture, looks=looks, unsure=looks is UNSURE)


# --- The calendar -----------------------------------------------------------------------------

DAYS = [
    ([{"note": "Rain."}], [], "1 moment", "1 Moment"),
    ([{"looks": "sad"}], ["sad"], "Sad", "Traurig"),
    ([{"looks": "happy", "felt": "sad"}], ["sad"], "Sad", "Traurig"),
    ([{"looks": UNSURE}], ["neutral"], "Perhaps neutral", "Vielleicht neutral"),
    (
        [{"looks": UNSURE}, {"looks": UNSURE}],
        ["neutral"],
        "2 moments: perhaps neutral",
        "2 Momente: vielleicht neutral",
    ),
    (
        [{"looks": UNSURE}, {"looks": "sad"}],
        ["sad"],
        "2 moments: sad, unsure",
        "2 Momente: traurig, unsicher",
    ),
    (
        [{"looks": "happy"}, {"felt": "sad"}],
        ["sad", "happy"],
        "2 moments: sad, happy",
        "2 Momente: traurig, fröhlich",
    ),
    (
        [{"looks": "happy"}, {"felt": "sad"}, {"looks": "happy"}],
        ["happy"],
        "3 moments: happy, sad",
        "3 Momente: fröhlich, traurig",
    ),
    (
        [{"looks": "happy"}] * 3 + [{"felt": "sad"}] * 2,
        ["happy"],
        "5 moments: mostly happy",
        "5 Momente: meist fröhlich",
    ),
    (
        [{"looks": "happy"}, {"looks": "happy"}, {"felt": "sad"}, {"felt": "fear"}, {"note": "x"}],
        ["happy", "fear"],
        "5 moments: mixed",
        "5 Momente: gemischt",
    ),
]


@pytest.mark.parametrize(("moments", "faces", "english", "german"), DAYS)
def test_a_day_has_the_face_and_the_words_that_its_moments_carry(
    owner: User, moments: list[dict[str, Any]], faces: list[str], english: str, german: str
) -> None:
    record(owner, *[dict(moment) for moment in moments])
    [day] = load_days(owner=owner, first=NOON.date(), last=NOON.date()).values()
    assert day.faces == faces
    with translation.override("en"):
        assert day_in_words(day) == english
    with translation.override("de"):
        assert day_in_words(day) == german


def test_a_month_shows_each_day_with_its_face_and_opens_it(
    owner: User, other: User, owner_client: Client, other_client: Client
) -> None:
    record(owner, {"looks": "sad"}, {"felt": "happy"})
    record(owner, {"felt": "fear"}, on=NOON - timedelta(days=14))
    record(other, {"felt": "angry"}, on=NOON - timedelta(days=1))
    page = owner_client.get(HISTORY, {"month": "2026-03"})
    days = days_on(page)
    assert len(days) == 31
    assert days["2026-03-14"].startswith("14 March: 2 moments: happy, sad")
    assert days["2026-03-13"] == "13 March"
    told = page.content.decode()
    assert told.count("#emotion-happy") == 2, "in its day, and among what was felt in the month"
    assert "#emotion-fear" not in told
    assert text_of(page).count("2 moments on 1 of 31 days.") == 1
    assert re.findall(r'<th scope="col" abbr="(\w+)"', told)[0] == "Monday"
    assert 'month=2026-02"' in told
    assert 'month=2026-04"' in told
    assert days_on(owner_client.get(HISTORY, {"month": "2026-02"}))["2026-02-28"] == (
        "28 February: Afraid Afraid"
    )
    hidden = days_on(other_client.get(HISTORY, {"month": "2026-03"}))
    assert hidden["2026-03-14"] == "14 March"
    assert Client().get(HISTORY).status_code == 302


def test_today_is_marked_and_days_to_come_are_no_links(owner_client: Client) -> None:
    page = owner_client.get(HISTORY)
    today = timezone.now().date()
    current = re.findall(r'href="/days/([\d-]+)/"\s+aria-current="date"', page.content.decode())
    assert current == [str(today)]
    assert max(days_on(page)) == str(today)
    assert 'rel="next"' not in page.content.decode()
    assert "Nothing here yet" in text_of(page)


def test_a_moment_of_a_clock_that_is_ahead_can_be_opened(owner: User, owner_client: Client) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    record(owner, {"felt": "sad"}, on=tomorrow)
    days = load_days(owner=owner, first=tomorrow.date(), last=tomorrow.date())
    assert list(days) == [tomorrow.date()]
    if tomorrow.month == timezone.now().month:
        assert str(tomorrow.date()) in days_on(owner_client.get(HISTORY))


@pytest.mark.parametrize(
    ("month", "error"),
    [
        ("2026-13", "Choose a month such as 2026-03."),
        ("March", "Choose a month such as 2026-03."),
        ("2150-01", "That month is in the future."),
        ("1899-11", "Choose a day from the years 1900 to 2199."),
        ("0001-01", "Choose a day from the years 1900 to 2199."),
    ],
)
def test_a_month_that_cannot_be_is_explained(owner_client: Client, month: str, error: str) -> None:
    for view in ("list", "gallery", "calendar"):
        page = owner_client.get(HISTORY, {"view": view, "month": month})
        assert page.status_code == 200
        assert error in text_of(page)
    assert str(timezone.now().date()) in days_on(page)


def test_the_first_month_of_all_has_none_before_it(owner_client: Client) -> None:
    page = owner_client.get(HISTORY, {"month": "1899-12"})
    assert list(days_on(page)) == ["1899-12-31"]
    assert 'rel="prev"' not in page.content.decode()


def test_a_month_takes_few_queries_however_busy_it_is(owner: User, owner_client: Client) -> None:
    for day in range(31):
        record(owner, {"looks": "happy"}, {"felt": "sad"}, on=NOON - timedelta(days=day - 10))
    owner_client.get(HISTORY)
    with CaptureQueriesContext(connection) as asked:
        owner_client.get(HISTORY, {"month": "2026-03"})
    of_captures = [one["sql"] for one in asked if "emotions_capture" in one["sql"]]
    assert len(of_captures) == 2, "the days, and the tags to filter by"


# --- Lists and galleries ----------------------------------------------------------------------


def test_the_views_are_links_that_say_which_is_shown(owner: User, owner_client: Client) -> None:
    record(owner, {"looks": "happy"})
    for view in ("calendar", "list", "gallery"):
        page = owner_client.get(HISTORY, {"view": view}).content.decode()
        current = re.findall(r'<a class="chip"\s+href="\?([^"]*)"\s+aria-current="page"', page)
        assert [query.split("&")[0] for query in current] == [f"view={view}"]
        assert ('class="calendar"' in page) == (view == "calendar")
        assert ('<ul class="entries">' in page) == (view == "list")
        assert ('class="gallery"' in page) == (view == "gallery")


def test_a_filter_asks_for_moments_and_says_how_many_of_all_it_found(
    owner: User, other: User, owner_client: Client
) -> None:
    walk = factories.capture(owner=owner, looks="happy", note="By the River.")
    editing.edit_capture(capture=walk, changes=Changes(tags=["walk"]))
    factories.capture(owner=owner, looks="sad")
    factories.capture(owner=other, looks="happy", note="River.")
    for query in ({"tag": "walk"}, {"words": "river"}, {"feeling": "happy"}):
        page = text_of(owner_client.get(HISTORY, query))
        assert "Looks happy" in page
        assert "Looks sad" not in page
        assert "walk" in page
        assert "1 of 2 moments" in page
    found = owner_client.get(HISTORY, {"words": "river"}).content.decode()
    assert "By the <mark>River</mark>." in found
    nothing = text_of(owner_client.get(HISTORY, {"source": "live"}))
    assert "No moments match" in nothing
    assert "0 of 2 moments" in nothing
    assert "2 moments" in text_of(owner_client.get(HISTORY, {"view": "list"}))


def test_the_filters_that_are_set_are_named_above_what_they_found(
    owner: User, owner_client: Client
) -> None:
    record(owner, {"looks": "happy", "note": "By the river."})
    query = {"feeling": "happy", "first": "2026-03-01", "words": "<river>", "source": "upload"}
    page = owner_client.get(HISTORY, query).content.decode()
    assert (
        "Emotion: Happy · From: 1 March 2026 · Taken by: upload · Words in notes: &lt;river&gt;"
    ) in page
    assert '<a href="?view=list">Show everything</a>' in page
    assert "Show everything" not in owner_client.get(HISTORY, {"view": "list"}).content.decode()


def test_history_is_filtered_by_emotion_and_days(owner: User, owner_client: Client) -> None:
    now = timezone.now()
    happy, sad, felt, old = (
        str(factories.capture(owner=owner, taken_at=now - timedelta(days=age), **fields).uuid)
        for age, fields in [
            (0, {"looks": "happy"}),
            (1, {"looks": "sad"}),
            (2, {"looks": "happy", "felt": "sad"}),
            (40, {"looks": "happy"}),
        ]
    )
    day = (now - timedelta(days=1)).date()
    assert shown_in(owner_client, "") == [happy, sad, felt, old]
    assert shown_in(owner_client, "feeling=sad") == [sad, felt]
    assert shown_in(owner_client, "feeling=happy") == [happy, old]
    assert shown_in(owner_client, f"first={day}") == [happy, sad]
    assert shown_in(owner_client, f"last={day}") == [sad, felt, old]
    assert captures_on(owner_client.get(f"{HISTORY}?view=gallery&first={day}&last={day}")) == [sad]
    assert shown_in(owner_client, f"feeling=happy&first={day}&last={day}") == []


def test_a_filter_that_makes_no_sense_is_explained_and_shows_everything(
    owner: User, owner_client: Client
) -> None:
    capture = str(factories.capture(owner=owner, looks="happy").uuid)
    for query in ("feeling=hangry", "first=tomorrow", "first=2026-02-30"):
        assert captures_on(owner_client.get(f"{HISTORY}?{query}")) == [capture]
    page = text_of(owner_client.get("/history/?first=2026-03-02&last=2026-03-01"))
    assert "before the first one" in page


def test_a_long_history_is_listed_month_by_month(
    owner: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_views, "PAGE_SIZE", 3)
    record(owner, *[{"looks": "happy"} for _ in range(4)])
    record(owner, {"looks": "sad"}, on=datetime(2025, 12, 31, 12, tzinfo=UTC))
    record(owner, {"looks": "sad"}, on=datetime(2025, 6, 1, 12, tzinfo=UTC))
    newest = [str(one.uuid) for one in Capture.objects.order_by("-taken_at")]
    latest = owner_client.get(HISTORY, {"view": "list"})
    assert captures_on(latest) == newest[:3]
    assert "March 2026" in text_of(latest)
    told = latest.content.decode()
    assert 'href="?view=list&amp;month=2025-12"' in told, "months without moments are skipped"
    more = owner_client.get(HISTORY, {"view": "list", "page": "2"})
    assert captures_on(more) == newest[3:4]
    december = owner_client.get(HISTORY, {"view": "list", "month": "2025-12"})
    assert captures_on(december) == newest[4:5]
    assert 'month=2025-06"' in december.content.decode()
    assert 'month=2026-03"' in december.content.decode()
    found = owner_client.get(HISTORY, {"feeling": "sad"})
    assert captures_on(found) == newest[4:], "what fits on a page is not split by months"
    january = owner_client.get(HISTORY, {"view": "list", "month": "2026-01"})
    assert "No moments this month." in text_of(january)


def test_pages_of_a_filtered_month_keep_the_filter(
    owner: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_views, "PAGE_SIZE", 3)
    record(owner, *[{"looks": "happy"} for _ in range(4)], {"looks": "sad"})
    page = owner_client.get("/history/?feeling=happy&view=gallery").content.decode()
    assert "?feeling=happy&amp;view=gallery&amp;page=2" in page
    assert len(shown_in(owner_client, "feeling=happy&page=2")) == 1


def test_the_chart_counts_what_is_found_and_its_table_the_same(
    owner: User, owner_client: Client
) -> None:
    now = timezone.now()
    for looks in ("happy", "happy", "sad"):
        factories.capture(owner=owner, looks=looks, taken_at=now)
    factories.capture(owner=owner, looks="sad", taken_at=now - timedelta(days=2))
    page = owner_client.get(HISTORY, {"view": "list"})
    data = page.context["chart"].data
    columns = {series["emotion"]: series["counts"] for series in data["series"]}
    assert len(data["labels"]) == 30
    assert (columns["happy"][-1], columns["sad"][-1], columns["sad"][-3]) == (2, 1, 1)
    row = re.search(r"<tbody>.*?</tbody>", page.content.decode(), re.DOTALL)
    assert row
    counts = re.findall(r'"number">(\d+)<', row[0])
    assert counts == ["0", "0", "0", "0", "0", "1", "0", "0", "0", "0", "2", "0", "1", "0"]
    filtered = owner_client.get(HISTORY, {"feeling": "happy"}).context["chart"].data["series"]
    assert {one["emotion"]: sum(one["counts"]) for one in filtered} == {
        **dict.fromkeys(Feeling.values, 0),
        "happy": 2,
    }


@pytest.mark.parametrize(("years", "labels"), [(0, 30), (0.5, 27), (8, 97)])
def test_the_chart_of_what_was_found_spans_it(
    owner: User, owner_client: Client, years: float, labels: int
) -> None:
    for on in (NOON, NOON - timedelta(days=int(365.25 * years))):
        factories.capture(owner=owner, looks="happy", taken_at=on)
    chart = owner_client.get(HISTORY, {"view": "list"}).context["chart"]
    assert len(chart.data["labels"]) == labels
    assert sum(chart.data["series"][3]["counts"]) == 2


@pytest.mark.parametrize("view", ["list", "gallery", "calendar"])
def test_history_shows_nothing_of_another(
    portrait: Capture, other_client: Client, view: str
) -> None:
    page = other_client.get(HISTORY, {"view": view}).content.decode()
    assert str(portrait.uuid) not in page
    assert "#emotion-" not in page
