"""Turning pictures: what is kept lies the other way, and its faces are read anew."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from common.imaging import images
from common.imaging.geometry import Box
from emotions import integrity
from emotions.captures import editing, trash, turning
from emotions.captures.editing import Changes
from emotions.captures.errors import CaptureDeletedError, NothingToTurnError, StaleError
from emotions.captures.recording import SelfReport
from emotions.captures.signals import capture_changed
from emotions.captures.turning import turn_capture, upright_turn
from emotions.models import Capture, Detection
from ml import registry
from tests import factories, pictures, uploads
from tests.emotions.captures.recorded import kept_files, record

pytestmark = pytest.mark.django_db(transaction=True)


def lying(degrees: int) -> bytes:
    """Return the portrait turned clockwise, and nothing to say so."""
    return pictures.encoded(images.turn(pictures.astronaut(), degrees), quality=92)


def pixels_of(stored: Any) -> np.ndarray:
    with stored.open() as file:
        return np.asarray(Image.open(io.BytesIO(file.read())), np.float32)


def assert_close(one: np.ndarray, other: np.ndarray) -> None:
    """Expect the same picture, up to what another JPEG costs."""
    assert one.shape == other.shape
    assert np.abs(one - other).mean() < 4


@pytest.mark.parametrize("degrees", turning.QUARTERS)
def test_all_pictures_are_turned_and_the_face_is_read_anew(
    owner: User, media: Path, degrees: int
) -> None:
    portrait = pictures.astronaut()[:, 60:460]  # higher than wide
    capture = record(owner, pictures.encoded(portrait, quality=92), self_report=SelfReport(mood=4))
    [before] = capture.detections.all()
    names = capture.picture_names
    stored = [pixels_of(getattr(capture, name)) for name in Capture.PICTURES]

    turned = turn_capture(capture=capture, degrees=degrees)

    for name, pixels in zip(("photo", "thumbnail"), (stored[0], stored[2]), strict=True):
        assert_close(pixels_of(getattr(turned, name)), images.turn(pixels, degrees))
    height, width = pixels_of(turned.photo).shape[:2]
    assert (turned.width, turned.height) == (width, height)
    [after] = turned.detections.all()
    assert after.pk != before.pk
    assert (after.emotion, after.is_me) == ("happy", True)
    place = before.box.turned(degrees, 400, 512)
    assert after.box.overlap(place) > 0.7
    assert upright_turn(after) == 360 - degrees
    assert not set(names) & set(turned.picture_names)
    assert kept_files(media) == ["crops", "photos", "thumbnails"]
    assert turned.picture_bytes == sum(
        path.stat().st_size for path in media.rglob("*") if path.is_file()
    )
    assert list(integrity.findings()) == []
    assert (turned.mood, turned.sequence) == (4, capture.sequence + 1)


@pytest.mark.parametrize("kept", [Capture.Kept.PHOTO, Capture.Kept.CROP])
def test_a_face_found_lying_is_turned_upright_as_it_was_found(
    owner: User, media: Path, kept: Capture.Kept
) -> None:
    capture = record(owner, lying(90), kept=kept)
    [before] = capture.detections.all()
    assert upright_turn(before) == 270
    turned = turn_capture(capture=capture, degrees=upright_turn(before))
    [after] = turned.detections.all()
    assert abs(after.roll or 0) < 30
    assert upright_turn(after) == 0
    assert after.emotion == "happy"
    assert after.box.overlap(record(owner, pictures.astronaut_jpeg()).detections.get().box) > 0.7
    assert turned.kept == kept


@pytest.mark.parametrize(
    ("roll", "turn"),
    [(None, 0), (0, 0), (-30, 0), (46, 0), (61, 270), (-95, 90), (175, 180), (-180, 180), (139, 0)],
)
def test_a_quarter_turn_is_offered_only_where_it_sets_the_face_upright(
    owner: User, roll: int | None, turn: int
) -> None:
    capture = factories.capture(owner=owner)
    assert upright_turn(factories.detection(capture=capture, looks="sad", roll=roll)) == turn


def test_what_was_not_found_lying_the_wrong_way_is_found_once_it_is_turned(
    owner: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictor = type(registry.serving().predictor)
    with monkeypatch.context() as blind:
        blind.setattr(predictor, "predict", lambda self, pixels: [])
        capture = record(owner, lying(180), keep_without_face=True)
    assert not capture.crop
    turned = turn_capture(capture=capture, degrees=180)
    assert turned.detections.get().is_me
    assert kept_files(media) == ["crops", "photos", "thumbnails"]


def test_where_no_face_is_found_what_was_read_stays_and_moves_along(
    owner: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = record(owner, pictures.astronaut_jpeg())
    before = capture.detections.get()
    factories.detection(capture=capture, looks="sad", role=Detection.Role.RESCORE, **box_of(before))
    predictor = type(registry.serving().predictor)
    monkeypatch.setattr(predictor, "predict", lambda self, pixels: [])
    turned = turn_capture(capture=capture, degrees=90)
    boxes = {detection.box for detection in turned.detections.all()}
    assert boxes == {before.box.turned(90, 512, 512)}
    assert turned.detections.get(role=Detection.Role.ANSWER).roll == (before.roll or 0) + 90
    assert kept_files(media) == ["crops", "photos", "thumbnails"]


def box_of(detection: Detection) -> dict[str, int]:
    return {name: getattr(detection, name) for name in ("x", "y", "width", "height")}


def test_later_readings_of_a_replaced_face_go_with_it(owner: User) -> None:
    capture = record(owner, pictures.astronaut_jpeg())
    factories.detection(
        capture=capture,
        looks="sad",
        role=Detection.Role.RESCORE,
        **box_of(capture.detections.get()),
    )
    assert turn_capture(capture=capture, degrees=90).detections.count() == 1


def test_blurred_people_stay_blurred_and_keep_their_reading(owner: User, media: Path) -> None:
    capture = record(owner, uploads.crowd_jpeg())
    assert capture.others_blurred
    others = {
        detection.pk: detection.box.turned(180, capture.width or 0, capture.height or 0)
        for detection in capture.detections.filter(is_me=False)
    }
    turned = turn_capture(capture=capture, degrees=180)
    assert turned.others_blurred
    assert {d.pk: d.box for d in turned.detections.filter(is_me=False)} == others
    assert turned.detections.get(is_me=True).emotion == "happy"


def test_people_who_are_found_only_now_are_blurred(
    owner: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictor = type(registry.serving().predictor)
    with monkeypatch.context() as blind:
        blind.setattr(predictor, "predict", lambda self, pixels: [])
        capture = record(owner, uploads.crowd_jpeg(), keep_without_face=True)
    assert not capture.others_blurred
    turned = turn_capture(capture=capture, degrees=180)
    assert turned.others_blurred
    for other in turned.detections.filter(is_me=False):
        before = Box(other.x, other.y, other.width, other.height).turned(
            180, turned.width or 0, turned.height or 0
        )
        part = np.s_[before.y : before.y + before.height, before.x : before.x + before.width]
        seen = images.turn(pixels_of(turned.photo), 180)[part]
        assert np.abs(seen - pictures.several_faces()[part]).mean() > 10


def test_nothing_is_turned_without_a_picture_in_the_trash_or_without_consent(
    owner: User, media: Path
) -> None:
    nothing = record(owner, pictures.astronaut_jpeg(), kept=Capture.Kept.NOTHING)
    words = record(owner, None, self_report=SelfReport(mood=3))
    lost = record(owner, pictures.astronaut_jpeg())
    (media / str(lost.photo.name)).unlink()
    for capture in (nothing, words, lost):
        with pytest.raises(NothingToTurnError):
            turn_capture(capture=capture, degrees=90)
    capture = record(owner, pictures.astronaut_jpeg())
    read = capture.sequence
    editing.edit_capture(capture=capture, changes=Changes(note="On another phone."))
    for expected in (read, read + 5):
        with pytest.raises(StaleError):
            turn_capture(capture=capture, degrees=90, expected=expected)
    files = kept_files(media)
    trash.delete_capture(capture=capture)
    capture.refresh_from_db()
    with pytest.raises(CaptureDeletedError):
        turn_capture(capture=capture, degrees=90)
    assert kept_files(media) == files


def test_a_turn_that_fails_leaves_everything_as_it_was(
    owner: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = record(owner, pictures.astronaut_jpeg())
    before = capture.detections.get()

    def fail(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(capture_changed, "send", fail)
    with pytest.raises(RuntimeError):
        turn_capture(capture=capture, degrees=90)
    current = Capture.objects.get(pk=capture.pk)
    assert (current.picture_names, current.sequence) == (capture.picture_names, capture.sequence)
    assert current.detections.get().pk == before.pk
    assert {str(path.relative_to(media)) for path in media.rglob("*.jpg")} == {
        *capture.picture_names
    }


def turn(client: Client, capture: Capture, **fields: Any) -> Any:
    fields = {"degrees": 270, "sequence": capture.sequence, **fields}
    return client.post(reverse("emotions:capture_turn", args=[capture.uuid]), fields, follow=True)


def test_the_page_offers_to_turn_upright_and_a_form_sent_twice_turns_once(
    owner: User, other_client: Client, owner_client: Client, media: Path
) -> None:
    capture = record(owner, lying(90))
    page = owner_client.get(reverse("emotions:capture_detail", args=[capture.uuid]))
    assert page.context["upright_turn"] == 270
    assert "Your face is sideways" in page.content.decode()
    assert turn(other_client, capture).status_code == 404
    assert Client().post(reverse("emotions:capture_turn", args=[capture.uuid])).status_code == 302
    assert "Turned, and read again." in turn(owner_client, capture).content.decode()
    again = turn(owner_client, capture)
    assert "This moment has changed since" in again.content.decode()
    assert again.context["upright_turn"] == 0
    assert again.context["capture"].detections.get().emotion == "happy"


def test_the_page_says_why_nothing_was_turned(
    owner: User, owner_client: Client, media: Path
) -> None:
    capture = record(owner, pictures.astronaut_jpeg())
    for fields in ({"degrees": "45"}, {"degrees": ""}, {"sequence": "x"}):
        assert "Choose how to turn" in turn(owner_client, capture, **fields).content.decode()
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    asked = turn(owner_client, capture)
    assert asked.redirect_chain[-1][0].startswith(reverse("emotions:consent"))
    assert str(capture.uuid) in asked.redirect_chain[-1][0]
    (media / str(capture.photo.name)).unlink()
    assert Capture.objects.get(pk=capture.pk).picture_names == capture.picture_names


@pytest.mark.parametrize("kept", list(Capture.Kept))
def test_turning_is_offered_where_a_picture_is_kept(
    owner: User, owner_client: Client, kept: Capture.Kept
) -> None:
    capture = record(owner, lying(90), kept=kept)
    page = owner_client.get(reverse("emotions:capture_detail", args=[capture.uuid]))
    offered = kept != Capture.Kept.NOTHING
    form = reverse("emotions:capture_turn", args=[capture.uuid])
    assert (form in page.content.decode()) is offered
    assert bool(page.context["upright_turn"]) is offered


@pytest.mark.parametrize("degrees", [0, *turning.QUARTERS])
def test_a_photo_is_turned_before_it_is_read_and_kept(
    owner: User, owner_client: Client, degrees: int
) -> None:
    back = str(360 - degrees) if degrees else "0"
    assert uploads.upload(owner_client, lying(degrees), turn=back).status_code == 302
    capture = Capture.objects.get()
    assert capture.detections.get().emotion == "happy"
    assert abs(capture.detections.get().roll or 0) < 30
    assert_close(pixels_of(capture.photo), pictures.astronaut())


def test_a_photo_is_turned_only_by_quarters(owner: User, owner_client: Client) -> None:
    refused = uploads.upload(owner_client, pictures.astronaut_jpeg(), turn="45")
    assert refused.status_code == 422
    assert not Capture.objects.exists()


def test_the_exif_of_a_photo_counts_before_its_turn(owner: User, owner_client: Client) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2024:05:01 12:30:00"
    uploads.upload(owner_client, pictures.encoded(pictures.astronaut(), exif=exif), turn="270")
    capture = Capture.objects.get()
    assert_close(pixels_of(capture.photo), pictures.astronaut())
    assert capture.clock_of_photo
    assert capture.clock_of_photo.year == 2024


def test_the_point_in_the_own_face_is_one_of_the_turned_photo(owner: User) -> None:
    crowd = pictures.several_faces()
    upside_down = pictures.encoded(images.turn(crowd, 180))
    upright = record(owner, pictures.encoded(crowd), me=(0.9, 0.5))
    capture = record(owner, upside_down, me=(0.9, 0.5), turn=180)
    mine, same = (one.detections.get(is_me=True).box for one in (upright, capture))
    assert mine.overlap(same) > 0.8
