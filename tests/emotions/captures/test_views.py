"""The pages, tried as the owner, as another person and as nobody."""

import re
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.consents import has_consent, withdraw_consent
from accounts.models import Consent, User
from emotions.captures import recording, trash
from emotions.captures.recording import SelfReport
from emotions.models import Capture, Feeling
from tests import factories, pictures, uploads

pytestmark = pytest.mark.django_db


def upload(client: Client, data: bytes, *, name: str = "me.jpg", **fields: str) -> HttpResponse:
    values = {"client_uuid": str(uuid.uuid4()), **fields}
    photo = SimpleUploadedFile(name, data, content_type="image/jpeg")
    return client.post(reverse("emotions:capture"), {"photo": photo, **values})  # type: ignore[return-value]


@pytest.fixture
def portrait(owner: User) -> Capture:
    """A recorded portrait of the owner."""
    return recording.record_capture(
        owner=owner,
        photo=pictures.astronaut_jpeg(),
        source=Capture.Source.UPLOAD,
        time_zone="UTC",
    )


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


@pytest.mark.parametrize("name", ["landing", "model_card"])
def test_public_pages_are_open(name: str, client: Client) -> None:
    assert client.get(reverse(f"emotions:{name}")).status_code == 200


def test_who_is_signed_in_lands_on_today(owner_client: Client) -> None:
    assert owner_client.get("/")["Location"] == reverse("emotions:today")


def test_the_model_card_page_states_the_registered_figures(client: Client) -> None:
    from ml.registry import active_version

    card = active_version().card
    page = client.get(reverse("emotions:model_card")).content.decode()
    assert f"{100 * card['evaluation']['shown']['accuracy']:.1f}" in page
    assert card["name"] in page


# --- Consent ----------------------------------------------------------------------------------


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


def test_consent_never_leads_off_the_site(owner_client: Client) -> None:
    url = reverse("emotions:consent")
    agreed = owner_client.post(f"{url}?next=https://evil.example/", {"agree": "on"})
    assert agreed["Location"] == reverse("emotions:capture")


# --- Capture and result -----------------------------------------------------------------------


def test_an_uploaded_portrait_leads_to_its_result(owner: User, owner_client: Client) -> None:
    sent = upload(owner_client, pictures.astronaut_jpeg())
    capture = Capture.objects.get(owner=owner)
    assert sent["Location"] == reverse("emotions:capture_detail", args=[capture.uuid])
    page = owner_client.get(sent["Location"]).content.decode()
    assert "Looks happy" in page
    assert reverse("emotions:capture_photo", args=[capture.uuid]) in page
    assert page.count("bars__percent") == 7
    assert reverse("emotions:model_card") in page


def test_every_face_is_shown_with_seven_bars(owner: User, owner_client: Client) -> None:
    sent = upload(owner_client, uploads.crowd_jpeg())
    faces = Capture.objects.get().detections.count()
    assert faces >= 2
    assert owner_client.get(sent["Location"]).content.decode().count("bars__percent") == 7 * faces


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
    history = owner_client.get(reverse("emotions:history")).content.decode()
    assert history.count("/thumbnail") == 1


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
    assert "could not find a face" in page.content.decode()
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
    expected |= {"unsupported_type": 415, "heic_unsupported": 415}
    assert page.status_code == expected.get(code, 422)
    assert "Nothing was saved" in text
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


# --- Photos -----------------------------------------------------------------------------------


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


def test_a_photo_whose_file_is_gone_answers_404(portrait: Capture, owner_client: Client) -> None:
    portrait.photo.delete(save=False)
    url = reverse("emotions:capture_photo", args=[portrait.uuid])
    assert owner_client.get(url).status_code == 404


# --- Today, history, delete -------------------------------------------------------------------


def test_today_answers_mood_and_sentiment_and_how_they_were_computed(
    owner: User, owner_client: Client
) -> None:
    now = timezone.now()
    factories.capture(owner=owner, looks="happy", taken_at=now)
    factories.capture(owner=owner, looks={"happy": 0.6, "neutral": 0.4}, taken_at=now)
    factories.capture(owner=owner, looks="sad", taken_at=now - timedelta(days=2))
    page = owner_client.get(reverse("emotions:today")).content.decode()
    assert "A mostly happy day." in page
    assert "positive" in page
    assert "The mean of this day’s moments (2)" in page
    assert "+0.80" in page


def test_today_shows_nothing_of_another(owner: User, other_client: Client) -> None:
    factories.capture(owner=owner, looks="happy", taken_at=timezone.now())
    assert (
        "Nothing about your mood yet"
        in other_client.get(reverse("emotions:today")).content.decode()
    )


def test_history_pages_through_all_captures_newest_first(owner: User, owner_client: Client) -> None:
    now = timezone.now()
    captures = [
        factories.capture(owner=owner, looks="happy", taken_at=now - timedelta(hours=n))
        for n in range(30)
    ]
    url = reverse("emotions:history")
    first = owner_client.get(url).content.decode()
    second = owner_client.get(f"{url}?page=2").content.decode()
    shown = re.findall(r'href="/captures/([0-9a-f-]{36})/"', first + second)
    assert list(dict.fromkeys(shown)) == [str(capture.uuid) for capture in captures]
    assert "Mostly happy: 30 of 30 moments from " in first
    assert "<table" in first


