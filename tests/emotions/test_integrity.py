"""The database and the storage say the same, or somebody is told and it is mended."""

import io
import os
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db.models.fields.files import FieldFile

from accounts.models import User
from common.files import MIN_ORPHAN_AGE
from emotions.captures import picture_repair, purging, recording
from emotions.captures.recording import SelfReport
from emotions.models import Capture, name_digest
from emotions.pictures import storage
from ml.models import Artefact, ModelVersion
from ml.registry import register
from tests import pictures
from tests.ml import versions

pytestmark = pytest.mark.django_db


def record(owner: User, **fields: Any) -> Capture:
    values: dict[str, Any] = {
        "photo": pictures.astronaut_jpeg(),
        "source": Capture.Source.UPLOAD,
        "kept": Capture.Kept.PHOTO,
        "self_report": SelfReport(mood=4, note="Rain.", tags=("home",)),
    }
    return recording.record_capture(owner=owner, **values | fields)


def check(*options: str) -> tuple[list[str], str]:
    """Return the findings and the total."""
    told = io.StringIO()
    try:
        call_command("check_integrity", *options, stdout=told)
    except CommandError as error:
        return told.getvalue().splitlines(), f"failed: {error}"
    *found, total = told.getvalue().splitlines()
    return found, total


def place(media: Path, file: FieldFile) -> Path:
    return media / str(file.name)


def numbers(capture: Capture) -> Any:
    """Return what must never be lost."""
    faces = capture.detections.values_list("emotion", "confidence", "is_me", "x", "p_happy")
    return list(faces), capture.mood, capture.note, list(capture.tags.values_list("name"))


def test_nothing_is_wrong_with_what_was_just_recorded(owner: User) -> None:
    record(owner)
    record(owner, kept=Capture.Kept.CROP)
    record(owner, kept=Capture.Kept.NOTHING)

    assert check() == ([], "0 found, 0 repaired.")


def test_a_name_vouches_for_what_was_written(owner: User, media: Path) -> None:
    path = place(media, record(owner).photo)

    assert name_digest(path.read_bytes()) in path.name


def test_files_that_belong_to_nothing_are_found_and_removed(owner: User, media: Path) -> None:
    kept = place(media, record(owner).photo)
    old = time.time() - 2 * MIN_ORPHAN_AGE.total_seconds()
    for orphan in ("photos/old.jpg", "crops/old.jpg", "models/old.tflite", "photos/new.jpg"):
        (media / orphan).parent.mkdir(exist_ok=True)
        (media / orphan).write_bytes(b"x")
        if "old" in orphan:
            os.utime(media / orphan, (old, old))
    os.utime(kept, (old, old))

    found, total = check()
    told = {line.partition(":")[0] for line in found}
    assert told == {"photos/old.jpg", "crops/old.jpg", "models/old.tflite"}
    assert total == "failed: 3 found, 0 repaired."
    assert check("--repair")[1] == "3 found, 3 repaired."
    assert kept.is_file()
    assert (media / "photos/new.jpg").is_file(), "a capture may still be in the making"
    assert check()[1] == "0 found, 0 repaired."


def test_many_files_are_asked_for_together(owner: User, media: Path) -> None:
    record(owner)
    with (
        patch.object(storage, "BATCH_SIZE", 2),
        patch.object(storage, "is_younger", lambda *_: 0),
    ):
        storage.save_pictures(photo=pictures.astronaut(), crop=pictures.astronaut())
        assert len(list(storage.orphans())) == 2


@pytest.mark.parametrize("flaw", ["missing", "changed", "cut", "empty"])
@pytest.mark.parametrize("field", Capture.PICTURES)
def test_a_picture_that_is_lost_costs_nothing_else(
    owner: User, media: Path, field: str, flaw: str
) -> None:
    capture = record(owner)
    before, sequence = numbers(capture), capture.sequence
    path = place(media, getattr(capture, field))
    content = path.read_bytes()
    match flaw:
        case "missing":
            path.unlink()
        case "changed":
            path.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
        case "cut":
            path.write_bytes(content[: len(content) // 2])
        case _:
            path.write_bytes(b"")

    found, total = check()
    assert total == "failed: 1 found, 0 repaired."
    assert str(capture.uuid) in found[0]
    assert owner.email not in found[0]
    assert check("--repair")[1] == "1 found, 1 repaired."

    capture.refresh_from_db()
    assert numbers(capture) == before
    assert capture.sequence > sequence, "other devices learn of it"
    assert not path.exists()
    if field == "photo":
        assert (capture.kept, bool(capture.crop)) == (Capture.Kept.CROP, True)
        assert not capture.thumbnail
    else:
        assert capture.kept == Capture.Kept.PHOTO
        assert getattr(capture, field), "it was made anew from the photo"
    assert check() == ([], "0 found, 0 repaired.")
    assert sum(file.is_file() for file in media.rglob("*")) == len(capture.picture_names)


def test_where_every_picture_is_lost_the_numbers_are_left(owner: User, media: Path) -> None:
    capture = record(owner)
    before = numbers(capture)
    for name in capture.picture_names:
        (media / name).unlink()

    assert check("--repair")[1] == "3 found, 3 repaired."
    capture.refresh_from_db()
    assert (capture.kept, capture.picture_names) == (Capture.Kept.NOTHING, [])
    assert numbers(capture) == before


def test_a_lost_crop_of_somebody_who_keeps_no_photo_leaves_numbers(
    owner: User, media: Path
) -> None:
    capture = record(owner, kept=Capture.Kept.CROP)
    place(media, capture.crop).unlink()

    check("--repair")

    capture.refresh_from_db()
    assert (capture.kept, capture.crop.name) == (Capture.Kept.NOTHING, "")


def test_a_capture_that_changes_meanwhile_is_left_alone(owner: User) -> None:
    capture = record(owner)
    purging.purge_capture(capture=capture)

    picture_repair.repair_picture(capture=capture, field="crop")

    assert Capture.objects.get().picture_names == []


def test_a_storage_that_cannot_be_asked_loses_nothing(owner: User) -> None:
    capture = record(owner, kept=Capture.Kept.CROP)
    with patch("django.core.files.storage.default_storage.open", side_effect=ConnectionError):
        found, total = check("--repair")

    assert "cannot be asked" in found[0]
    assert total.startswith("failed")
    capture.refresh_from_db()
    assert capture.crop


def test_a_file_written_under_an_older_name_is_decoded_only(owner: User, media: Path) -> None:
    capture = record(owner, kept=Capture.Kept.CROP)
    old = "crops/0123456789abcdef.jpg"
    place(media, capture.crop).rename(media / old)
    Capture.objects.update(crop=old)

    assert check() == ([], "0 found, 0 repaired.")


@pytest.mark.parametrize("flaw", ["missing", "changed"])
def test_a_damaged_file_of_a_version_is_told_and_left_to_an_administrator(
    db: None, media: Path, flaw: str
) -> None:
    register(versions.files("extra"), made_by="test")
    network = Artefact.objects.get(version__name="extra", name="emotion.tflite")
    path = place(media, network.file)
    path.unlink() if flaw == "missing" else path.write_bytes(b"another")

    found, total = check("--repair")

    assert found[0].startswith("extra: ")
    assert total == "failed: 1 found, 0 repaired."
    assert ModelVersion.objects.filter(name="extra").exists()
