"""Changing captures: feelings, the owner's face, and what is kept."""

from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import User
from emotions.captures import editing, purging, trash
from emotions.captures.editing import Changes
from emotions.captures.errors import (
    EmptyCaptureError,
    KeepsMoreError,
    NoSuchFaceError,
    StaleError,
)
from emotions.captures.recording import SelfReport
from emotions.models import Capture, Feeling
from tests import factories, pictures, uploads
from tests.emotions.captures.recorded import kept_files, record, sharpness


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
