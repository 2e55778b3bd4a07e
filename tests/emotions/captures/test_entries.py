"""Words, corrections, the trash, and how much of a photo is kept."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from PIL import Image

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from emotions.api.insights.serializers import TagSerializer
from emotions.captures import editing, purging, recording, selectors, trash
from emotions.captures.editing import Changes
from emotions.captures.errors import (
    CaptureDeletedError,
    EmptyCaptureError,
    KeepsMoreError,
    NoSuchFaceError,
    StaleError,
)
from emotions.captures.recording import SelfReport
from emotions.models import Capture, Detection, Feeling, Tag
from emotions.preferences.services import set_preferences
from tests import factories, pictures, uploads


def record(owner: User, photo: bytes | None = None, **fields: Any) -> Capture:
    return recording.record_capture(
        owner=owner, photo=photo, source=Capture.Source.UPLOAD, time_zone="UTC", **fields
    )


def kept_files(media: Path) -> list[str]:
    return sorted(path.parent.name for path in media.rglob("*") if path.is_file())


def test_words_alone_make_a_moment_even_where_no_photo_may_be_read(owner: User) -> None:
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    said = SelfReport(felt=Feeling.SAD, mood=2, note="Rain.", tags=("home", "Home", "work"))
    capture = record(owner, self_report=said)
    assert capture.source == Capture.Source.MANUAL
    assert (capture.felt, capture.mood, capture.note) == ("sad", 2, "Rain.")
    assert {tag.name for tag in capture.tags.all()} == {"home", "work"}
    assert not capture.detections.exists()
    day = selectors.day(owner=owner, on=capture.local_date)
    assert day.mood
    assert day.mood.valence == -0.5


def test_a_moment_without_photo_and_words_is_none(owner: User) -> None:
    with pytest.raises(EmptyCaptureError):
        record(owner, self_report=SelfReport(tags=("work",)))
    assert not Capture.objects.exists()


def test_a_tag_is_one_however_it_is_capitalised_and_belongs_to_one_person(
    owner: User, other: User
) -> None:
    for person in (owner, other):
        record(person, self_report=SelfReport(mood=3, tags=("École",)))
        record(person, self_report=SelfReport(mood=3, tags=("école", "bus")))
    assert sorted(Tag.objects.filter(owner=owner).values_list("name", flat=True)) == [
        "bus",
        "École",
    ]
    told = TagSerializer(selectors.tags(owner=owner), many=True).data
    assert [(tag["name"], tag["uses"]) for tag in told] == [
        ("École", 2),
        ("bus", 1),
    ]


@pytest.mark.parametrize(
    ("kept", "files"),
    [("photo", ["crops", "photos", "thumbnails"]), ("crop", ["crops"]), ("nothing", [])],
)
def test_only_as_much_of_a_photo_is_kept_as_the_person_wants(
    owner: User, media: Path, kept: str, files: list[str]
) -> None:
    choice = Capture.Kept(kept)
    record(owner, pictures.astronaut_jpeg(), kept=choice)
    assert kept_files(media) == files
    set_preferences(owner=owner, kept=choice)
    capture = record(owner, pictures.astronaut_jpeg())
    assert kept_files(media) == sorted(files * 2)
    assert capture.detections.get().emotion == "happy"
    assert (capture.width, capture.height) == (512, 512)


def test_the_face_that_is_kept_is_a_small_square_around_it(owner: User) -> None:
    capture = record(owner, pictures.astronaut_jpeg(), kept=Capture.Kept.CROP)
    face = capture.detections.get()
    with Image.open(capture.crop.open()) as crop:
        assert crop.width == crop.height
        assert crop.width == min(320, round(face.width * 1.5))
    assert capture.small_picture == capture.crop


@pytest.mark.django_db(transaction=True)
def test_keeping_less_removes_files_at_once_and_nothing_comes_back(
    owner: User, media: Path
) -> None:
    capture = record(owner, pictures.astronaut_jpeg())
    edited = editing.edit_capture(capture=capture, changes=Changes(kept=Capture.Kept.CROP))
    assert kept_files(media) == ["crops"]
    assert (edited.photo.name, edited.thumbnail.name) == ("", "")
    with pytest.raises(KeepsMoreError):
        editing.edit_capture(capture=capture, changes=Changes(kept=Capture.Kept.PHOTO))
    editing.edit_capture(capture=capture, changes=Changes(kept=Capture.Kept.NOTHING))
    assert kept_files(media) == []
    assert capture.detections.count() == 1


def test_what_is_said_changes_and_what_was_detected_does_not(owner: User) -> None:
    capture = factories.capture(owner=owner, looks="happy", note="Before.")
    changes = Changes(felt=Feeling.SAD, mood=1, tags=["tired"])
    edited = editing.edit_capture(capture=capture, changes=changes)
    assert (edited.felt, edited.mood, edited.note) == ("sad", 1, "Before.")
    assert [tag.name for tag in edited.tags.all()] == ["tired"]
    assert edited.detections.get().emotion == "happy"
    assert edited.sequence == capture.sequence + 1
    taken_back = editing.edit_capture(capture=capture, changes=Changes(felt=None, tags=[]))
    assert (taken_back.felt, taken_back.mood) == (None, 1)
    assert not taken_back.tags.exists()


@pytest.mark.django_db(transaction=True)
def test_another_face_can_be_me_and_is_then_the_one_that_is_cut_out(
    owner: User, media: Path
) -> None:
    capture = record(owner, uploads.crowd_jpeg(), keep_others=True)
    second = capture.detections.filter(is_me=False)[0]
    crop = capture.crop.name
    edited = editing.edit_capture(capture=capture, changes=Changes(me=second.pk))
    assert [d.pk for d in edited.detections.filter(is_me=True)] == [second.pk]
    assert edited.crop.name not in ("", crop)
    assert kept_files(media) == ["crops", "photos", "thumbnails"]
    nobody = editing.edit_capture(capture=capture, changes=Changes(me=None))
    assert not nobody.detections.filter(is_me=True).exists()
    assert kept_files(media) == ["photos", "thumbnails"]


def sharpness(capture: Capture, face: Detection) -> float:
    """Return how much neighbouring pixels of a face in the stored photo differ."""
    with Image.open(capture.photo.open()) as photo:
        box = (face.x, face.y, face.x + face.width, face.y + face.height)
        grey = np.asarray(photo.crop(box).convert("L"), np.float32)
    return float(np.median(np.abs(np.diff(grey, axis=1))))


def test_other_people_are_blurred_in_what_is_stored_unless_the_person_says_otherwise(
    owner: User,
) -> None:
    sharp = record(owner, uploads.crowd_jpeg(), keep_others=True)
    blurred = record(owner, uploads.crowd_jpeg())
    assert (sharp.others_blurred, blurred.others_blurred) == (False, True)
    for face in sharp.detections.all():
        same = blurred.detections.get(x=face.x, y=face.y)
        assert same.probabilities == face.probabilities
        if face.is_me:
            assert sharpness(blurred, same) == pytest.approx(sharpness(sharp, face), rel=0.2)
        else:
            assert sharpness(blurred, same) < sharpness(sharp, face) / 2
    set_preferences(owner=owner, keep_others=True)
    assert not record(owner, uploads.crowd_jpeg()).others_blurred


@pytest.mark.django_db(transaction=True)
def test_who_was_taken_for_me_is_blurred_once_another_face_is_me(owner: User, media: Path) -> None:
    capture = record(owner, uploads.crowd_jpeg())
    first = capture.detections.get(is_me=True)
    before = sharpness(capture, first)
    other = capture.detections.filter(is_me=False)[0]
    edited = editing.edit_capture(capture=capture, changes=Changes(me=other.pk))
    assert sharpness(edited, first) < before / 2
    assert edited.crop.name == ""
    assert kept_files(media) == ["photos", "thumbnails"]


def test_the_person_says_at_once_which_face_is_theirs(owner: User) -> None:
    faces = record(owner, uploads.crowd_jpeg()).detections.order_by("-width")
    width, height = faces[0].capture.width or 0, faces[0].capture.height or 0
    middle = (faces[1].x + faces[1].width / 2, faces[1].y + faces[1].height / 2)
    for point in (middle, (middle[0], faces[1].y - 1)):
        place = (point[0] / width, point[1] / height)
        capture = record(owner, uploads.crowd_jpeg(), me=place)
        (mine,) = capture.detections.filter(is_me=True)
        assert (mine.x, mine.y) == (faces[1].x, faces[1].y)
        assert capture.crop.name
        assert sharpness(capture, faces[1]) > sharpness(capture, faces[0])


@pytest.mark.django_db(transaction=True)
def test_a_face_of_another_capture_is_never_me(owner: User, other: User, media: Path) -> None:
    capture = record(owner, pictures.astronaut_jpeg())
    stranger = factories.detection(capture=factories.capture(owner=other), looks="sad")
    with pytest.raises(NoSuchFaceError):
        editing.edit_capture(capture=capture, changes=Changes(me=stranger.pk))
    assert capture.detections.get().is_me
    assert kept_files(media) == ["crops", "photos", "thumbnails"]


def test_a_moment_in_words_keeps_some(owner: User) -> None:
    capture = record(owner, self_report=SelfReport(mood=4))
    with pytest.raises(EmptyCaptureError):
        editing.edit_capture(capture=capture, changes=Changes(mood=None))
    capture.refresh_from_db()
    assert capture.mood == 4


@pytest.mark.parametrize(
    "change",
    [
        lambda capture, expected: editing.edit_capture(
            capture=capture, changes=Changes(mood=1), expected=expected
        ),
        lambda capture, expected: trash.delete_capture(capture=capture, expected=expected),
        lambda capture, expected: purging.purge_capture(capture=capture, expected=expected),
    ],
)
def test_what_changed_meanwhile_is_not_overwritten(
    owner: User, change: Callable[[Capture, int], object]
) -> None:
    capture = factories.capture(owner=owner, mood=3)
    read = capture.sequence
    editing.edit_capture(capture=capture, changes=Changes(note="On another phone."))
    with pytest.raises(StaleError):
        change(capture, read)
    capture.refresh_from_db()
    assert (capture.mood, capture.deleted_at, capture.sequence) == (3, None, read + 1)
    owner.refresh_from_db()
    assert owner.sequence == read + 1


@pytest.mark.django_db(transaction=True)
def test_the_trash_gives_back_for_thirty_days_and_then_nothing_is_left(
    owner: User, media: Path
) -> None:
    capture = record(owner, pictures.astronaut_jpeg(), uuid=uuid.uuid4())
    trash.delete_capture(capture=capture)
    assert not selectors.history(owner=owner).exists()
    assert selectors.history(owner=owner, in_trash=True).get() == capture
    with pytest.raises(CaptureDeletedError):
        editing.edit_capture(capture=capture, changes=Changes(mood=1))
    assert trash.restore_capture(capture=capture).deleted_at is None
    assert selectors.get_capture(owner=owner, uuid=capture.uuid).detections.count() == 1

    trash.delete_capture(capture=capture)
    waiting = DBTaskResult.objects.order_by("-run_after")[0]
    assert waiting.run_after - timezone.now() > timedelta(days=29)
    long_ago = timezone.now() - timedelta(days=31)
    Capture.objects.update(deleted_at=long_ago)
    DBTaskResult.objects.update(run_after=timezone.now())
    call_command("db_worker", batch=True, interval=0, reload=False, verbosity=0)
    capture.refresh_from_db()
    assert capture.purged_at
    assert not capture.detections.exists()
    assert kept_files(media) == []
    with pytest.raises(CaptureDeletedError):
        trash.restore_capture(capture=capture)


def test_the_trash_is_emptied_by_command_too(
    owner: User, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = factories.capture(owner=owner, mood=1), factories.capture(owner=owner, mood=2)
    for capture in (old, new):
        trash.delete_capture(capture=capture)
    Capture.objects.filter(pk=old.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    call_command("purge_trash")
    assert capsys.readouterr().out == "1 moments removed for ever.\n"
    assert selectors.history(owner=owner, in_trash=True).get() == new


@pytest.mark.django_db(transaction=True)
def test_what_is_removed_for_ever_leaves_a_tombstone(owner: User, media: Path) -> None:
    capture = record(
        owner, pictures.astronaut_jpeg(), self_report=SelfReport(note="Secret.", tags=("a",))
    )
    purging.purge_capture(capture=capture)
    capture.refresh_from_db()
    assert kept_files(media) == []
    assert not capture.detections.exists()
    assert not capture.tags.exists()
    assert capture.deleted_at
    assert (capture.photo.name, capture.note, capture.felt) == ("", "", None)
    assert (capture.sequence, capture.request_digest) == (2, "")
    with pytest.raises(CaptureDeletedError):
        record(owner, pictures.astronaut_jpeg(), uuid=capture.uuid)


def test_changes_come_in_their_order_each_capture_once(owner: User, other: User) -> None:
    first, second, third = (factories.capture(owner=owner, mood=n) for n in (1, 2, 3))
    factories.capture(owner=other)
    editing.edit_capture(capture=first, changes=Changes(mood=5))
    trash.delete_capture(capture=second)
    found = selectors.changes(owner=owner, after=0, limit=10)
    assert [capture.pk for capture in found] == [third.pk, first.pk, second.pk]
    assert [capture.sequence for capture in found] == [3, 4, 5]
    assert selectors.changes(owner=owner, after=4, limit=10) == [second]
    assert selectors.changes(owner=owner, after=0, limit=1) == [third]


def test_history_is_narrowed_by_tag_source_words_and_trash(owner: User, other: User) -> None:
    walk = factories.capture(owner=owner, note="A walk by the River.")
    work = factories.capture(owner=owner, mood=2, taken_at=datetime(2026, 3, 15, tzinfo=UTC))
    editing.edit_capture(capture=work, changes=Changes(tags=["Office"]))
    theirs = factories.capture(owner=other, note="river")
    editing.edit_capture(capture=theirs, changes=Changes(tags=["Office"]))
    assert list(selectors.history(owner=owner, words="river")) == [walk]
    assert list(selectors.history(owner=owner, tag="office")) == [work]
    assert list(selectors.history(owner=owner, source=Capture.Source.UPLOAD)) == [work, walk]
    assert not selectors.history(owner=owner, source=Capture.Source.LIVE).exists()
    trash.delete_capture(capture=walk)
    assert list(selectors.history(owner=owner)) == [work]
    assert list(selectors.history(owner=owner, in_trash=True)) == [walk]
