"""What went out comes in again: equal, once, and to whoever sends it alone."""

import io
import zipfile
from datetime import date

import numpy as np
import pytest
from django.test import Client
from PIL import Image
from rest_framework.test import APIClient

from accounts.consents import withdraw_consent
from accounts.models import Consent, SecurityEvent, User
from accounts.security_log import record_event
from emotions.insights import patterns
from emotions.models import Capture, Detection
from ml.inference.card import ModelFileError
from ml.models import ModelVersion
from ml.registry import active_version, promote
from tests import factories, pictures, uploads
from tests.emotions.api.calls import CAPTURES, assert_problem, create, note
from tests.emotions.api.transfer.histories import (
    FACE,
    LOOK,
    MOMENT,
    NOTHING,
    PHOTO,
    UUID,
    brought_in,
    content,
    entries,
    exported,
    packed,
    send,
)

pytestmark = pytest.mark.django_db


def test_a_history_is_the_same_in_another_account(
    owner: User, other: User, owner_api: APIClient, other_api: APIClient, other_client: Client
) -> None:
    create(owner_api, uploads.crowd_jpeg(), note="=1+1", tags=["@home", "river"], felt="sad")
    create(
        owner_api,
        pictures.with_exif_date("2026:03:01 10:00:00"),
        kept="crop",
        time_zone="Asia/Tokyo",
    )
    note(owner_api, mood=2, note="Zeile\n„zwei“ 🙂", taken_at="2026-03-14T08:30:00+01:00")
    factories.capture(owner=owner, looks="fear", time_zone="Asia/Tokyo", kept="nothing")
    archive = exported(owner_api)

    assert brought_in(other_api, archive) == {**NOTHING, "new": 4}
    again = exported(other_api)
    assert entries(again) == entries(archive)
    before, after = content(archive), content(again)
    assert set(before) == set(after)
    shown = [name for name in before if name.endswith(".jpg")]
    assert len(shown) == 3
    for name in shown:
        one, other_one = (
            np.asarray(Image.open(io.BytesIO(files[name])), np.float32) for files in (before, after)
        )
        assert one.shape == other_one.shape
        assert abs(one - other_one).mean() < 2
    assert before["captures.csv"] == after["captures.csv"]

    with_photo = Capture.objects.get(owner=other, kept="photo", source="api")
    assert with_photo.thumbnail
    assert with_photo.others_blurred
    assert other_client.get(f"/captures/{with_photo.uuid}/").status_code == 200
    assert {face.model_version for face in Detection.objects.all()} == {active_version()}
    assert brought_in(other_api, archive) == {**NOTHING, "already_there": 4}
    assert Capture.objects.filter(owner=other).count() == 4


def test_what_a_device_has_read_is_still_told_as_such(
    owner: User, other: User, owner_api: APIClient, other_api: APIClient
) -> None:
    factories.capture(owner=owner, looks="fear", kept="nothing", read_on="device")
    archive = exported(owner_api)
    assert brought_in(other_api, archive) == {**NOTHING, "new": 1}
    assert entries(exported(other_api)) == entries(archive)
    face = Detection.objects.get(capture__owner=other)
    assert face.made_by == "device"


def test_archives_of_before_devices_could_read_were_read_by_the_server(
    owner_api: APIClient,
) -> None:
    assert "read_on" not in LOOK
    assert brought_in(owner_api, packed(LOOK)) == {**NOTHING, "new": 1}
    assert Detection.objects.get().made_by == "server"


def test_no_picture_comes_with_what_a_device_has_read(owner_api: APIClient) -> None:
    told = brought_in(
        owner_api, packed({**PHOTO, "read_on": "device"}, photo=pictures.astronaut_jpeg())
    )
    assert told["refused"] == 1
    assert "read_on: expected “server”" in told["refusals"][0]["reason"]


def test_what_was_deleted_stays_deleted(owner_api: APIClient) -> None:
    gone = [note(owner_api, mood=mood) for mood in (1, 2)]
    note(owner_api, mood=3, note="Before.")
    archive = exported(owner_api)
    owner_api.delete(gone[0]["Location"])
    owner_api.delete(f"{gone[1]['Location']}?forever=true")
    (left,) = owner_api.get(CAPTURES).json()["results"]
    owner_api.patch(f"{CAPTURES}{left['uuid']}/", {"note": "Since."}, format="json")
    assert brought_in(owner_api, archive) == {**NOTHING, "already_there": 1, "deleted": 2}
    (still,) = owner_api.get(CAPTURES).json()["results"]
    assert still["note"] == "Since."


