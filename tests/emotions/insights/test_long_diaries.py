"""Pages of a diary that is very long read it in parts and still say what is true of all of it."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from emotions.captures import selectors
from emotions.captures import views as capture_views
from emotions.insights import day_views, patterns, reviews
from emotions.insights import views as insight_views
from emotions.insights.trends import Span
from emotions.models import Capture, Tag
from tests import factories

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 14)
MORNING = datetime(2026, 3, 14, 6, tzinfo=UTC)


def moments(owner: User, number: int, **fields: Any) -> list[Capture]:
    return [
        factories.capture(owner=owner, taken_at=MORNING + timedelta(minutes=n), **fields)
        for n in range(number)
    ]


def captures_on(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'href="/captures/([0-9a-f-]{36})/"', page)))


def tag(capture: Capture, *names: str) -> None:
    for name in names:
        capture.tags.add(Tag.objects.get_or_create(owner=capture.owner, name=name)[0])


def test_a_day_shows_its_moments_page_by_page(
    owner: User, owner_client: Client, other_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_views, "MOMENTS_ON_DAY_PAGE", 4)
    made = [str(capture.uuid) for capture in moments(owner, 6, looks="happy")]
    url = reverse("emotions:day", args=[DAY])
    first = owner_client.get(url).content.decode()
    second = owner_client.get(url, {"page": 2}).content.decode()
    assert captures_on(first) == made[:4]
    assert captures_on(second) == made[4:]
    assert "Later" in first
    assert "Earlier" in second
    assert "a mood (6);" in second, "the mood is that of the whole day"
    assert captures_on(other_client.get(url).content.decode()) == []
    assert Client().get(url).status_code == 302


def test_the_trash_is_listed_page_by_page(
    owner: User, owner_client: Client, other_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_views, "TRASH_PAGE_SIZE", 2)
    moments(owner, 3, deleted_at=MORNING)
    url = reverse("emotions:trash")
    pages = [owner_client.get(url, {"page": page}).content.decode() for page in (1, 2)]
    shown = [page.count('class="trashed"') for page in pages]
    assert shown == [2, 1]
    assert 'class="trashed"' not in other_client.get(url).content.decode()


def test_a_review_shows_the_first_notes_of_each_day_and_counts_the_others(
    owner: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviews, "MAX_NOTES", 2)
    for n in range(4):
        factories.capture(
            owner=owner, note=f"Note {n}.", taken_at=MORNING + timedelta(hours=n), mood=3
        )
    factories.capture(owner=owner, note="The next day.", taken_at=MORNING + timedelta(days=1))
    page = owner_client.get(reverse("emotions:review", args=["week", DAY])).content.decode()
    assert "Note 1." in page
    assert "Note 2." not in page
    assert "2 more notes are on the page of that day." in page
    assert "The next day." in page


def test_a_review_names_the_most_used_tags(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviews, "MAX_TAGS", 2)
    made = moments(owner, 3)
    for capture in made:
        tag(capture, "often")
    tag(made[0], "rarely", "now and then")
    tag(made[1], "now and then")
    review = reviews.review(owner=owner, span=Span.WEEK, on=DAY)
    assert [one.name for one in review.tags] == ["often", "now and then"]


def test_patterns_go_by_the_latest_moments_and_say_so(
    owner: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments(owner, 4, looks="happy")
    moments(owner, 1, looks="sad")
    url = reverse("emotions:trends")
    span = {"first": str(DAY), "last": str(DAY)}
    monkeypatch.setattr(insight_views, "MIN_ENTRIES", 5)
    assert "Only the latest" not in owner_client.get(url, span).content.decode()
    monkeypatch.setattr(patterns, "MAX_MOMENTS", 3)
    loaded = patterns.load_moments(owner=owner, first=DAY, last=DAY)
    assert loaded.ids == list(
        Capture.objects.order_by("taken_at", "id").values_list("pk", flat=True)[2:]
    )
    page = owner_client.get(url, span).content.decode()
    assert page.count("Only the latest 3 moments count here.") == 3
    assert "Based on 5 moments with an emotion." in page, "what can be counted in the database, is"


def test_effects_are_estimated_of_the_most_used_tags(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patterns, "MAX_TAGS", 1)
    for capture in moments(owner, 12, mood=4):
        tag(capture, "often")
    tag(Capture.objects.order_by("pk")[0], "rarely")
    loaded = patterns.load_moments(owner=owner, first=DAY, last=DAY)
    assert [effect.tag for effect in patterns.tag_effects(loaded)] == ["often"]


def test_tags_to_choose_from_are_those_of_late_and_any_other_can_be_asked_for(
    owner: User, other: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "RECENT_CAPTURES", 3)
    monkeypatch.setattr(selectors, "MAX_OFFERED_TAGS", 2)
    old, *late = moments(owner, 4, mood=3)
    tag(old, "long ago")
    for capture, names in zip(late, (["a", "b", "c"], ["c", "b"], ["c"]), strict=True):
        tag(capture, *names)
    tag(factories.capture(owner=other), "of another")
    assert [tag.name for tag in selectors.recent_tags(owner=owner)] == ["c", "b"]
    history = reverse("emotions:history")
    assert '<option value="long ago"' not in owner_client.get(history).content.decode()
    found = owner_client.get(history, {"tag": "long ago"}).content.decode()
    assert captures_on(found) == [str(old.uuid)]
    assert '<option value="long ago" selected' in found
    assert (
        "No moments match" not in owner_client.get(history, {"tag": "of another"}).content.decode()
    )
    words = owner_client.get(reverse("emotions:words")).content.decode()
    assert re.findall(r'type="checkbox"\s+name="tags"\s+value="([abc])"', words) == ["c", "b"]


def test_the_api_lists_the_most_used_tags(
    owner: User, owner_api: APIClient, other_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "MAX_LISTED_TAGS", 1)
    made = moments(owner, 2)
    for capture in made:
        tag(capture, "often")
    tag(made[0], "rarely")
    url = reverse("api:tags")
    (listed,) = owner_api.get(url).json()
    assert (listed["name"], listed["uses"]) == ("often", 2)
    assert other_api.get(url).json() == []
    assert APIClient().get(url).status_code == 401
