"""Recording and deleting captures: whole or not at all, and never without consent."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError
from django_tasks_db.models import DBTaskResult
from PIL import Image

from accounts.consents import ConsentRequiredError, withdraw_consent
from accounts.models import Consent, User
from common.files import MIN_ORPHAN_AGE
from common.imaging.images import ImageError
from emotions.captures import purging, recording
from emotions.captures.errors import NoFaceError, RequestConflictError
from emotions.captures.recording import SelfReport
from emotions.models import Capture, Detection, Feeling
from emotions.pictures import removal, storage
from ml.registry import active_version
from tests import pictures, uploads
from tests.jobs import run_worker


def record(owner: User, photo: bytes | None = None, **fields: Any) -> Capture:
    values: dict[str, Any] = {
        "photo": pictures.astronaut_jpeg() if photo is None else photo,
        "source": Capture.Source.UPLOAD,
        "time_zone": "UTC",
    }
    return recording.record_capture(owner=owner, **values | fields)


def stored_files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_portrait_is_recorded_with_what_it_expresses(owner: User, media: Path) -> None:
    moment = datetime(2026, 3, 14, 23, 30, tzinfo=UTC)
    capture = record(owner, taken_at=moment, time_zone="Asia/Tokyo")
    capture.refresh_from_db()
    assert str(capture.local_date) == "2026-03-15"
    assert (capture.width, capture.height, capture.sequence) == (512, 512, 1)
    face = capture.detections.get()
    assert face.emotion == Feeling.HAPPY
    assert face.is_me
    assert face.role == Detection.Role.ANSWER
    assert sum(face.probabilities) == pytest.approx(1, abs=1e-4)
    assert face.confidence == max(face.probabilities)
    assert face.model_version == active_version()
    assert len(stored_files(media)) == 3, "photo, face and thumbnail"


@pytest.mark.parametrize(
    ("sent", "digest"),
    [
        (
            (
                *(b"photo", Capture.Source.UPLOAD, "Europe/Berlin"),
                datetime(2026, 3, 14, 12, tzinfo=UTC),
                SelfReport(felt=Feeling.SAD, mood=2, note="Rain.", tags=("home",)),
                *(Capture.Kept.CROP, True, False, (0.5, 0.25)),
            ),
            "d014c70d1bfe3bcc43d5c940a5a9b2518ca4b92d89db23bed533f4a26c92c816",
        ),
        (
            (
                *(None, Capture.Source.MANUAL, None, None),
                SelfReport(mood=4),
                *(None, None, False, None),
            ),
            "e6c8ab7976ac13843f95a8949d0f381cb149c715511961f0776593ee3ad617bd",
        ),
    ],
)
def test_a_request_has_the_digest_that_earlier_releases_stored(sent: Any, digest: str) -> None:
    assert recording.digest_of_request(*sent) == digest


def test_the_largest_of_several_faces_is_taken_as_me(owner: User) -> None:
    capture = record(owner, uploads.crowd_jpeg())
    areas = {d.width * d.height: d.is_me for d in capture.detections.all()}
    assert len(areas) >= 2
    assert [area for area, is_me in areas.items() if is_me] == [max(areas)]


def test_what_is_stored_carries_no_metadata(owner: User) -> None:
    capture = record(owner, pictures.with_metadata(pictures.astronaut(), "here I live"))
    with Image.open(capture.photo.open()) as stored:
        assert not stored.getexif()
        assert set(stored.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_without_consent_no_photo_is_read(owner: User, media: Path) -> None:
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    with (
        patch("emotions.captures.analysis.images.read_image") as read_image,
        pytest.raises(ConsentRequiredError),
    ):
        record(owner)
    read_image.assert_not_called()
    assert not stored_files(media)


def test_no_face_is_stored_only_on_request(owner: User, media: Path) -> None:
    landscape = uploads.landscape_jpeg()
    with pytest.raises(NoFaceError):
        record(owner, landscape)
    assert not Capture.objects.exists()
    assert not stored_files(media)
    capture = record(owner, landscape, keep_without_face=True)
    assert not capture.detections.exists()
    assert len(stored_files(media)) == 2, "there is no face to cut out"


@pytest.mark.parametrize("name", sorted(uploads.REFUSED))
def test_a_photo_that_cannot_be_read_leaves_nothing(owner: User, media: Path, name: str) -> None:
    data, code = uploads.REFUSED[name]
    with pytest.raises(ImageError) as refused:
        record(owner, data())
    assert refused.value.code == code
    assert not Capture.objects.exists()
    assert not stored_files(media)


@pytest.mark.parametrize("name", ["uuid", "idempotency_key"])
def test_the_same_request_again_gives_the_capture_that_is_there(
    owner: User, media: Path, name: str
) -> None:
    key: dict[str, Any] = {name: uuid.uuid4() if name == "uuid" else "walk-1"}
    assert record(owner, **key) == record(owner, **key)
    assert Capture.objects.count() == 1
    assert len(stored_files(media)) == 3


@pytest.mark.parametrize("name", ["uuid", "idempotency_key"])
@pytest.mark.parametrize(
    "other",
    [
        {"photo": uploads.landscape_jpeg(), "keep_without_face": True},
        {"time_zone": "Asia/Tokyo"},
        {"self_report": SelfReport(mood=3)},
        {"kept": Capture.Kept.CROP},
        {"taken_at": datetime(2026, 3, 14, tzinfo=UTC)},
    ],
)
def test_another_request_under_the_same_name_is_refused(
    owner: User, media: Path, name: str, other: dict[str, Any]
) -> None:
    key: dict[str, Any] = {name: uuid.uuid4() if name == "uuid" else "walk-1"}
    record(owner, **key)
    with pytest.raises(RequestConflictError):
        record(owner, **key, **other)
    assert Capture.objects.count() == 1
    assert len(stored_files(media)) == 3


def test_a_key_and_a_uuid_of_two_captures_name_none(owner: User) -> None:
    first = record(owner)
    record(owner, idempotency_key="walk-1")
    with pytest.raises(RequestConflictError):
        record(owner, uuid=first.uuid, idempotency_key="walk-1")


def test_the_same_uuid_at_the_same_time_gives_one_capture(owner: User, media: Path) -> None:
    """The second request passes the first look before the first one has written its row."""
    key = uuid.uuid4()
    first = record(owner, uuid=key)
    looks = iter([None, first])
    look = "emotions.captures.recording.earlier_capture"
    with patch(look, side_effect=lambda _: next(looks)):
        second = record(owner, uuid=key)
    assert second == first
    assert Capture.objects.count() == 1
    assert len(stored_files(media)) == 3


def test_two_people_may_use_the_same_uuid(owner: User, other: User) -> None:
    key = uuid.uuid4()
    assert record(owner, uuid=key) != record(other, uuid=key)


def test_a_database_that_fails_leaves_neither_row_nor_file(owner: User, media: Path) -> None:
    with (
        patch.object(Detection.objects, "bulk_create", side_effect=DatabaseError),
        pytest.raises(DatabaseError),
    ):
        record(owner)
    assert not Capture.objects.exists()
    assert not stored_files(media)
    owner.refresh_from_db()
    assert owner.sequence == 0


def test_a_storage_that_fails_on_the_second_file_leaves_none(owner: User, media: Path) -> None:
    save = default_storage.save

    def fail_on_thumbnails(name: str, content: Any) -> str:
        if name.startswith("thumbnails"):
            raise OSError("disk full")
        return save(name, content)

    with (
        patch.object(default_storage, "save", fail_on_thumbnails),
        pytest.raises(OSError, match="disk full"),
    ):
        record(owner)
    assert not Capture.objects.exists()
    assert not stored_files(media)


@pytest.mark.django_db(transaction=True)
def test_files_that_cannot_be_removed_now_are_removed_by_a_job(owner: User, media: Path) -> None:
    capture = record(owner)
    with (
        patch.object(default_storage, "delete", side_effect=OSError),
        patch.object(removal, "RETRY_REMOVAL_AFTER", timedelta()),
    ):
        purging.purge_capture(capture=capture)
    assert len(stored_files(media)) == 3
    assert DBTaskResult.objects.count() == 1
    run_worker()
    assert not stored_files(media)


def test_the_sweep_removes_only_old_files_that_nothing_refers_to(
    owner: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(owner)
    storage.save_pictures(photo=pictures.astronaut(), thumbnail=pictures.astronaut())
    assert storage.sweep_orphans() == 0, "a capture may still be in the making"
    monkeypatch.setattr(storage, "MIN_ORPHAN_AGE", MIN_ORPHAN_AGE * 0)
    assert storage.sweep_orphans() == 2
    assert len(stored_files(media)) == 3


def test_logs_tell_what_happened_but_not_who_or_how_they_looked(
    owner: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        record(owner)
    told = " ".join(str(vars(entry)) for entry in caplog.records if entry.name != "PIL")
    assert "capture recorded" in told
    assert owner.email not in told
    assert not any(f"'{feeling}'" in told for feeling in Feeling.values)
