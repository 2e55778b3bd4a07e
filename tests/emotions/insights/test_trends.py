"""Trends, years and reviews show what the records say, to their owner alone."""

import csv
import io
import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from emotions.insights import charts, trends, views
from emotions.insights.trends import Period, Span
from emotions.models import Capture, Feeling, Tag
from ml import registry
from tests import factories
from tests.ml import versions

DAYS = "?by=day&first=2026-03-01&last=2026-03-14"
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
CHARTS = ["moods", "sentiment", "distribution", "felt", "hours", "tags"]


def moments(owner: User) -> None:
    """Record some moments on three of the days, one of a face that looks otherwise than felt."""
    factories.capture(owner=owner, looks="happy", taken_at=NOON)
    factories.capture(owner=owner, looks="happy", felt="sad", taken_at=NOON - timedelta(hours=3))
    factories.capture(owner=owner, looks="neutral", taken_at=NOON - timedelta(days=2))
    factories.capture(owner=owner, mood=5, taken_at=NOON - timedelta(days=9))


def drawn(page: str, name: str) -> dict[str, Any]:
    """Return the data of a chart on a page."""
    found = re.search(rf'<script id="chart-{name}" type="application/json">(.*?)</script>', page)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def table(client: Client, address: str) -> list[dict[str, str]]:
    """Return the rows of a chart's file by their column."""
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/csv")
    assert "attachment" in response["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def test_feelings_are_counted_by_day_felt_before_detected(owner: User, other: User) -> None:
    moments(owner)
    crowd = factories.capture(owner=owner, looks="happy", taken_at=NOON)
    factories.detection(capture=crowd, looks="angry", is_me=False)
    factories.capture(owner=owner, taken_at=NOON)
    factories.capture(owner=other, looks="fear", taken_at=NOON)
    before, day = trends.load_periods(
        owner=owner, by=Span.DAY, first=date(2026, 3, 13), last=date(2026, 3, 14)
    )
    assert (before.captures, before.feelings.total()) == (0, 0)
    assert day.captures == 4
    assert +day.feelings == Counter({Feeling.HAPPY: 2, Feeling.SAD: 1})


def test_a_moving_average_weighs_moments_and_leaves_gaps() -> None:
    some = [(2, 2.0), (0, 0.0), (1, -1.0), (1, 0.5)]
    periods = [
        Period(date(2026, 3, n), date(2026, 3, n), captures=count, computed_from=count, total=total)
        for n, (count, total) in enumerate(some, start=1)
    ]
    assert charts.moving_average(periods, 3) == [1.0, None, pytest.approx(1 / 3), -0.25]


@pytest.fixture
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw charts from one moment on."""
    monkeypatch.setattr(views, "MIN_ENTRIES", 1)


def test_a_new_person_reads_how_many_moments_trends_need(
    owner: User, owner_client: Client, other_client: Client
) -> None:
    begin = "Trends begin with 10 moments."
    page = owner_client.get("/trends/").content.decode()
    assert begin in page
    assert "so far" not in page
    for minute in range(9):
        factories.capture(owner=owner, felt="sad", taken_at=NOON + timedelta(minutes=minute))
    page = owner_client.get(f"/trends/{DAYS}").content.decode()
    assert f"{begin} You have 9 so far." in page
    assert "<canvas" not in page
    assert "An example" in page
    factories.capture(owner=owner, mood=4, taken_at=NOON)
    page = owner_client.get(f"/trends/{DAYS}").content.decode()
    assert "Trends begin" not in page
    assert page.count("<canvas") == 4, "too few answers and tags for the other two"
    assert "Needs 10 photos you've answered; there are 0 so far." in unescape(page)
    elsewhere = owner_client.get("/trends/?first=2026-02-01&last=2026-02-28").content.decode()
    assert "0 moments in these days. Charts need 10" in elsewhere
    assert "<canvas" not in elsewhere
    assert begin in other_client.get("/trends/").content.decode()


@pytest.mark.usefixtures("few_are_enough")
def test_every_chart_says_in_its_drawing_what_its_table_says(
    owner: User, owner_client: Client
) -> None:
    moments(owner)
    page = owner_client.get(f"/trends/{DAYS}").content.decode()
    moods = drawn(page, "moods")
    assert len(moods["labels"]) == 14
    happy = next(one for one in moods["series"] if one["emotion"] == "happy")
    assert happy["counts"] == [0] * 13 + [1]
    rows = table(owner_client, f"/trends/moods.csv{DAYS}")
    assert [row["Day"] for row in rows] == ["12 Mar", "14 Mar"]
    assert rows[1] | {"Happy": "1", "Sad": "1"} == rows[1]

    sentiment = drawn(page, "sentiment")["lines"][0]["values"]
    assert sentiment == [None] * 4 + [1.0] + [None] * 6 + [0.0, None, 0.1]
    rows = table(owner_client, f"/trends/sentiment.csv{DAYS}")
    assert [row["Sentiment"] for row in rows] == ["1.0", "0.0", "0.1"]
    assert rows[2]["7-day average"] == "0.07", "(1 - 0.8 + 0) / 3"

    bars = drawn(page, "distribution")
    assert dict(zip(bars["emotions"], bars["bars"][0]["values"], strict=True)) == {
        **dict.fromkeys(Feeling.values, 0),
        "happy": 1,
        "neutral": 1,
        "sad": 1,
    }
    rows = table(owner_client, f"/trends/felt.csv{DAYS}")
    assert {row["Emotion"]: (row["Felt"], row["Detected"]) for row in rows}["Sad"] == ("1", "0")
    cells = drawn(page, "hours")["cells"]
    assert {(cell["x"], cell["y"], cell["moments"]) for cell in cells} == {
        (12, 5, 1),
        (9, 5, 1),
        (12, 3, 2),
    }


def test_tags_in_files_are_defused_and_claim_nothing_below_ten(
    owner: User, owner_client: Client
) -> None:
    tag = Tag.objects.create(owner=owner, name="=cmd()")
    factories.capture(owner=owner, looks="happy", taken_at=NOON).tags.add(tag)
    [row] = table(owner_client, f"/trends/tags.csv{DAYS}")
    assert (row["Tag"], row["Moments"], row["Difference"]) == ("'=cmd()", "1", "")
    assert row["In words"] == "too few to tell"


@pytest.mark.usefixtures("few_are_enough")
def test_a_new_network_is_told(owner: User, owner_client: Client) -> None:
    moments(owner)
    version = registry.register(versions.files("careful-2"), made_by="somebody")
    factories.capture(owner=owner, taken_at=NOON + timedelta(hours=1))
    latest = Capture.objects.order_by("-taken_at")[0]
    factories.detection(capture=latest, looks="sad", model_version=version)
    page = owner_client.get(f"/trends/{DAYS}").content.decode()
    assert drawn(page, "sentiment")["marks"] == [{"at": 13, "label": "careful-2"}]
    assert "another network reads your photos: careful-2" in page


@pytest.mark.parametrize("name", [*CHARTS, "nothing"])
def test_others_see_nothing_of_it(
    owner: User, other_client: Client, client: Client, name: str
) -> None:
    moments(owner)
    address = f"/trends/{name}.csv{DAYS}"
    if name == "nothing":
        assert other_client.get(address).status_code == 404
    else:
        told = other_client.get(address).content.decode()
        assert not re.search(r"14 Mar|12:00", told)
        assert not re.search(r"^[^,]+,[1-9]", told, re.M)
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("address", ["/trends/", "/trends/2026/", "/review/week/2026-03-14/"])
def test_pages_are_for_their_owner(
    owner: User, owner_client: Client, other_client: Client, client: Client, address: str
) -> None:
    factories.capture(owner=owner, looks="fear", taken_at=NOON, note="Only mine.")
    assert owner_client.get(address).status_code == 200
    told = other_client.get(address)
    assert told.status_code == 200
    assert "Only mine." not in told.content.decode()
    assert client.get(address).url.startswith("/accounts/login/")  # type: ignore[attr-defined]


@pytest.mark.usefixtures("few_are_enough")
@pytest.mark.parametrize(
    "query",
    [
        "?by=century",
        "?first=yesterday",
        "?first=2026-03-14&last=2026-03-01",
        "?by=day&first=2020-01-01&last=2026-03-01",
    ],
)
def test_days_that_make_no_sense_are_answered_with_the_usual_ones(
    owner: User, owner_client: Client, query: str
) -> None:
    factories.capture(owner=owner, looks="happy", taken_at=timezone.now())
    page = owner_client.get(f"/trends/{query}").content.decode()
    assert len(drawn(page, "moods")["labels"]) == 30


def test_the_first_day_of_all_is_no_failure(owner: User, owner_client: Client) -> None:
    moments(owner)
    assert owner_client.get("/trends/?last=0001-01-01").status_code == 200


@pytest.mark.usefixtures("few_are_enough")
def test_many_years_by_month_are_told_without_the_rest(owner: User, owner_client: Client) -> None:
    moments(owner)
    page = owner_client.get("/trends/?by=month&first=2018-01-01&last=2026-03-14").content.decode()
    assert len(drawn(page, "moods")["labels"]) == 99
    assert "chart-hours" not in page


def test_a_year_has_a_cell_for_each_day_that_opens_it(owner: User, owner_client: Client) -> None:
    moments(owner)
    page = owner_client.get("/trends/2026/").content.decode()
    cells = dict(
        re.findall(r'<a class="year__day\s*"\s+href="/days/([\d-]+)/"(.*?)</a>', page, re.S)
    )
    faces = {on: re.findall(r"#emotion-(\w+)", cell) for on, cell in cells.items()}
    assert {on: found for on, found in faces.items() if found} == {
        "2026-03-12": ["neutral"],
        "2026-03-14": ["happy"],
    }
    assert "14 March: 2 moments: happy, sad" in cells["2026-03-14"]
    assert "5 March: 1 moment" in cells["2026-03-05"]
    assert "2026-02-28" in cells
    assert "2 days with a mood" in page
    heads = re.findall(r'<th scope="col">.*?visually-hidden">(\w+)', page, re.S)
    assert (len(heads), heads[0]) == (12, "January")
    rows = table(owner_client, "/trends/2026/year.csv")
    assert [(row["Day"], row["Emotion"], row["Sentiment"]) for row in rows] == [
        ("5 Mar", "", "1.0"),
        ("12 Mar", "Neutral", "0.0"),
        ("14 Mar", "Happy", "0.1"),
    ]


@pytest.mark.parametrize("year", ["1899", "2099", "99999999999"])
def test_years_to_come_are_no_pages(owner_client: Client, year: str) -> None:
    assert owner_client.get(f"/trends/{year}/").status_code == 404


def test_a_review_tells_a_week_day_by_day(owner: User, owner_client: Client) -> None:
    moments(owner)
    tag = Tag.objects.create(owner=owner, name="piano")
    Capture.objects.filter(felt="sad").update(note="Rain all day.")
    Capture.objects.get(felt="sad").tags.add(tag)
    page = owner_client.get("/review/week/2026-03-12/").content.decode()
    assert "9 March to 15 March 2026" in page
    assert "3 moments on 2 of 7 days." in page
    assert "2 moments: happy, sad" in page
    assert "Rain all day." in page
    assert "piano" in page
    month = owner_client.get("/review/month/2026-03-31/").content.decode()
    assert "March 2026" in month
    assert "4 moments on 3 of 31 days." in month
    for address in ("/review/decade/2026-03-12/", "/review/month/9999-12-31/"):
        assert owner_client.get(address).status_code == 404
    assert owner_client.get("/review/week/0001-01-01/").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        f"/trends/{DAYS}",
        "/trends/2026/",
        "/review/month/2026-03-14/",
        "/history/",
        "/history/?view=list",
    ],
)
@pytest.mark.usefixtures("few_are_enough")
def test_pages_take_the_same_queries_however_much_there_is(
    owner: User, owner_client: Client, address: str
) -> None:
    def queries(captures: range) -> int:
        for hour in captures:
            taken_at = NOON - timedelta(hours=hour)
            capture = factories.capture(owner=owner, looks="happy", taken_at=taken_at)
            capture.tags.add(Tag.objects.get_or_create(owner=owner, name=f"tag {hour % 3}")[0])
        with CaptureQueriesContext(connection) as asked:
            assert owner_client.get(address).status_code == 200
        return len(asked)

    queries(range(3))  # what is remembered from here on is asked for once
    assert queries(range(3, 6)) == queries(range(6, 24))
