"""Changing a moment on its page: feelings, faces, pictures and time."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from emotions.captures import recording
from emotions.captures.moods import Mood
from emotions.models import Capture, Tag
from tests import factories, pictures, uploads
from tests.pictures import with_exif_date

pytestmark = pytest.mark.django_db


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def edit(client: Client, capture: Capture, **fields: Any) -> Any:
    return client.post(reverse("emotions:capture_edit", args=[capture.uuid]), fields)


@pytest.fixture
def portrait(owner: User) -> Capture:
    return recording.record_capture(
        owner=owner, photo=pictures.astronaut_jpeg(), source=Capture.Source.UPLOAD
    )


def mood(valence: float) -> Mood:
    return Mood(None, valence, None)


def test_one_tap_agrees_or_picks_what_was_really_felt(
    portrait: Capture, owner_client: Client
) -> None:
    url = reverse("emotions:capture_detail", args=[portrait.uuid])
    page = text_of(owner_client.get(url))
    assert "Is that how you feel?" in page
    assert "Yes, happy" in page
    assert edit(owner_client, portrait, felt="sad")["Location"] == url
    portrait.refresh_from_db()
    assert portrait.felt == "sad"
    assert portrait.detections.get().emotion == "happy"
    page = text_of(owner_client.get(url))
    assert "What you felt" in page
    assert "Looks happy · you felt sad" in page
    edit(owner_client, portrait, felt="")
    portrait.refresh_from_db()
    assert portrait.felt is None


def test_each_form_changes_only_what_it_sends(portrait: Capture, owner_client: Client) -> None:
    edit(owner_client, portrait, felt="happy")
    edit(owner_client, portrait, mood="4")
    edit(owner_client, portrait, note="By the river.", tags="walk, River , walk,,")
    portrait.refresh_from_db()
    assert (portrait.felt, portrait.mood, portrait.note) == ("happy", 4, "By the river.")
    assert sorted(tag.name for tag in portrait.tags.all()) == ["River", "walk"]
    page = owner_client.get(reverse("emotions:capture_detail", args=[portrait.uuid]))
    chosen = re.findall(r'name="tags"\s+value="(\w+)"\s+checked', page.content.decode())
    assert sorted(chosen) == ["River", "walk"]
    assert "By the river." in text_of(page)


def test_tags_are_ticked_and_written_under_one_name(
    portrait: Capture, owner_client: Client
) -> None:
    edit(owner_client, portrait, tags=["walk", '"rain, wind"', "river,  piano "])
    names = {tag.name for tag in portrait.tags.all()}
    assert names == {"walk", "rain, wind", "river", "piano"}


def test_the_tags_used_last_are_the_first_to_choose(
    portrait: Capture, owner: User, owner_client: Client
) -> None:
    for day, name in ((3, "long ago"), (14, "lately")):
        taken_at = datetime(2026, 3, day, tzinfo=UTC)
        earlier = factories.capture(owner=owner, taken_at=taken_at)
        earlier.tags.add(Tag.objects.create(owner=owner, name=name))
    page = owner_client.get(reverse("emotions:capture_detail", args=[portrait.uuid]))
    offered = re.findall(r'type="checkbox"\s+name="tags"\s+value="([^"]+)"', page.content.decode())
    assert offered == ["lately", "long ago"]


def test_what_is_not_saved_stays_in_the_sheet(portrait: Capture, owner_client: Client) -> None:
    tags = f"work, {'x' * 41}"
    refused = edit(owner_client, portrait, felt="sad", note="By the river.", tags=tags)
    assert refused.status_code == 422
    content = refused.content.decode()
    assert f'value="{tags}"' in content
    assert re.search(r'value="sad"\s+checked', content)
    assert "By the river." in content


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"felt": "joy"}, "Select a valid choice"),
        ({"mood": "6"}, "Select a valid choice"),
        ({"tags": "x" * 41}, "At most 20 tags of 40 characters each."),
        ({"note": "x" * 2001}, "at most 2000 characters"),
        ({"me": "999999"}, "in this photo."),
    ],
)
def test_what_does_not_fit_is_said_on_the_page_and_changes_nothing(
    portrait: Capture, owner_client: Client, fields: dict[str, str], words: str
) -> None:
    answer = edit(owner_client, portrait, **fields)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert Capture.objects.get().sequence == portrait.sequence


def test_nobody_else_changes_what_i_say(
    portrait: Capture, other_client: Client, client: Client
) -> None:
    assert edit(other_client, portrait, felt="sad").status_code == 404
    assert "/accounts/login/" in edit(client, portrait, felt="sad")["Location"]
    portrait.refresh_from_db()
    assert portrait.felt is None


def test_another_face_is_me_by_one_tap(owner: User, owner_client: Client) -> None:
    crowd = recording.record_capture(
        owner=owner, photo=uploads.crowd_jpeg(), source=Capture.Source.UPLOAD
    )
    page = owner_client.get(reverse("emotions:capture_detail", args=[crowd.uuid]))
    offered = re.findall(r'name="me"\s+value="(\d+)"', page.content.decode())
    assert len(offered) == crowd.detections.filter(is_me=False).count() >= 1
    edit(owner_client, crowd, me=offered[0])
    assert crowd.detections.get(is_me=True).pk == int(offered[0])


def test_less_is_kept_on_request_and_never_more(portrait: Capture, owner_client: Client) -> None:
    edit(owner_client, portrait, kept="crop")
    portrait.refresh_from_db()
    assert (portrait.kept, portrait.photo.name) == ("crop", "")
    refused = edit(owner_client, portrait, kept="photo")
    assert refused.status_code == 422
    assert "be brought back" in text_of(refused)


def test_the_time_of_the_photo_is_offered_and_taken(owner: User, owner_client: Client) -> None:
    capture = recording.record_capture(
        owner=owner,
        photo=with_exif_date("2026:03:14 23:30:00"),
        source=Capture.Source.UPLOAD,
        time_zone="Asia/Tokyo",
    )
    url = reverse("emotions:capture_detail", args=[capture.uuid])
    assert "taken on 14 March 2026 at 23:30" in text_of(owner_client.get(url))
    owner_client.post(reverse("emotions:use_time_of_photo", args=[capture.uuid]))
    capture.refresh_from_db()
    assert capture.taken_at == datetime(2026, 3, 14, 14, 30, tzinfo=UTC)
    assert capture.local_date == date(2026, 3, 14)
    assert "says it was taken" not in text_of(owner_client.get(url))


@pytest.mark.parametrize("moment", ["2126:01:01 00:00:00", "soon"])
def test_a_time_that_cannot_be_is_not_offered(
    owner: User, owner_client: Client, moment: str
) -> None:
    capture = recording.record_capture(
        owner=owner, photo=with_exif_date(moment), source=Capture.Source.UPLOAD
    )
    page = owner_client.get(reverse("emotions:capture_detail", args=[capture.uuid]))
    assert "says it was taken" not in text_of(page)
