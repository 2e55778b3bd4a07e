"""Today, any day, the history and its filters, and agreement."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from emotions.captures import editing
from emotions.captures.editing import Changes
from emotions.insights import baseline
from emotions.models import Capture, Feeling
from tests import factories

pytestmark = pytest.mark.django_db


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def shown_in(client: Client, query: str) -> list[str]:
    """Return the captures that the history shows for a query."""
    page = client.get(f"{reverse('emotions:history')}?{query}").content.decode()
    return list(dict.fromkeys(re.findall(r'href="/captures/([0-9a-f-]{36})/"', page)))


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


def test_history_is_filtered_by_tag_source_and_words(owner: User, owner_client: Client) -> None:
    walk = factories.capture(owner=owner, looks="happy", note="By the River.")
    editing.edit_capture(capture=walk, changes=Changes(tags=["walk"]))
    factories.capture(owner=owner, looks="sad")
    url = reverse("emotions:history")
    for query in ({"tag": "walk"}, {"words": "river"}):
        page = text_of(owner_client.get(url, query))
        assert "Looks happy" in page
        assert "Looks sad" not in page
        assert "walk" in page
    found = owner_client.get(url, {"words": "river"}).content.decode()
    assert "By the <mark>River</mark>." in found
    assert "No moment fits" in text_of(owner_client.get(url, {"source": "live"}))


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


def test_history_pages_through_all_captures_newest_first(owner: User, owner_client: Client) -> None:
    now = timezone.now()
    captures = [
        factories.capture(owner=owner, looks="happy", taken_at=now - timedelta(hours=n))
        for n in range(30)
    ]
    url = reverse("emotions:history")
    first = owner_client.get(url).content.decode()
    second = owner_client.get(f"{url}?page=2").content.decode()
    shown = re.findall(r'href="/captures/([0-9a-f-]{36})/"', first + second)
    assert list(dict.fromkeys(shown)) == [str(capture.uuid) for capture in captures]
    assert "Mostly happy: 30 of 30 moments from " in first
    assert "<table" in first


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
    assert shown_in(owner_client, f"first={day}&last={day}&view=gallery") == [sad]
    assert shown_in(owner_client, f"feeling=happy&first={day}&last={day}") == []


def test_a_filter_that_makes_no_sense_is_explained_and_shows_everything(
    owner: User, owner_client: Client
) -> None:
    capture = str(factories.capture(owner=owner, looks="happy").uuid)
    for query in ("feeling=hangry", "first=tomorrow", "first=2026-02-30"):
        assert shown_in(owner_client, query) == [capture]
    page = owner_client.get("/history/?first=2026-03-02&last=2026-03-01").content.decode()
    assert "before the first one" in page


def test_pages_of_a_filtered_history_keep_the_filter(owner: User, owner_client: Client) -> None:
    for _ in range(25):
        factories.capture(owner=owner, looks="happy")
    page = owner_client.get("/history/?feeling=happy&view=gallery").content.decode()
    assert "?feeling=happy&amp;view=gallery&amp;page=2" in page
    assert len(shown_in(owner_client, "feeling=happy&page=2")) == 1


def test_the_chart_and_its_table_count_the_same(owner: User, owner_client: Client) -> None:
    now = timezone.now()
    for looks in ("happy", "happy", "sad"):
        factories.capture(owner=owner, looks=looks, taken_at=now)
    page = owner_client.get(reverse("emotions:history"))
    data = page.context["chart"].data
    columns = {series["emotion"]: series["counts"] for series in data["series"]}
    assert len(data["labels"]) == 30
    assert (columns["happy"][-1], columns["sad"][-1]) == (2, 1)
    assert sum(map(sum, columns.values())) == 3
    row = re.search(r"<tbody>.*?</tbody>", page.content.decode(), re.DOTALL)
    assert row
    assert re.findall(r'"number">(\d+)<', row[0]) == ["0", "0", "0", "2", "0", "1", "0"]


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


def test_history_shows_nothing_of_another(portrait: Capture, other_client: Client) -> None:
    page = other_client.get(reverse("emotions:history")).content.decode()
    assert str(portrait.uuid) not in page
