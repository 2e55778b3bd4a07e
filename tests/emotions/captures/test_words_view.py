"""Recording a moment without a photo on its page."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from emotions.captures.moods import Mood
from emotions.models import Capture

pytestmark = pytest.mark.django_db


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def mood(valence: float) -> Mood:
    return Mood(None, valence, None)


def test_a_moment_is_logged_in_words_in_the_zone_of_the_browser(
    owner: User, owner_client: Client
) -> None:
    owner_client.cookies["time_zone"] = "Asia/Tokyo"
    url = reverse("emotions:words")
    assert owner_client.get(url).status_code == 200
    sent = owner_client.post(
        url, {"felt": "sad", "mood": "2", "tags": "rain", "taken_at": "2026-03-14T23:30"}
    )
    capture = Capture.objects.get()
    assert sent["Location"] == reverse("emotions:capture_detail", args=[capture.uuid])
    assert capture.taken_at == datetime(2026, 3, 14, 14, 30, tzinfo=UTC)
    assert (capture.local_date, capture.time_zone) == (date(2026, 3, 14), "Asia/Tokyo")
    assert (capture.source, capture.felt, capture.mood) == ("manual", "sad", 2)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"taken_at": "2026-03-14T23:30", "tags": "rain"}, "Say what you felt"),
        ({"taken_at": "2126-03-14T23:30", "mood": "2"}, "still to come"),
        ({"mood": "2"}, "This field is required"),
    ],
)
def test_words_that_do_not_fit_are_kept_in_the_form(
    owner_client: Client, fields: dict[str, str], words: str
) -> None:
    answer = owner_client.post(reverse("emotions:words"), fields)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not Capture.objects.exists()
