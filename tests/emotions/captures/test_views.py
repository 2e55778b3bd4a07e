"""The page of a capture and its pictures, for its owner and nobody else."""

import re
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from emotions.captures import recording
from emotions.captures.recording import SelfReport
from emotions.models import Capture, Feeling
from tests import pictures, uploads
from tests.uploads import upload

pytestmark = pytest.mark.django_db
PRIVATE = ["capture_detail", "capture_photo", "capture_thumbnail", "capture_delete"]
PERSONAL = ["today", "capture", "history", "consent"]


@pytest.mark.parametrize("name", PRIVATE)
def test_a_capture_answers_its_owner_and_is_unknown_to_anybody_else(
    name: str, portrait: Capture, owner_client: Client, other_client: Client, client: Client
) -> None:
    url = reverse(f"emotions:{name}", args=[portrait.uuid])
    assert owner_client.get(url).status_code == 200
    assert other_client.get(url).status_code == 404
    nobody = client.get(url)
    assert nobody.status_code == 302
    assert nobody["Location"] == f"{reverse('account_login')}?next={url}"


def test_nobody_else_deletes_a_capture(
    portrait: Capture, other_client: Client, client: Client
) -> None:
    url = reverse("emotions:capture_delete", args=[portrait.uuid])
    assert other_client.post(url).status_code == 404
    assert client.post(url).status_code == 302
    assert Capture.objects.get().deleted_at is None


@pytest.mark.parametrize("name", PERSONAL)
def test_personal_pages_ask_nobody_to_sign_in(name: str, client: Client) -> None:
    page = client.get(reverse(f"emotions:{name}"))
    assert page["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", PERSONAL)
def test_personal_pages_greet_someone_new(name: str, owner_client: Client) -> None:
    assert owner_client.get(reverse(f"emotions:{name}")).status_code == 200


def test_every_face_is_shown_with_all_seven(owner: User, owner_client: Client) -> None:
    sent = upload(owner_client, uploads.crowd_jpeg())
    faces = Capture.objects.get().detections.count()
    assert faces >= 2
    page = owner_client.get(sent["Location"]).content.decode()
    assert page.count("bars__percent") + page.count("rest__feeling") == 7 * faces


def test_a_moment_in_words_and_one_with_only_the_face_kept_are_shown(
    owner: User, owner_client: Client
) -> None:
    def page(**fields: Any) -> str:
        capture = recording.record_capture(owner=owner, source=Capture.Source.API, **fields)
        shown = owner_client.get(reverse("emotions:capture_detail", args=[capture.uuid]))
        return shown.content.decode()

    words = page(self_report=SelfReport(felt=Feeling.SAD, note="Rain."))
    assert "Sad" in words
    assert "Rain." in words
    assert "No face found" not in words
    face = page(photo=pictures.astronaut_jpeg(), kept=Capture.Kept.CROP)
    assert "Looks happy" in face
    assert "/thumbnail" in face
    assert "/photo" not in face
    history = owner_client.get(reverse("emotions:history"), {"view": "list"}).content.decode()
    assert history.count("/thumbnail") == 1


@pytest.mark.parametrize("name", ["capture_photo", "capture_thumbnail"])
def test_a_picture_is_private_and_answers_304_where_the_browser_has_it(
    name: str, portrait: Capture, owner_client: Client, other_client: Client
) -> None:
    url = reverse(f"emotions:{name}", args=[portrait.uuid])
    first = owner_client.get(url)
    assert first["Cache-Control"] == "private, no-cache"
    assert first["X-Content-Type-Options"] == "nosniff"
    assert b"".join(first.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    again = owner_client.get(url, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert other_client.get(url, headers={"if-none-match": first["ETag"]}).status_code == 404


@pytest.mark.parametrize("picture", ["photo", "thumbnail"])
def test_pages_ask_for_a_picture_once(
    picture: str, portrait: Capture, owner_client: Client, other_client: Client
) -> None:
    history = f"{reverse('emotions:history')}?view=list"
    result = reverse("emotions:capture_detail", args=[portrait.uuid])
    shown = owner_client.get(result if picture == "photo" else history).content.decode()
    [address] = set(re.findall(rf"/captures/[\w-]+/{picture}/\w+", shown))
    sent = owner_client.get(address)
    assert sent["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "X-Diary" in sent
    assert other_client.get(address).status_code == 404
    getattr(portrait, picture).save("another.jpg", ContentFile(b"another"))
    assert owner_client.get(address)["Cache-Control"] == "private, no-cache"


def test_a_photo_whose_file_is_gone_answers_404(portrait: Capture, owner_client: Client) -> None:
    portrait.photo.delete(save=False)
    url = reverse("emotions:capture_photo", args=[portrait.uuid])
    assert owner_client.get(url).status_code == 404


def test_deleting_asks_first_and_then_removes(portrait: Capture, owner_client: Client) -> None:
    url = reverse("emotions:capture_delete", args=[portrait.uuid])
    assert owner_client.get(url).status_code == 200
    assert Capture.objects.get().deleted_at is None
    assert owner_client.post(url)["Location"] == reverse("emotions:history")
    assert Capture.objects.get().deleted_at is not None
    for name in PRIVATE:
        gone = owner_client.get(reverse(f"emotions:{name}", args=[portrait.uuid]))
        assert gone.status_code == 404
