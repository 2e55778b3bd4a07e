"""Tags and searches know letters alike on every database."""

import unicodedata
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from emotions.captures import editing, selectors
from emotions.captures.editing import Changes
from emotions.captures.forms import TagsField
from emotions.models import Capture, Tag
from tests import factories

pytestmark = pytest.mark.django_db


def tagged(owner: User, *tags: str) -> Capture:
    capture = factories.capture(owner=owner, looks="happy")
    return editing.edit_capture(capture=capture, changes=Changes(tags=list(tags)))


def names(owner: User) -> set[str]:
    return set(Tag.objects.filter(owner=owner).values_list("name", flat=True))


@pytest.mark.parametrize("other", ["İş", "İŞ", unicodedata.normalize("NFD", "iş")])
def test_a_tag_in_other_capitals_is_the_same(owner: User, other: str) -> None:
    first, second = tagged(owner, "iş"), tagged(owner, other)
    assert names(owner) == {"iş"}
    assert set(selectors.history(owner=owner, tag=other)) == {first, second}


def test_a_tag_is_not_another_one(owner: User, owner_client: Client, owner_api: APIClient) -> None:
    with_dotless, _with_dot = tagged(owner, "kız"), tagged(owner, "kiz")
    assert names(owner) == {"kız", "kiz"}
    assert list(selectors.history(owner=owner, tag="kız")) == [with_dotless]
    found = owner_api.get("/api/v1/captures/", {"tag": "kız"}).json()["results"]
    assert [row["uuid"] for row in found] == [str(with_dotless.uuid)]
    page = owner_client.get(reverse("emotions:history"), {"tag": "kız"}).content.decode()
    assert page.count(f'href="/captures/{with_dotless.uuid}/"') > 0
    assert str(_with_dot.uuid) not in page


@pytest.mark.parametrize(
    ("words", "note"),
    [("ärger", "Viel Ärger"), ("buro", "Im Büro"), ("BURO", "im büro"), ("100%_", "so 100%_ da")],
)
def test_notes_are_found_by_page_and_api(  # noqa: PLR0917 - fixtures
    owner: User, other: User, owner_client: Client, owner_api: APIClient, words: str, note: str
) -> None:
    found = factories.capture(owner=owner, note=note)
    factories.capture(owner=owner, note="Something else, 100 or so")
    factories.capture(owner=other, note=note)
    rows = owner_api.get("/api/v1/captures/", {"words": words}).json()["results"]
    assert [row["uuid"] for row in rows] == [str(found.uuid)]
    page = owner_client.get(reverse("emotions:history"), {"words": words}).content.decode()
    assert f"/captures/{found.uuid}/" in page


def test_what_an_earlier_version_wrote_is_found_too(owner: User) -> None:
    capture = factories.capture(owner=owner, note="By the River")
    Capture.objects.filter(pk=capture.pk).update(note_key=None)
    old = Tag.objects.create(owner=owner, name="Walk")
    Tag.objects.filter(pk=old.pk).update(key=None)
    assert list(selectors.history(owner=owner, words="river")) == [capture]
    editing.edit_capture(capture=capture, changes=Changes(tags=["walk"]))
    assert names(owner) == {"Walk"}
    assert list(selectors.history(owner=owner, tag="WALK")) == [capture]


def test_an_edited_or_purged_note_leaves_no_key(owner: User, owner_api: APIClient) -> None:
    capture = factories.capture(owner=owner, note="Ärger")
    editing.edit_capture(capture=capture, changes=Changes(note="Ruhe", mood=3))
    assert Capture.objects.get(pk=capture.pk).note_key == "ruhe"
    owner_api.delete(f"/api/v1/captures/{capture.uuid}/?forever=true")
    assert Capture.objects.get(pk=capture.pk).note_key == ""


@pytest.mark.parametrize(
    "tags", [["a, b", "c"], ['the "big" one'], ["x"], ["it's", 'a "b", c'], ["Büro"]]
)
def test_tags_with_commas_and_quotes_come_back_from_a_form(tags: list[str]) -> None:
    field = TagsField()
    text: Any = field.prepare_value(tags)
    assert field.clean(text) == tags


def test_a_tag_with_a_comma_stays_one_when_the_page_is_saved(
    owner: User, owner_client: Client
) -> None:
    capture = tagged(owner, "rain, wind", "work")
    page = owner_client.get(reverse("emotions:capture_detail", args=[capture.uuid]))
    shown = page.context["form"]["tags"].value()
    owner_client.post(
        reverse("emotions:capture_edit", args=[capture.uuid]), {"note": "x", "tags": shown}
    )
    assert {tag.name for tag in capture.tags.all()} == {"rain, wind", "work"}
