"""Colours and signs of tags go out with a history and come in again."""

import io
import json
import zipfile
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from emotions.models import Tag
from tests.emotions.api.calls import note
from tests.emotions.api.transfer.histories import MOMENT, brought_in, exported, packed

pytestmark = pytest.mark.django_db


def with_tags_file(archive: bytes, content: str) -> bytes:
    buffer = io.BytesIO(archive)
    with zipfile.ZipFile(buffer, "a") as opened:
        opened.writestr("tags.json", content)
    return buffer.getvalue()


def marks(owner: User) -> dict[str, tuple[str, str]]:
    return {tag.name: (tag.colour, tag.sign) for tag in Tag.objects.filter(owner=owner)}


def test_they_are_the_same_in_another_account(
    owner: User, other: User, owner_api: APIClient, other_api: APIClient
) -> None:
    note(owner_api, mood=3, tags=["rain", "work", "plain"])
    Tag.objects.filter(name="rain").update(colour="blue", sign="🌧️")
    Tag.objects.filter(name="work").update(sign="W")
    note(other_api, mood=2, tags=["Work"])
    Tag.objects.filter(name="Work").update(colour="rose")
    assert brought_in(other_api, exported(owner_api))["new"] == 1
    assert marks(other) == {"rain": ("blue", "🌧️"), "Work": ("rose", ""), "plain": ("", "")}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[7, null, []]",
        json.dumps([{"name": "rain"}]),
        json.dumps([{"name": "rain", "colour": "mauve", "sign": ""}]),
        json.dumps([{"name": "rain", "colour": "blue", "sign": "ab"}]),
        json.dumps([{"name": "rain", "colour": ["blue"], "sign": 7}]),
        json.dumps([{"name": "snow", "colour": "blue", "sign": ""}]),
    ],
)
def test_what_is_wrong_with_them_stops_no_import(
    owner: User, owner_api: APIClient, content: str
) -> None:
    moment: dict[str, Any] = {**MOMENT, "tags": ["rain"]}
    assert brought_in(owner_api, with_tags_file(packed(moment), content))["new"] == 1
    assert marks(owner) == {"rain": ("", "")}


def test_exports_of_before_have_none(owner: User, owner_api: APIClient) -> None:
    assert brought_in(owner_api, packed({**MOMENT, "tags": ["rain"]}))["new"] == 1
    assert marks(owner) == {"rain": ("", "")}
