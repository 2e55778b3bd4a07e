"""Faces are lent for training only while their person helps, and go whenever they say so."""

import uuid
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.consents import give_consent, has_consent, withdraw_consent
from accounts.models import Consent, User
from accounts.services import delete_account
from common.imaging import images
from emotions.captures import editing, purging, recording, trash
from emotions.captures.editing import Changes
from emotions.captures.recording import SelfReport
from emotions.contributions import syncing
from emotions.models import Capture, Contribution, Contributor, Feeling
from ml.registry import serving
from tests import pictures, uploads
from tests.jobs import work

pytestmark = pytest.mark.django_db
IMPROVE = Consent.Kind.IMPROVE


def record(owner: User, **fields: Any) -> Capture:
    values: dict[str, Any] = {"photo": pictures.astronaut_jpeg(), "source": Capture.Source.UPLOAD}
    return recording.record_capture(owner=owner, **values | fields)


def say(capture: Capture, **changes: Any) -> None:
    editing.edit_capture(capture=capture, changes=cast(Changes, changes))


def other_face(capture: Capture) -> int:
    return capture.detections.filter(is_me=False)[0].pk


@pytest.fixture
def helper(owner: User) -> User:
    """The owner, who helps to improve the network."""
    give_consent(person=owner, kind=IMPROVE)
    return owner


def test_nobody_helps_unless_they_say_so(owner: User) -> None:
    say(record(owner), felt=Feeling.SAD)
    work()
    assert syncing.contribute(owner=owner) == 0
    assert not Contributor.objects.exists()


def test_who_helps_lends_their_face_once_they_say_what_they_felt(helper: User) -> None:
    capture = record(helper)
    work()
    assert not Contribution.objects.exists()
    say(capture, felt=Feeling.SAD)
    work()
    lent = Contribution.objects.get()
    assert (lent.capture, lent.felt) == (capture, "sad")
    (_, (seen,)) = serving().predictor.detect(images.read_image(pictures.astronaut_jpeg()))
    stored = np.frombuffer(lent.face, np.uint8).reshape(48, 48)
    assert np.abs(stored.astype(int) - seen).mean() < 5, "it is the face that the network sees"


def test_what_is_said_with_the_photo_counts_too(helper: User) -> None:
    record(helper, self_report=SelfReport(felt=Feeling.FEAR), kept=Capture.Kept.CROP)
    work()
    assert Contribution.objects.get().felt == "fear"


def test_faces_that_are_still_kept_are_lent_when_somebody_begins_to_help(owner: User) -> None:
    record(owner, self_report=SelfReport(felt=Feeling.SAD))
    give_consent(person=owner, kind=IMPROVE)
    work()
    assert Contribution.objects.count() == 1
    give_consent(person=owner, kind=IMPROVE)
    work()
    assert Contribution.objects.count() == 1


def test_the_label_follows_later_corrections(helper: User) -> None:
    capture = record(helper, self_report=SelfReport(felt=Feeling.SAD))
    work()
    say(capture, felt=Feeling.HAPPY)
    assert Contribution.objects.get().felt == "happy"


@pytest.mark.parametrize(
    "changes",
    [{"felt": None}, {"kept": Capture.Kept.NOTHING}, {"me": None}],
    ids=["nothing felt", "numbers only", "nobody is me"],
)
def test_a_face_goes_at_once_when_its_person_says_so(helper: User, changes: dict[str, Any]) -> None:
    capture = record(helper, self_report=SelfReport(felt=Feeling.SAD))
    work()
    say(capture, **changes)
    assert not Contribution.objects.exists()
    work()
    assert not Contribution.objects.exists()


def test_another_face_that_is_me_takes_the_place_of_the_first(helper: User) -> None:
    capture = record(
        helper,
        photo=uploads.crowd_jpeg(),
        self_report=SelfReport(felt=Feeling.SAD),
        keep_others=True,
    )
    work()
    first = Contribution.objects.get()
    say(capture, me=other_face(capture))
    assert not Contribution.objects.exists()
    work()
    second = Contribution.objects.get()
    assert (second.name, bytes(second.face)) != (first.name, bytes(first.face))


def test_a_blurred_face_is_never_lent(helper: User) -> None:
    capture = record(helper, photo=uploads.crowd_jpeg(), self_report=SelfReport(felt=Feeling.SAD))
    say(capture, me=other_face(capture))
    work()
    assert not Contribution.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"kept": Capture.Kept.NOTHING}, {"photo": None}], ids=["numbers", "words"]
)
def test_without_a_picture_there_is_nothing_to_lend(helper: User, fields: dict[str, Any]) -> None:
    record(helper, self_report=SelfReport(felt=Feeling.SAD), **fields)
    work()
    assert not Contribution.objects.exists()