def shown_in(client: Client, query: str) -> list[str]:
    """Return the captures that the history shows for a query."""
    page = client.get(f"{reverse('emotions:history')}?{query}").content.decode()
    return list(dict.fromkeys(re.findall(r'href="/captures/([0-9a-f-]{36})/"', page)))


def test_history_is_filtered_by_emotion_and_days(owner: User, owner_client: Client) -> None:
    now = timezone.now()
    happy, sad, felt, old = (
        str(factories.capture(owner=owner, taken_at=now - timedelta(days=age), **fields).uuid)
        for age, fields in [
            (0, {"looks": "happy"}),
            (1, {"looks": "sad"}),
            (2, {"looks": "happy", "felt": "sad"}),
            (40, {"looks": "happy"}),
        ]
    )
    day = (now - timedelta(days=1)).date()
    assert shown_in(owner_client, "") == [happy, sad, felt, old]
    assert shown_in(owner_client, "feeling=sad") == [sad, felt]
    assert shown_in(owner_client, "feeling=happy") == [happy, old]
    assert shown_in(owner_client, f"first={day}") == [happy, sad]
    assert shown_in(owner_client, f"last={day}") == [sad, felt, old]
    assert shown_in(owner_client, f"first={day}&last={day}&view=gallery") == [sad]
    assert shown_in(owner_client, f"feeling=happy&first={day}&last={day}") == []


def test_a_filter_that_makes_no_sense_is_explained_and_shows_everything(
    owner: User, owner_client: Client
) -> None:
    capture = str(factories.capture(owner=owner, looks="happy").uuid)
    for query in ("feeling=hangry", "first=tomorrow", "first=2026-02-30"):
        assert shown_in(owner_client, query) == [capture]
    page = owner_client.get("/history/?first=2026-03-02&last=2026-03-01").content.decode()
    assert "not before the first one" in page


def test_pages_of_a_filtered_history_keep_the_filter(owner: User, owner_client: Client) -> None:
    for _ in range(25):
        factories.capture(owner=owner, looks="happy")
    page = owner_client.get("/history/?feeling=happy&view=gallery").content.decode()
    assert "?feeling=happy&amp;view=gallery&amp;page=2" in page
    assert len(shown_in(owner_client, "feeling=happy&page=2")) == 1


def test_the_chart_and_its_table_count_the_same(owner: User, owner_client: Client) -> None:
    now = timezone.now()
    for looks in ("happy", "happy", "sad"):
        factories.capture(owner=owner, looks=looks, taken_at=now)
    page = owner_client.get(reverse("emotions:history"))
    data = page.context["chart"].data
    columns = {series["emotion"]: series["counts"] for series in data["series"]}
    assert len(data["labels"]) == 30
    assert (columns["happy"][-1], columns["sad"][-1]) == (2, 1)
    assert sum(map(sum, columns.values())) == 3
    row = re.search(r"<tbody>.*?</tbody>", page.content.decode(), re.DOTALL)
    assert row
    assert re.findall(r'"number">(\d+)<', row[0]) == ["0", "0", "0", "2", "0", "1", "0"]


def test_any_day_is_shown_with_its_mood_and_only_ones_own(
    owner: User, owner_client: Client, other_client: Client, client: Client
) -> None:
    factories.capture(owner=owner, looks="sad")
    url = "/days/2026-03-14/"
    page = owner_client.get(url).content.decode()
    assert "One moment, and it looks sad." in page
    assert 'href="/days/2026-03-13/"' in page
    assert 'href="/days/2026-03-15/"' in page
    assert "A day without a mood." in other_client.get(url).content.decode()
    assert client.get(url).status_code == 302
    assert owner_client.get("/days/2026-02-30/").status_code == 404


def test_history_shows_nothing_of_another(portrait: Capture, other_client: Client) -> None:
    page = other_client.get(reverse("emotions:history")).content.decode()
    assert str(portrait.uuid) not in page


def test_deleting_asks_first_and_then_removes(portrait: Capture, owner_client: Client) -> None:
    url = reverse("emotions:capture_delete", args=[portrait.uuid])
    assert owner_client.get(url).status_code == 200
    assert Capture.objects.get().deleted_at is None
    assert owner_client.post(url)["Location"] == reverse("emotions:history")
    assert Capture.objects.get().deleted_at is not None
    for name in PRIVATE:
        gone = owner_client.get(reverse(f"emotions:{name}", args=[portrait.uuid]))
        assert gone.status_code == 404


# --- Safety -----------------------------------------------------------------------------------


def test_every_page_forbids_inline_script_and_style(
    portrait: Capture, owner_client: Client
) -> None:
    urls = [reverse(f"emotions:{name}") for name in [*PERSONAL, "model_card"]]
    urls += [reverse("emotions:capture_detail", args=[portrait.uuid])]
    for url in urls:
        page = owner_client.get(url)
        policy = page["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        text = page.content.decode()
        assert not re.search(
            r'\sstyle="|<style|\son\w+="|<script(?![^>]*\s(?:src=|type="application/json"))', text
        ), url
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text), url


def test_pages_name_only_static_files_that_exist(owner_client: Client) -> None:
    page = owner_client.get(reverse("emotions:capture")).content.decode()
    for name in set(re.findall(r'"/static/([^"#?]+)', page)):
        assert finders.find(name), name
