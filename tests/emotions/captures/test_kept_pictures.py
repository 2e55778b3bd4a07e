"""How much of a photo is stored, and of whom."""

from pathlib import Path

import pytest
from PIL import Image

from accounts.models import User
from emotions.models import Capture
from emotions.preferences.services import set_preferences
from tests import pictures, uploads
from tests.emotions.captures.recorded import kept_files, record, sharpness


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
