"""What one person may keep and send has limits of its own, and what is over them leaves nothing."""

import io
import json
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from emotions.captures import editing, purging, recording, retention, storing, trash
from emotions.captures.editing import Changes
from emotions.captures.recording import SelfReport
from emotions.models import Capture, DailyUsage, Import, Preferences, Tag
from emotions.pictures import storage
from emotions.quotas import claims, usage
from emotions.quotas.errors import (
    ImportedQuotaError,
    MomentsQuotaError,
    PicturesQuotaError,
    TagsQuotaError,
)
from emotions.quotas.measuring import measure_pictures
from emotions.transfer import uploads
from tests import factories, pictures
from tests.emotions.api.calls import assert_problem, create, note
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db


def allow(settings: Settings, **quotas: int) -> None:
    settings.QUOTAS = {**settings.QUOTAS, **quotas}


def record(owner: User, **fields: Any) -> Capture:
    return recording.record_capture(owner=owner, source=Capture.Source.UPLOAD, **fields)


def words(owner: User, *tags: str) -> Capture:
    return record(owner, self_report=SelfReport(mood=3, tags=tags))


def files(media: Path) -> int:
    return sum(path.is_file() for path in media.rglob("*"))


def size_on_disk(media: Path) -> int:
    return sum(path.stat().st_size for path in media.rglob("*") if path.is_file())


def entries(*moments: dict[str, Any]) -> io.BytesIO:
    """Return an archive as the export makes it, with these moments."""
    fields = {
        "source": "manual",
        "taken_at": "2026-03-14T08:30:00+00:00",
        "time_zone": "Europe/Lisbon",
        "mood": 4,
    }
    lines = [json.dumps({"uuid": str(uuid4()), **fields, **moment}) for moment in moments]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("captures.json", "[\n" + ",\n".join(lines) + "\n]\n")
    content.seek(0)
    return content


def bring_in(owner: User, archive: io.BytesIO) -> Import:
    job = uploads.start_import(
        owner=owner,
        upload=SimpleUploadedFile("x", archive.read()),
        time_zone="UTC",
        moods={},
        preview=False,
    )
    run_jobs()
    job.refresh_from_db()
    return job


# --- Pictures ---------------------------------------------------------------------------------


def test_pictures_are_measured_through_their_whole_life(owner: User, media: Path) -> None:
    capture = record(owner, photo=pictures.astronaut_jpeg())
    assert usage.picture_bytes(owner=owner) == size_on_disk(media) > 0
    trash.delete_capture(capture=capture)
    assert usage.picture_bytes(owner=owner) == size_on_disk(media), "the trash counts"
    trash.restore_capture(capture=capture)
    editing.edit_capture(capture=capture, changes=Changes(kept=Capture.Kept.CROP))
    capture.refresh_from_db()
    assert usage.picture_bytes(owner=owner) == storage.total_size(capture.picture_names) > 0
    purging.purge_capture(capture=capture)
    assert usage.picture_bytes(owner=owner) == 0


def test_pictures_that_grew_old_leave_room(owner: User) -> None:
    record(owner, photo=pictures.astronaut_jpeg())
    Preferences.objects.update_or_create(owner=owner, defaults={"pictures_kept_for": 30})
    retention.forget_old_pictures(now=datetime.now(UTC) + timedelta(days=31))
    assert usage.picture_bytes(owner=owner) == 0


def test_pictures_of_earlier_releases_are_measured_once(owner: User, media: Path) -> None:
    record(owner, photo=pictures.astronaut_jpeg())
    words(owner)
    Capture.objects.update(picture_bytes=None)
    assert usage.picture_bytes(owner=owner) == 0
    assert measure_pictures() == 1
    assert usage.picture_bytes(owner=owner) == size_on_disk(media)
    assert measure_pictures() == 0


def test_a_picture_without_room_is_refused_and_leaves_nothing(
    owner: User, other: User, media: Path, settings: Settings
) -> None:
    allow(settings, picture_bytes=1000)
    before = files(media)
    with pytest.raises(PicturesQuotaError):
        record(owner, photo=pictures.astronaut_jpeg())
    assert files(media) == before
    assert not Capture.objects.exists()
    assert not DailyUsage.objects.filter(recorded__gt=0).exists()
    allow(settings, picture_bytes=10**9)
    record(other, photo=pictures.astronaut_jpeg())
    allow(settings, picture_bytes=usage.picture_bytes(owner=other))
    with pytest.raises(PicturesQuotaError):
        record(other, photo=pictures.astronaut_jpeg())
    record(owner, photo=pictures.astronaut_jpeg())


