"""The pages of preferences: what is kept, theme and colours."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from emotions.models import Feeling
from emotions.preferences.forms import LIGHT_COLOURS
from emotions.preferences.selectors import get_preferences
from tests import factories

pytestmark = pytest.mark.django_db


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_a_person_says_what_is_kept_of_photos_to_come(owner: User, owner_client: Client) -> None:
    url = reverse("emotions:keeping")
    assert owner_client.get(url).status_code == 200
    said = {"kept": "crop", "keep_others": "on", "pictures_kept_for": "91"}
    assert owner_client.post(url, said)["Location"] == url
    preferences = get_preferences(owner=owner)
    assert (preferences.kept, preferences.keep_others) == ("crop", True)
    assert preferences.pictures_kept_for == 91
    assert owner_client.post(url, said | {"kept": "all"}).status_code == 422


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("photo", ("photo", "server")),
        ("crop", ("crop", "server")),
        ("device", ("nothing", "device")),
        ("nothing", ("nothing", "server")),
    ],
)
def test_one_choice_says_where_photos_are_read_and_what_is_kept(
    owner: User, other: User, owner_client: Client, chosen: str, expected: tuple[str, str]
) -> None:
    url = reverse("emotions:keeping")
    said = {"kept": chosen, "pictures_kept_for": "0"}
    assert owner_client.post(url, said)["Location"] == url
    preferences = get_preferences(owner=owner)
    assert (preferences.kept, preferences.read_on) == expected
    assert get_preferences(owner=other).read_on == "server"
    assert re.findall(r'value="(\w+)"[^>]* checked', owner_client.get(url).content.decode()) == [
        chosen
    ]


def test_numbers_only_means_read_on_this_device_unless_the_server_is_named(
    owner_client: Client,
) -> None:
    page = text_of(owner_client.get(reverse("emotions:keeping")))
    here, there = "Numbers only, read on this device", "Numbers only, read on our server"
    assert page.index(here) < page.index(there)
    assert "Photos never leave your device." in page[page.index(here) : page.index(there)]
    assert "The photo is sent, read and discarded immediately." in page[page.index(there) :]


def test_theme_and_colours_are_the_persons_own(
    owner: User, owner_client: Client, other_client: Client
) -> None:
    url, sheet, today = (reverse(f"emotions:{name}") for name in ("appearance", "colours", "today"))
    assert "data-theme" not in owner_client.get(today).content.decode()
    ours = {feeling.value: LIGHT_COLOURS[feeling] for feeling in Feeling}
    sent = owner_client.post(url, {**ours, "theme": "dark", "happy": "#112233"})
    assert sent["Location"] == url
    page = owner_client.get(today).content.decode()
    assert 'data-theme="dark"' in page
    assert sheet in page
    rules = owner_client.get(sheet)
    assert rules["Content-Type"] == "text/css"
    assert "--happy: #112233;" in rules.content.decode()
    assert "--sad" not in rules.content.decode()
    assert sheet not in other_client.get(today).content.decode()
    assert "#112233" not in other_client.get(sheet).content.decode()
    owner_client.post(url, {"theme": "", "ours": "1"})
    page = owner_client.get(today).content.decode()
    assert sheet not in page
    assert "data-theme" not in page


def test_a_streak_is_shown_to_who_wants_it(
    owner: User, other: User, owner_client: Client, owner_api: APIClient, other_api: APIClient
) -> None:
    def today() -> str:
        return text_of(owner_client.get(reverse("emotions:today")))

    for days in range(3):
        factories.capture(owner=owner, mood=4, taken_at=timezone.now() - timedelta(days=days))
    streak = "3 days in a row with a moment."
    assert streak not in today()
    url = reverse("emotions:appearance")
    assert owner_client.post(url, {"theme": "", "show_streak": "on"})["Location"] == url
    assert streak in today()
    assert get_preferences(owner=owner).show_streak
    assert not get_preferences(owner=other).show_streak
    assert 'name="show_streak"' in owner_client.get(url).content.decode()
    profile = "/api/v1/me/"
    assert owner_api.get(profile).json()["show_streak"] is True
    assert other_api.get(profile).json()["show_streak"] is False
    assert owner_api.patch(profile, {"show_streak": False}, format="json").status_code == 200
    assert streak not in today()
    assert (
        owner_api.patch(profile, {"language": "en"}, format="json").json()["show_streak"] is False
    )
    assert owner_api.patch(profile, {"show_streak": "yes"}, format="json").status_code == 400
    assert APIClient().get(profile).status_code == 401


@pytest.mark.parametrize("colour", ["red", "#12345", "#112233;} body{display:none", "#GGGGGG"])
def test_nothing_but_a_colour_gets_into_the_style_sheet(owner_client: Client, colour: str) -> None:
    refused = owner_client.post(reverse("emotions:appearance"), {"happy": colour})
    assert refused.status_code == 422
    assert "Choose a colour" in text_of(refused)
