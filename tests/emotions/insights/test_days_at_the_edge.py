"""No day is too early, too late or in the wrong order for pages and API to answer."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from emotions.models import Capture
from emotions.models.limits import EARLIEST_MOMENT, FIRST_DAY, LAST_DAY
from tests import factories

pytestmark = pytest.mark.django_db

TOMORROW = datetime.now(UTC).date() + timedelta(days=1)
DAYS = [
    *("0001-01-01", "0001-01-28", "0026-11-26", "1899-12-30", str(FIRST_DAY), "1900-01-01"),
    *(str(TOMORROW), str(LAST_DAY), "2200-01-01", "9999-12-30", "9999-12-31"),
    *("2026-02-30", "0000-00-00", "-1", "٢٠٢٦-٠١-٠١"),
]
ZONES = ["Pacific/Kiritimati", "Etc/GMT+12", "America/St_Johns"]
SPANS = [
    dict.fromkeys(names, day)
    for names in (("first",), ("last",), ("first", "last"))
    for day in ("0001-01-01", "0026-11-26", str(TOMORROW), str(LAST_DAY), "9999-12-31")
]
IN_PATHS = ["/days/{day}/", "/review/week/{day}/", "/review/month/{day}/"]
WITH_SPANS = ["/history/", "/history/?view=list", "/trends/", "/trends/moods.csv"]
API = ["captures/", "trends/", "patterns/"]


@pytest.fixture(autouse=True)
def _moments(owner: User) -> None:
    for _ in range(10):  # charts need them
        factories.capture(owner=owner, looks="happy")
    for moment in (EARLIEST_MOMENT, datetime.now(UTC) + timedelta(hours=23)):
        for zone in ZONES:
            factories.capture(owner=owner, felt="sad", taken_at=moment, time_zone=zone)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("path", IN_PATHS)
def test_a_page_of_a_day_is_there_or_not_found(owner_client: Client, path: str, day: str) -> None:
    page = owner_client.get(path.format(day=day))
    try:
        within = FIRST_DAY <= date.fromisoformat(day) <= LAST_DAY
    except ValueError:
        within = False
    assert page.status_code == (200 if within else 404)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("path", WITH_SPANS)
def test_pages_of_a_span_answer_whatever_its_days(
    owner_client: Client, path: str, zone: str
) -> None:
    owner_client.cookies["time_zone"] = zone
    spans = [*SPANS, {"first": str(TOMORROW), "last": "2026-01-01"}, {"first": "", "last": ""}]
    for number, span in enumerate(spans):
        query = {**span, "by": ("day", "week", "month")[number % 3]}
        assert owner_client.get(path, query).status_code == 200, query


@pytest.mark.parametrize("path", API)
def test_the_api_answers_or_says_which_days_it_expects(owner_api: APIClient, path: str) -> None:
    for number, span in enumerate(SPANS):
        query = span if path == "captures/" else {**span, "time_zone": ZONES[number % len(ZONES)]}
        answer = owner_api.get(f"/api/v1/{path}", query)
        assert answer.status_code in {200, 400}, (query, answer.content)
        if answer.status_code == 400:
            assert answer["Content-Type"] == "application/problem+json"
            assert set(answer.json()["errors"]) <= {"first", "last"}


def test_days_that_no_chart_can_show_are_refused_by_the_years_expected(
    owner_api: APIClient, owner_client: Client
) -> None:
    query = {"first": "9999-12-30", "last": "9999-12-31", "by": "day"}
    answer = owner_api.get("/api/v1/trends/", query)
    assert answer.status_code == 400
    assert answer.json()["errors"]["last"] == ["Choose a day from the years 1900 to 2199."]
    for path in ("/trends/", "/history/"):
        assert "from the years 1900 to 2199" in owner_client.get(path, query).content.decode()


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("0026-11-26T09:30", "Choose a time in 1900 or later."),
        ("0001-01-01T00:00", "Choose a time in 1900 or later."),
        ("1899-12-30T23:59", "Choose a time in 1900 or later."),
        ("9999-12-31T23:59", "That time is in the future."),
        (f"{TOMORROW + timedelta(days=1)}T12:00", "That time is in the future."),
    ],
)
def test_words_are_of_a_moment_that_an_import_takes_too(
    owner_client: Client, moment: str, expected: str
) -> None:
    before = Capture.objects.count()
    for zone in ("UTC", *ZONES):
        owner_client.cookies["time_zone"] = zone
        page = owner_client.post(reverse("emotions:words"), {"note": "x", "taken_at": moment})
        assert page.status_code == 422
        assert expected in page.content.decode()
    assert Capture.objects.count() == before


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "0026-11-26T09:30:00Z"],
)
def test_the_api_refuses_moments_out_of_range(owner_api: APIClient, moment: str) -> None:
    body = {"note": "x", "taken_at": moment}
    answer = owner_api.post("/api/v1/captures/", body, format="json")
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"taken_at"})
