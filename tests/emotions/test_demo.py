"""The demonstration account is a plausible year, the same each time, without a face."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from accounts.models import User
from emotions.demo import seed
from emotions.insights import trends
from emotions.insights.trends import Span
from emotions.models import Capture, Detection, Feeling, Tag

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 15, tzinfo=ZoneInfo("Europe/Lisbon"))
TODAY = NOW.date()


def test_a_year_is_seeded_in_order_and_without_photos() -> None:
    count = seed(password="a demo password", now=NOW)
    demo = User.objects.get()
    captures = Capture.objects.of(demo)
    assert captures.count() == count == demo.sequence
    assert 500 < count < 1200
    assert not captures.exclude(photo="").exists()
    assert not captures.filter(taken_at__gt=NOW).exists()
    days = trends.load_periods(owner=demo, by=Span.DAY, first=date(2025, 11, 24), last=TODAY)
    assert days[-1].captures
    assert 20 < sum(not day.captures for day in days) < 80, "days off"
    totals = trends.merge(days).feelings
    assert all(totals.values())
    assert max(totals, key=lambda feeling: totals[feeling]) in {Feeling.HAPPY, Feeling.NEUTRAL}


def test_the_year_shows_what_a_diary_can_hold() -> None:
    seed(password="a demo password", now=NOW)
    captures = Capture.objects.all()
    read = Detection.objects.all()
    assert 0.2 < read.filter(unsure=True).count() / read.count() < 0.4
    assert 0.1 < captures.filter(source=Capture.Source.MANUAL).count() / captures.count() < 0.2
    assert captures.exclude(note="").count() > 150
    assert captures.filter(mood__isnull=False).count() > 150
    assert not Tag.objects.filter(colour="").exists()
    workdays = captures.filter(detections__emotion="neutral", local_date__iso_week_day__lte=5)
    assert workdays.filter(felt="sad").count() > 20, "a neutral face may hide a sad person"


def test_seeding_again_makes_the_same_year_and_touches_nobody_else(owner: User) -> None:
    values = ("uuid", "taken_at", "felt")
    years = []
    for _ in range(2):
        seed(password="a demo password", now=NOW)
        years.append(list(Capture.objects.order_by("sequence").values_list(*values)))
    assert years[0] == years[1]
    assert User.objects.filter(pk=owner.pk).exists()


def test_the_command_tells_how_to_sign_in(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_demo")
    words = capsys.readouterr().out.split()
    assert User.objects.get(email="demo@example.org").check_password(words[-1])
