"""Agreement of feelings and faces, and the filters of the history."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from emotions.captures import editing
from emotions.captures.editing import Changes
from emotions.insights import baseline
from emotions.models import Feeling
from tests import factories

pytestmark = pytest.mark.django_db


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_a_page_tells_how_often_the_two_agree(
    owner: User, other: User, owner_client: Client
) -> None:
    url = reverse("emotions:agreement")
    assert "Say below a photo" in text_of(owner_client.get(url))
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
    assert "for 6 of your faces. 3 times" in text_of(owner_client.get(url))


def test_history_is_filtered_by_tag_source_and_words(owner: User, owner_client: Client) -> None:
    walk = factories.capture(owner=owner, looks="happy", note="By the River.")
    editing.edit_capture(capture=walk, changes=Changes(tags=["walk"]))
    factories.capture(owner=owner, looks="sad")
    url = reverse("emotions:history")
    for query in ({"tag": "walk"}, {"words": "river"}):
        page = text_of(owner_client.get(url, query))
        assert "Looks happy" in page
        assert "Looks sad" not in page
    assert "No moment fits" in text_of(owner_client.get(url, {"source": "live"}))
