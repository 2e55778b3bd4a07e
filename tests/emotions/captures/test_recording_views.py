"""Consent, and recording moments with and without a photo on pages."""

import re
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.consents import has_consent, withdraw_consent
from accounts.models import Consent, User
from emotions.captures import trash
from emotions.captures.moods import Mood
from emotions.models import Capture
from tests import pictures, uploads
from tests.uploads import upload

pytestmark = pytest.mark.django_db


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def mood(valence: float) -> Mood:
    return Mood(None, valence, None)


def test_the_first_capture_asks_for_consent_and_leads_back(
    owner: User, owner_client: Client
) -> None:
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    sent = upload(owner_client, pictures.astronaut_jpeg())
    assert sent["Location"] == f"{reverse('emotions:consent')}?next=%2Fcapture%2F"
    assert not Capture.objects.exists()

    refused = owner_client.post(sent["Location"], {})
    assert refused.status_code == 422
    assert not has_consent(person=owner, kind=Consent.Kind.USE)

    agreed = owner_client.post(sent["Location"], {"agree": "on"})
    assert agreed["Location"] == "/capture/"
    assert has_consent(person=owner, kind=Consent.Kind.USE)


def test_the_page_says_when_somebody_agreed_and_lets_them_withdraw(
    owner: User, other: User, owner_client: Client
) -> None:
    page = text_of(owner_client.get("/consent/"))
    assert "You agreed to this on" in page
    assert "Agree and continue" not in page
    withdrawn = owner_client.post("/consent/", {"withdraw": ""}, follow=True)
    assert "No more photos will be read." in text_of(withdrawn)
    assert "Agree and continue" in text_of(withdrawn)
    assert not has_consent(person=owner, kind=Consent.Kind.USE)
    assert has_consent(person=other, kind=Consent.Kind.USE)
    assert upload(owner_client, pictures.astronaut_jpeg())["Location"].startswith("/consent/")


def test_who_agreed_to_an_earlier_text_is_told_that_it_changed(
    owner: User, owner_client: Client
) -> None:
    owner.consents.update(version="an earlier text")
    page = text_of(owner_client.get("/capture/", follow=True))
    assert "This text has changed since you agreed on" in page
    assert "Agree and continue" in page
    owner_client.post("/consent/", {"agree": "on"})
    assert "You agreed to this on" in text_of(owner_client.get("/consent/"))


def test_consent_never_leads_off_the_site(owner_client: Client) -> None:
    url = reverse("emotions:consent")
    agreed = owner_client.post(f"{url}?next=https://evil.example/", {"agree": "on"})
    assert agreed["Location"] == reverse("emotions:capture")


def test_an_uploaded_portrait_leads_to_its_result(owner: User, owner_client: Client) -> None:
    sent = upload(owner_client, pictures.astronaut_jpeg())
    capture = Capture.objects.get(owner=owner)
    assert sent["Location"] == reverse("emotions:capture_detail", args=[capture.uuid])
    page = owner_client.get(sent["Location"]).content.decode()
    assert "Looks happy" in page
    assert reverse("emotions:capture_photo", args=[capture.uuid]) in page
    assert "It was 99% sure." in page
    assert re.search(r"[3-6] more, each under 1%", page)
    assert not re.search(r"\b100 ?%", re.sub(r"<[^>]+>", " ", page))
    assert reverse("emotions:model_card") in page


def test_another_photo_in_a_form_that_was_sent_before_is_another_moment(
    owner_client: Client,
) -> None:
    key = str(uuid.uuid4())
    upload(owner_client, pictures.astronaut_jpeg(), client_uuid=key)
    upload(owner_client, pictures.astronaut_jpeg(), client_uuid=key)
    assert Capture.objects.count() == 1
    upload(owner_client, uploads.crowd_jpeg(), client_uuid=key)
    assert Capture.objects.count() == 2


def test_no_face_is_a_normal_answer_with_advice(owner_client: Client) -> None:
    key = str(uuid.uuid4())
    page = upload(owner_client, uploads.landscape_jpeg(), client_uuid=key)
    assert page.status_code == 422
    assert "couldn't find a face" in page.content.decode()
    assert 'name="keep_without_face"' in page.content.decode()
    assert not Capture.objects.exists()

    kept = upload(owner_client, uploads.landscape_jpeg(), client_uuid=key, keep_without_face="1")
    shown = owner_client.get(kept["Location"])
    assert shown.status_code == 200
    assert shown.content.decode().count("bars__percent") == 0


