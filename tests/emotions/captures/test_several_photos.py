"""Several photos in one form, as browsers send them without scripts."""

import html
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from emotions.models import Capture
from tests import pictures, uploads

pytestmark = pytest.mark.django_db


def send(client: Client, *photos: bytes, **fields: str) -> Any:
    files = [
        SimpleUploadedFile(f"{number}.jpg", photo, content_type="image/jpeg")
        for number, photo in enumerate(photos)
    ]
    values = {"client_uuid": str(uuid.uuid4()), **fields}
    return client.post(reverse("emotions:capture"), {"photo": files, **values})


def text_of(page: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode())))


def test_each_becomes_a_moment_at_the_time_that_it_tells(owner: User, owner_client: Client) -> None:
    owner.time_zone = "Europe/Berlin"
    owner.save()
    told, untold = pictures.with_exif_date("2024:05:01 12:30:00"), pictures.astronaut_jpeg()
    page = send(owner_client, told, untold)
    assert page.status_code == 200
    dated, now = Capture.objects.filter(owner=owner).order_by("taken_at")
    assert dated.taken_at.isoformat() == "2024-05-01T10:30:00+00:00"
    assert timezone.now() - now.taken_at < timedelta(minutes=10)
    for moment in (dated, now):
        assert reverse("emotions:capture_detail", args=[moment.uuid]) in page.content.decode()
        assert reverse("emotions:capture_time", args=[moment.uuid]) in page.content.decode()
    assert text_of(page).count("Looks happy") == 2
    assert "Wednesday, 1 May 2024" in text_of(page)


@pytest.mark.parametrize("date", ["2124:05:01 12:30:00", "1824:05:01 12:30:00"])
def test_a_time_that_cannot_be_counts_as_none(owner_client: Client, date: str) -> None:
    send(owner_client, pictures.with_exif_date(date), pictures.astronaut_jpeg())
    for moment in Capture.objects.all():
        assert timezone.now() - moment.taken_at < timedelta(minutes=10)


def test_one_that_is_refused_says_why_and_keeps_no_other_back(owner_client: Client) -> None:
    page = send(owner_client, b"nonsense", uploads.landscape_jpeg(), pictures.astronaut_jpeg())
    said = text_of(page)
    assert "0.jpg" in said
    assert "isn't a photo we can read" in said
    assert "We couldn't find a face in this photo. Nothing was saved." in said
    assert "keep_without_face" not in page.content.decode()
    assert Capture.objects.get().detections.get().emotion == "happy"


def test_the_same_form_again_records_nothing_twice(owner_client: Client) -> None:
    photos = [pictures.astronaut_jpeg(), pictures.with_exif_date("2024:05:01 12:30:00")]
    first = str(uuid.uuid4())
    for _ in range(2):
        assert text_of(send(owner_client, *photos, client_uuid=first)).count("Looks happy") == 2
    assert Capture.objects.count() == 2


def test_without_consent_none_is_read(owner: User, owner_client: Client, client: Client) -> None:
    photos = [pictures.astronaut_jpeg()] * 2
    assert send(client, *photos)["Location"].startswith("/accounts/login/")
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    assert send(owner_client, *photos)["Location"].startswith("/consent/")
    assert not Capture.objects.exists()