def test_numbers_only_needs_no_room(owner: User, settings: Settings) -> None:
    allow(settings, picture_bytes=1)
    capture = record(owner, photo=pictures.astronaut_jpeg(), kept=Capture.Kept.NOTHING)
    assert capture.detections.count() == 1


def test_a_full_diary_reads_no_photo_in_vain(
    owner: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(owner, photo=pictures.astronaut_jpeg())
    allow(settings, picture_bytes=1)
    monkeypatch.setattr(recording, "analyse_photo", lambda *_, **__: pytest.fail("it was read"))
    with pytest.raises(PicturesQuotaError):
        record(owner, photo=pictures.astronaut_jpeg())


# --- Moments ----------------------------------------------------------------------------------


def test_moments_are_counted_by_the_day_on_which_they_come(
    owner: User, other: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(settings, moments=2)
    first = words(owner)
    purging.purge_capture(capture=words(owner))
    with pytest.raises(MomentsQuotaError):
        words(owner)
    assert Capture.objects.filter(owner=owner).count() == 2
    words(other)
    today = usage.today()
    monkeypatch.setattr(usage, "today", lambda: today + timedelta(days=1))
    words(owner)
    assert usage.usage_of(owner=owner).moments == 1
    assert first.local_date == today


def test_the_same_request_again_is_no_other_moment(owner: User, settings: Settings) -> None:
    allow(settings, moments=1)
    uuid = uuid4()
    said = SelfReport(mood=3)
    assert record(owner, uuid=uuid, self_report=said) == record(owner, uuid=uuid, self_report=said)


@pytest.mark.django_db(transaction=True)
def test_moments_that_come_at_once_are_counted_exactly(settings: Settings) -> None:
    allow(settings, moments=3)
    owner = factories.person("owner@example.org")
    outcomes = []

    def send() -> None:
        try:
            words(owner, "together")
            outcomes.append("kept")
        except MomentsQuotaError:
            outcomes.append("refused")
        finally:
            connections.close_all()

    senders = [threading.Thread(target=send) for _ in range(6)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(outcomes) == ["kept"] * 3 + ["refused"] * 3
    assert Capture.objects.count() == 3
    assert Tag.objects.count() == 1


def test_a_file_brings_in_more_than_a_day_may_record_but_not_without_end(
    owner: User, settings: Settings
) -> None:
    allow(settings, moments=1, imported_moments=3)
    archive = entries(*({} for _ in range(5)))
    report = bring_in(owner, archive)
    assert (report.new, report.refused, report.complete) == (3, 1, False)
    assert "imported 3 moments today" in report.refusals[0]["reason"]
    assert Capture.objects.count() == 3
    assert words(owner)
    assert usage.usage_of(owner=owner).imported_moments == 3
    with pytest.raises(ImportedQuotaError):
        claims.claim_imported_moments(owner=owner, count=1)


# --- Tags -------------------------------------------------------------------------------------


def test_another_tag_than_there_can_be_is_refused_with_its_moment(
    owner: User, other: User, settings: Settings
) -> None:
    allow(settings, tags=2)
    capture = words(owner, "home", "work")
    with pytest.raises(TagsQuotaError):
        words(owner, "home", "bus")
    with pytest.raises(TagsQuotaError):
        editing.edit_capture(capture=capture, changes=Changes(tags=["bus"]))
    assert Capture.objects.filter(owner=owner).count() == 1
    assert usage.usage_of(owner=owner).tags == 2
    words(owner, "HOME", "Work")
    words(other, "bus")


def test_an_import_refuses_entries_that_are_over_a_quota_and_goes_on(
    owner: User, media: Path, settings: Settings
) -> None:
    allow(settings, tags=1)
    report = bring_in(owner, entries({"tags": ["a"]}, {"tags": ["a", "b"]}, {"tags": ["A"]}))
    assert (report.new, report.refused, report.complete) == (2, 1, True)
    assert "1 tags" in report.refusals[0]["reason"]
    assert [tag.name for tag in Tag.objects.all()] == ["a"]


def test_an_import_reads_tags_once_however_many_entries(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    Tag.objects.bulk_create(Tag(owner=owner, name=f"tag {n}") for n in range(30))
    reads: list[storing.KnownTags] = []
    read = storing.KnownTags.read

    def counted(tags: storing.KnownTags) -> None:
        reads.append(tags)
        read(tags)

    monkeypatch.setattr(storing.KnownTags, "read", counted)
    report = bring_in(owner, entries(*({"tags": [f"tag {n}"]} for n in range(10))))
    assert report.new == 10
    assert len(reads) == 1


def test_a_tag_that_another_request_made_meanwhile_is_found(owner: User) -> None:
    known = storing.KnownTags(owner)
    known.keys_of(["one"])
    meanwhile = Tag.objects.create(owner=owner, name="two")
    assert known.keys_of(["TWO"]) == [meanwhile.pk]


# --- Pages and API ----------------------------------------------------------------------------


def test_the_pages_say_what_is_full(owner_client: Client, settings: Settings) -> None:
    photo = {
        "photo": io.BytesIO(pictures.astronaut_jpeg()),
        "client_uuid": str(uuid4()),
        "source": "upload",
    }
    allow(settings, picture_bytes=1000)
    page = owner_client.post(reverse("emotions:capture"), photo)
    assert page.status_code == 403
    assert "Your pictures fill the 1000" in page.content.decode().replace("\xa0", " ")
    url = reverse("emotions:words")
    form = {"mood": "3", "taken_at": "2026-03-14T12:00", "tags": "a, b"}
    allow(settings, tags=1)
    page = owner_client.post(url, form)
    assert page.status_code == 422
    assert "You can have up to 1 tags" in page.content.decode()
    allow(settings, tags=2, moments=1)
    assert owner_client.post(url, form).status_code == 302
    page = owner_client.post(url, form)
    assert page.status_code == 429
    assert "limit of 1 moments" in page.content.decode()
    edit = reverse("emotions:capture_edit", args=[Capture.objects.get().uuid])
    page = owner_client.post(edit, {"mood": "3", "tags": "c"})
    assert page.status_code == 422
    assert "You can have up to 2 tags" in page.content.decode()


def test_the_api_has_a_code_for_each(
    owner_api: APIClient, other_api: APIClient, settings: Settings
) -> None:
    allow(settings, picture_bytes=1000)
    assert_problem(create(owner_api, pictures.astronaut_jpeg()), 403, "storage_full")
    allow(settings, tags=1)
    assert_problem(note(owner_api, mood=3, tags=["a", "b"]), 422, "too_many_tags")
    allow(settings, moments=1)
    made = note(owner_api, mood=3, tags=["a"])
    assert made.status_code == 201
    changed = owner_api.patch(made["Location"], {"tags": ["b"]}, format="json")
    assert_problem(changed, 422, "too_many_tags")
    refused = note(owner_api, mood=3)
    assert_problem(refused, 429, "too_many_moments")
    assert 1 <= int(refused["Retry-After"]) <= 24 * 3600
    assert note(other_api, mood=3).status_code == 201
    assert note(APIClient(), mood=3).status_code == 401


def test_the_settings_show_what_is_used(
    owner: User, owner_client: Client, other_client: Client
) -> None:
    words(owner, "home", "work")
    bring_in(owner, entries({}, {}))

    def shown(client: Client) -> list[str]:
        page = client.get(reverse("accounts:settings")).content.decode()
        section = page[page.index('aria-labelledby="usage"') :]
        return section.replace("\xa0", " ").split("</section>")[0].split("<li>")[1:]

    pictures_, moments, imported, tags = shown(owner_client)
    assert "0 bytes of 2.0 GB" in pictures_
    assert "1 of 500" in moments
    assert "2 of 100,000" in imported
    assert "2 of 2,000" in tags
    assert all("0 of" in row or "0 bytes of" in row for row in shown(other_client))
    assert Client().get(reverse("accounts:settings")).status_code == 302


def test_usage_takes_one_indexed_query_each(owner: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        usage.usage_of(owner=owner)