@pytest.mark.parametrize("name", sorted(uploads.REFUSED))
def test_a_bad_photo_is_refused_with_a_friendly_page(
    name: str, owner_client: Client, media: Path
) -> None:
    data, code = uploads.REFUSED[name]
    page = upload(owner_client, data())
    text = page.content.decode()
    expected = {"too_large": 413, "too_many_pixels": 413}
    expected |= dict.fromkeys(
        ("unsupported_type", "heic_unsupported", "avif_unsupported", "rare_jpeg"), 415
    )
    assert page.status_code == expected.get(code, 422)
    assert "Nothing was saved" in text
    if name == "GIF":
        assert "in GIF format" in text
    assert 'type="file"' in text, "another try is one click away"
    assert not Capture.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", sorted(uploads.ACCEPTED))
def test_an_unusual_photo_is_taken_as_it_is(name: str, owner_client: Client) -> None:
    sent = upload(owner_client, uploads.ACCEPTED[name](), keep_without_face="1")
    assert sent.status_code == 302
    capture = Capture.objects.get()
    shown = owner_client.get(reverse("emotions:capture_photo", args=[capture.uuid]))
    assert shown["Content-Type"] == "image/jpeg"


def test_a_form_without_a_photo_asks_for_one(owner_client: Client) -> None:
    page = owner_client.post(reverse("emotions:capture"), {"client_uuid": str(uuid.uuid4())})
    assert page.status_code == 422
    assert "Choose a photo first." in page.content.decode()


@pytest.mark.parametrize("source", [Capture.Source.UPLOAD, Capture.Source.CAMERA])
def test_a_capture_says_how_its_photo_was_made(source: str, owner_client: Client) -> None:
    upload(owner_client, pictures.astronaut_jpeg(), source=source)
    assert Capture.objects.get().source == source


def test_a_photo_that_names_no_source_was_uploaded(owner_client: Client) -> None:
    upload(owner_client, pictures.astronaut_jpeg())
    assert Capture.objects.get().source == Capture.Source.UPLOAD


def test_a_page_cannot_claim_another_source(owner_client: Client) -> None:
    sent = upload(owner_client, pictures.astronaut_jpeg(), source=Capture.Source.API)
    assert sent.status_code == 422
    assert not Capture.objects.exists()


def test_sending_the_form_twice_records_one_capture(owner_client: Client) -> None:
    key = str(uuid.uuid4())
    pages = [
        upload(owner_client, pictures.astronaut_jpeg(), client_uuid=key)["Location"]
        for _ in range(2)
    ]
    assert pages[0] == pages[1]
    assert Capture.objects.count() == 1


def test_a_deleted_moment_is_not_brought_back_by_the_browsers_back_button(
    portrait: Capture, owner_client: Client
) -> None:
    trash.delete_capture(capture=portrait)
    page = upload(owner_client, pictures.astronaut_jpeg(), client_uuid=str(portrait.uuid))
    assert page.status_code == 410
    assert "was deleted" in page.content.decode()


def test_the_day_is_that_of_the_browsers_zone(owner: User, owner_client: Client) -> None:
    owner_client.cookies["time_zone"] = "Pacific/Kiritimati"
    upload(owner_client, pictures.astronaut_jpeg())
    capture = Capture.objects.get()
    assert capture.time_zone == "Pacific/Kiritimati"
    assert capture.local_date == (capture.taken_at + timedelta(hours=14)).date()
    owner.refresh_from_db()
    assert owner.time_zone == "Pacific/Kiritimati"


def test_a_zone_that_does_not_exist_is_passed_over(owner_client: Client) -> None:
    owner_client.cookies["time_zone"] = "../../etc/passwd"
    upload(owner_client, pictures.astronaut_jpeg())
    assert Capture.objects.get().time_zone == "UTC"


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
        ({"taken_at": "2126-03-14T23:30", "mood": "2"}, "in the future"),
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