def test_an_archive_that_was_packed_again_has_a_folder_around_it(owner_api: APIClient) -> None:
    photo = pictures.encoded(pictures.astronaut())
    assert brought_in(owner_api, packed(PHOTO, folder="emoplatform/", photo=photo))["new"] == 1
    assert Capture.objects.get().photo


@pytest.mark.parametrize("with_log", [True, False], ids=["with its log", "from before the log"])
def test_the_security_log_of_an_archive_is_nobodys_here(
    owner: User, other: User, owner_api: APIClient, other_api: APIClient, *, with_log: bool
) -> None:
    note(owner_api, mood=4, note="Comes along.")
    record_event(person=owner, kind=SecurityEvent.Kind.TOKEN_MADE, name="of the owner")
    members = content(exported(owner_api))
    assert b"of the owner" in members["security_log.json"]
    if not with_log:
        del members["security_log.json"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        for name, member in members.items():
            written.writestr(name, member)
    assert brought_in(other_api, archive.getvalue()) == {**NOTHING, "new": 1}
    assert Capture.objects.get(owner=other).note == "Comes along."
    assert not SecurityEvent.objects.filter(person=other).exists()


def test_an_empty_history_is_whole_too(owner_api: APIClient, other_api: APIClient) -> None:
    assert brought_in(other_api, exported(owner_api)) == NOTHING


def test_other_devices_learn_of_what_came_in(owner_api: APIClient) -> None:
    brought_in(owner_api, packed(MOMENT))
    (change,) = owner_api.get("/api/v1/changes/").json()["changes"]
    assert change["capture"]["mood"] == 4
    assert owner_api.get("/api/v1/me/").json()["time_zone"] == "UTC", "nobody moved"


def test_a_picture_that_was_gone_when_it_went_out_is_gone(owner_api: APIClient) -> None:
    assert brought_in(owner_api, packed(PHOTO, photo=b""))["new"] == 1
    assert not Capture.objects.get().photo


# --- Versions of the network ------------------------------------------------------------------


def test_a_version_that_is_not_here_is_kept_by_its_name_and_never_answers(
    owner: User, owner_api: APIClient
) -> None:
    other_face = {**FACE, "role": "rescore", "model_version": "of-another-site-8"}
    archive = packed({**LOOK, "detections": [FACE, other_face]})
    assert brought_in(owner_api, archive)["new"] == 1
    versions = [face["model_version"] for face in entries(exported(owner_api))[0]["detections"]]
    assert versions == ["of-another-site-7", "of-another-site-8"]
    told = owner_api.get(f"{CAPTURES}{UUID}/").json()["detections"]
    assert [face["model_version"] for face in told] == versions
    day = date(2026, 3, 14)
    assert patterns.load_moments(owner=owner, first=day, last=day).versions == ["of-another-site-7"]
    elsewhere = ModelVersion.objects.exclude(pk=active_version().pk).get()
    with pytest.raises(ModelFileError, match="has no file"):
        promote(elsewhere, by="somebody", reason="why not", force=True)


def test_the_administration_shows_it_without_a_way_to_promote_it(owner_api: APIClient) -> None:
    brought_in(owner_api, packed(LOOK))
    elsewhere = ModelVersion.objects.exclude(pk=active_version().pk).get()
    administrator = factories.person("admin@example.org", is_staff=True, is_superuser=True)
    browser = Client()
    browser.force_login(
        administrator, backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    page = browser.get(f"/admin/ml/modelversion/{elsewhere.pk}/change/")
    assert page.status_code == 200
    assert "/promote/" not in page.text


# --- Whose it is ------------------------------------------------------------------------------


def test_a_history_goes_to_whoever_sends_it_alone(
    owner: User, other: User, owner_api: APIClient, other_api: APIClient
) -> None:
    brought_in(owner_api, packed(MOMENT))
    assert other_api.get(f"{CAPTURES}{UUID}/").status_code == 404
    brought_in(other_api, packed({**MOMENT, "note": "Mine."}))
    assert Capture.objects.get(owner=owner).note == ""
    assert Capture.objects.get(owner=other).note == "Mine."
    assert_problem(send(APIClient(), packed(MOMENT)), 401, "not_authenticated")


def test_pictures_and_faces_need_consent_and_words_do_not(
    owner: User, owner_api: APIClient
) -> None:
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    photo = pictures.astronaut_jpeg()
    assert_problem(send(owner_api, packed(PHOTO, photo=photo)), 403, "consent_required")
    refused = brought_in(owner_api, packed(LOOK))
    assert (refused["new"], refused["refused"]) == (0, 1)
    assert "consent" in refused["refusals"][0]["reason"]
    assert not Capture.objects.exists()
    assert brought_in(owner_api, packed(MOMENT))["new"] == 1
