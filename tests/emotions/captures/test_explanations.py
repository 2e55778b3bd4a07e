"""The page that shows which part of a face an answer rests on."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from emotions.captures import recording
from emotions.models import Capture
from tests import factories, pictures

pytestmark = pytest.mark.django_db


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


@pytest.mark.parametrize("kept", ["photo", "crop"])
def test_a_picture_shows_what_the_network_looked_at(
    owner: User, owner_client: Client, other_client: Client, kept: str
) -> None:
    capture = recording.record_capture(
        owner=owner,
        photo=pictures.astronaut_jpeg(),
        source=Capture.Source.UPLOAD,
        kept=Capture.Kept(kept),
    )
    page = owner_client.get(reverse("emotions:explanation", args=[capture.uuid]))
    assert "Mainly your mouth and chin" in text_of(page)
    url = reverse("emotions:explanation_picture", args=[capture.uuid])
    picture = owner_client.get(url)
    assert (picture["Content-Type"], picture["Cache-Control"]) == (
        "image/jpeg",
        "private, no-cache",
    )
    assert other_client.get(url).status_code == 404
    assert "/accounts/login/" in Client().get(url)["Location"]


def test_without_a_picture_there_is_nothing_to_explain(owner: User, owner_client: Client) -> None:
    capture = factories.capture(owner=owner, looks="happy")
    page = owner_client.get(reverse("emotions:explanation", args=[capture.uuid]))
    assert "only numbers are saved" in text_of(page)
    picture = reverse("emotions:explanation_picture", args=[capture.uuid])
    assert owner_client.get(picture).status_code == 404