def test_in_the_trash_a_face_is_not_lent_and_comes_back_with_its_moment(helper: User) -> None:
    capture = record(helper, self_report=SelfReport(felt=Feeling.SAD))
    work()
    trash.delete_capture(capture=capture)
    assert not Contribution.objects.exists()
    trash.restore_capture(capture=capture)
    work()
    assert Contribution.objects.count() == 1
    purging.purge_capture(capture=capture)
    assert not Contribution.objects.exists()


def test_taking_consent_back_takes_back_everything_and_the_name(helper: User, other: User) -> None:
    give_consent(person=other, kind=IMPROVE)
    for person in (helper, other):
        record(person, self_report=SelfReport(felt=Feeling.SAD))
    work()
    before = Contributor.objects.get(person=helper).member
    withdraw_consent(person=helper, kind=IMPROVE)
    assert Contributor.objects.get().person == other
    assert Contribution.objects.get().contributor.person == other
    work()
    assert Contribution.objects.count() == 1
    give_consent(person=helper, kind=IMPROVE)
    work()
    assert Contributor.objects.get(person=helper).member != before


def test_taking_back_the_other_consent_leaves_helping_alone(helper: User) -> None:
    record(helper, self_report=SelfReport(felt=Feeling.SAD))
    work()
    withdraw_consent(person=helper, kind=Consent.Kind.USE)
    assert Contribution.objects.count() == 1


def test_who_leaves_takes_their_faces_along(helper: User) -> None:
    record(helper, self_report=SelfReport(felt=Feeling.SAD))
    work()
    delete_account(person=helper)
    work()
    assert not Contribution.objects.exists()
    assert not Contributor.objects.exists()


def test_consent_that_went_while_a_face_was_read_counts(
    helper: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(helper, self_report=SelfReport(felt=Feeling.SAD))

    def withdrawn(_: Capture) -> bytes:
        withdraw_consent(person=helper, kind=IMPROVE)
        return bytes(48 * 48)

    monkeypatch.setattr("emotions.contributions.syncing.storage.grey_face", withdrawn)
    assert syncing.contribute(owner=helper) == 0
    assert not Contribution.objects.exists()


def test_a_picture_that_is_gone_stops_none_of_the_others(helper: User, media: Path) -> None:
    gone = record(helper, self_report=SelfReport(felt=Feeling.SAD))
    record(helper, self_report=SelfReport(felt=Feeling.HAPPY))
    (media / str(gone.crop.name)).unlink()
    work()
    assert Contribution.objects.get().felt == "happy"


def test_the_random_name_is_not_made_from_the_person(helper: User) -> None:
    record(helper, self_report=SelfReport(felt=Feeling.SAD))
    work()
    member = Contributor.objects.get().member
    assert member.version == 4
    assert member not in (uuid.uuid5(uuid.NAMESPACE_DNS, helper.email), uuid.UUID(int=helper.pk))


# --- The page and the API ---------------------------------------------------------------------


def test_the_page_lets_somebody_help_and_stop(owner: User, owner_client: Client) -> None:
    record(owner, self_report=SelfReport(felt=Feeling.SAD))
    assert b"grey square of 48" in owner_client.get("/helping/").content
    refused = owner_client.post("/helping/")
    assert refused.status_code == 422
    assert b"Nothing has changed" in refused.content
    assert not has_consent(person=owner, kind=IMPROVE)
    told = owner_client.post("/helping/", {"agree": "on"}, follow=True)
    assert b"Thank you." in told.content
    assert has_consent(person=owner, kind=IMPROVE)
    work()
    assert b"with 1 moment so far" in owner_client.get("/helping/").content
    told = owner_client.post("/helping/", {"stop": ""}, follow=True)
    assert b"You no longer help." in told.content
    assert not has_consent(person=owner, kind=IMPROVE)
    assert not Contribution.objects.exists()


def test_each_person_sees_and_ends_only_their_own_help(
    helper: User, other_client: Client, client: Client
) -> None:
    record(helper, self_report=SelfReport(felt=Feeling.SAD))
    work()
    assert b"so far" not in other_client.get("/helping/").content
    other_client.post("/helping/", {"stop": ""})
    assert client.post("/helping/", {"stop": ""})["Location"].startswith("/accounts/login/")
    assert Contribution.objects.count() == 1


def test_the_settings_lead_there(owner_client: Client) -> None:
    assert b'href="/helping/"' in owner_client.get("/settings/").content


def test_an_app_can_help_and_stop(owner: User, owner_api: APIClient, other_api: APIClient) -> None:
    record(owner, self_report=SelfReport(felt=Feeling.SAD))
    address = "/api/v1/me/consents/improve/"
    owner_api.put(address, {"version": "2026-11"}, format="json")
    work()
    assert owner_api.get("/api/v1/me/").json()["contributions"] == 1
    assert other_api.get("/api/v1/me/").json()["contributions"] == 0
    other_api.delete(address)
    assert Contribution.objects.count() == 1
    assert owner_api.delete(address).json()["contributions"] == 0
    assert APIClient().delete(address).status_code == 401
