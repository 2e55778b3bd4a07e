"""Days across changes of clocks and time zones."""

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from emotions.captures import recording
from emotions.captures.days import load_day
from emotions.captures.moods import Mood
from emotions.captures.recording import SelfReport
from emotions.insights import trends
from emotions.models import Capture, Feeling

pytestmark = pytest.mark.django_db


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def mood(valence: float) -> Mood:
    return Mood(None, valence, None)


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        ("2026-03-29T00:30:00+00:00", "Europe/Berlin", "2026-03-29"),  # 01:30, an hour is skipped
        ("2026-03-29T21:59:00+00:00", "Europe/Berlin", "2026-03-29"),  # 23:59 of the short day
        ("2026-03-29T22:01:00+00:00", "Europe/Berlin", "2026-03-30"),
        ("2026-10-25T00:30:00+00:00", "Europe/Berlin", "2026-10-25"),  # 02:30, for the first time
        ("2026-10-25T01:30:00+00:00", "Europe/Berlin", "2026-10-25"),  # 02:30, once more
        ("2026-10-25T22:59:00+00:00", "Europe/Berlin", "2026-10-25"),  # the 25th hour
        ("2026-03-14T11:00:00+00:00", "Pacific/Kiritimati", "2026-03-15"),
        ("2026-03-14T11:00:00+00:00", "Pacific/Niue", "2026-03-14"),
    ],
)
def test_a_day_has_the_hours_that_it_has(
    owner: User, owner_client: Client, moment: str, zone: str, day: str
) -> None:
    capture = recording.record_capture(
        owner=owner,
        source=Capture.Source.MANUAL,
        taken_at=datetime.fromisoformat(moment),
        time_zone=zone,
        self_report=SelfReport(felt=Feeling.SAD),
    )
    assert str(capture.local_date) == day
    page = owner_client.get(reverse("emotions:day", args=[capture.local_date]))
    assert text_of(page).count("Sad") >= 1
    local = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    assert f"{local:%H:%M}" in text_of(page)


def test_days_of_who_travels_neither_vanish_nor_double(owner: User) -> None:
    """From Auckland over the date line to Honolulu: the 14th is lived twice, in order."""
    flights = [
        ("2026-03-13T20:00:00+00:00", "Pacific/Auckland"),  # 14 March, 09:00
        ("2026-03-14T06:00:00+00:00", "Pacific/Auckland"),  # 14 March, 19:00
        ("2026-03-14T18:00:00+00:00", "Pacific/Honolulu"),  # 14 March, 08:00
        ("2026-03-15T08:00:00+00:00", "Pacific/Honolulu"),  # 14 March, 22:00
    ]
    for moment, zone in flights:
        recording.record_capture(
            owner=owner,
            source=Capture.Source.MANUAL,
            taken_at=datetime.fromisoformat(moment),
            time_zone=zone,
            self_report=SelfReport(mood=3),
        )
    day = load_day(owner=owner, on=date(2026, 3, 14))
    assert [capture.taken_at.isoformat() for capture in day.captures] == [
        moment for moment, _ in flights
    ]
    (period,) = trends.load_periods(
        owner=owner, by=trends.Span.DAY, first=date(2026, 3, 14), last=date(2026, 3, 14)
    )
    assert period.captures == 4
