"""Today, any day, the history and its filters, and agreement."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from emotions.insights import baseline, day_views
from emotions.models import Capture, Feeling
from tests import factories

pytestmark = pytest.mark.django_db


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_a_page_tells_how_often_the_two_agree(
    owner: User, other: User, owner_client: Client
) -> None:
    url = reverse("emotions:agreement")
    assert "Say how you felt below a photo" in text_of(owner_client.get(url))
    for felt in ("happy", "happy", "sad", "sad", "fear"):
        factories.capture(owner=owner, looks="happy", felt=felt)
    factories.capture(owner=owner, looks="sad", felt="sad")
    factories.capture(owner=owner, looks="sad")
    factories.capture(owner=owner, felt="angry")
    factories.capture(owner=other, looks="sad", felt="fear")
    rows = {row.detected: row for row in baseline.self_agreement(owner=owner)}
    happy, sad = rows[Feeling.HAPPY], rows[Feeling.SAD]
    assert (happy.total, happy.agreed, happy.most_common_other) == (5, 2, Feeling.SAD)
    assert (sad.total, sad.agreed, sad.most_common_other) == (1, 1, None)
    assert "You answered 6 photos, and 3 of your answers matched" in text_of(owner_client.get(url))


def test_today_answers_mood_and_sentiment_and_how_they_were_computed(
    owner: User, owner_client: Client
) -> None:
    now = timezone.now()
    factories.capture(owner=owner, looks="happy", taken_at=now)
    factories.capture(owner=owner, looks={"happy": 0.6, "neutral": 0.4}, taken_at=now)
    factories.capture(owner=owner, looks="sad", taken_at=now - timedelta(days=2))
    page = owner_client.get(reverse("emotions:today")).content.decode()
    assert "Your face looked happy each time." in page
    assert "positive" in page
    assert "about a mood (2); each counts the same" in page
    assert "+0.80" in page


def test_today_shows_nothing_of_another(owner: User, other_client: Client) -> None:
    factories.capture(owner=owner, looks="happy", taken_at=timezone.now())
    assert (
        "Nothing noted yet today." in other_client.get(reverse("emotions:today")).content.decode()
    )


def test_any_day_is_shown_with_its_mood_and_only_ones_own(
    owner: User, owner_client: Client, other_client: Client, client: Client
) -> None:
    factories.capture(owner=owner, looks="sad")
    url = "/days/2026-03-14/"
    page = owner_client.get(url).content.decode()
    assert "Your face looked sad." in page
    assert 'href="/days/2026-03-13/"' in page
    assert 'href="/days/2026-03-15/"' in page
    assert "Nothing noted on this day." in other_client.get(url).content.decode()
    assert client.get(url).status_code == 302
    assert owner_client.get("/days/2026-02-30/").status_code == 404


def test_a_day_leads_to_the_days_around_it_and_to_its_month(owner_client: Client) -> None:
    page = owner_client.get("/days/2026-03-14/").content.decode()
    assert re.findall(r'rel="(\w+)"\s+href="/days/([\d-]+)/"', page) == [
        ("prev", "2026-03-13"),
        ("next", "2026-03-15"),
    ]
    assert page.count("→") == page.count("←") == 1
    assert 'href="/history/?month=2026-03"' in page
    today = owner_client.get(reverse("emotions:today")).content.decode()
    assert 'rel="next"' not in today
    assert today.count("→") == 1, "the arrow stays where it is, without a link"


def test_an_empty_day_of_the_past_can_be_filled(
    owner: User, owner_client: Client, other_client: Client
) -> None:
    day = "/days/2026-03-14/"
    page = owner_client.get(day).content.decode()
    assert "Nothing noted on this day." in page
    assert 'href="/words/2026-03-14/"' in page
    form = owner_client.get("/words/2026-03-14/")
    assert "How was 14 March?" in text_of(form)
    assert 'value="2026-03-14T12:00"' in form.content.decode()
    sent = {"felt": "sad", "taken_at": "2026-03-14T12:00"}
    assert owner_client.post("/words/2026-03-14/", sent).status_code == 302
    filled = owner_client.get(day).content.decode()
    assert "You felt sad." in filled
    assert 'href="/words/2026-03-14/"' in filled
    assert "Nothing noted on this day." in other_client.get(day).content.decode()
    assert Client().get("/words/2026-03-14/").url.startswith("/accounts/login/")  # type: ignore[attr-defined]


def test_a_moment_of_a_day_to_come_cannot_be_added(owner_client: Client) -> None:
    today = timezone.now().date()
    for day in (today + timedelta(days=2), "2026-02-30", "1899-12-30"):
        assert owner_client.get(f"/words/{day}/").status_code == 404
    page = owner_client.get(f"/days/{today + timedelta(days=2)}/").content.decode()
    assert "/words/2" not in page
    now = owner_client.get(f"/words/{today}/").content.decode()
    assert f'value="{today}T12:00"' not in now or timezone.now().hour == 12


def test_the_latest_moment_of_a_long_day_is_one_tap_away(
    owner: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_views, "MOMENTS_IN_SIGHT", 2)
    monkeypatch.setattr(day_views, "MOMENTS_ON_DAY_PAGE", 4)
    noon = datetime(2026, 3, 14, 12, tzinfo=UTC)

    def page(number: int, query: str = "") -> str:
        taken = Capture.objects.filter(owner=owner).count()
        for minute in range(taken, number):
            factories.capture(owner=owner, mood=3, taken_at=noon + timedelta(minutes=minute))
        shown: str = owner_client.get(f"/days/2026-03-14/{query}").content.decode()
        return shown

    assert "Go to the latest" not in page(2)
    assert 'href="#latest"' in page(3)
    assert page(3).count('id="latest"') == 1
    long = page(6)
    assert 'href="?page=2#latest"' in long
    assert 'id="latest"' not in long
    assert 'id="latest"' in page(6, "?page=2")
