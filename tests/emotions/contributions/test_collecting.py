"""Faces are contributed only while their person consents, and go whenever they say so."""

import uuid
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.consents import CURRENT_VERSIONS, give_consent, has_consent, withdraw_consent
from accounts.models import Consent, User
from accounts.services import delete_account
from common.imaging import images
from emotions.captures import editing, purging, recording, trash
from emotions.captures.editing import Changes
from emotions.captures.recording import SelfReport
from emotions.contributions.collecting import collect_contributions
from emotions.models import Capture, Contribution, Contributor, Feeling
from ml.registry import serving
from tests import pictures, uploads
from tests.jobs import run_jobs

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
def contributor(owner: User) -> User:
    """The owner, who contributes."""
    give_consent(person=owner, kind=IMPROVE)
    return owner


def test_nobody_contributes_unless_they_say_so(owner: User) -> None:
    say(record(owner), felt=Feeling.SAD)
    run_jobs()
    assert collect_contributions(owner=owner) == 0
    assert not Contributor.objects.exists()


def test_a_contributor_gives_their_face_once_they_say_what_they_felt(contributor: User) -> None:
    capture = record(contributor)
    run_jobs()
    assert not Contribution.objects.exists()
    say(capture, felt=Feeling.SAD)
    run_jobs()
    contribution = Contribution.objects.get()
    assert (contribution.capture, contribution.felt) == (capture, "sad")
    (_, (seen,)) = serving().predictor.detect(images.read_image(pictures.astronaut_jpeg()))
    stored = np.frombuffer(contribution.face, np.uint8).reshape(48, 48)
    assert np.abs(stored.astype(int) - seen).mean() < 5, "it is the face that the network sees"


def test_what_is_said_with_the_photo_counts_too(contributor: User) -> None:
    record(contributor, self_report=SelfReport(felt=Feeling.FEAR), kept=Capture.Kept.CROP)
    run_jobs()
    assert Contribution.objects.get().felt == "fear"


def test_faces_that_are_still_kept_are_contributed_when_somebody_begins(owner: User) -> None:
    record(owner, self_report=SelfReport(felt=Feeling.SAD))
    give_consent(person=owner, kind=IMPROVE)
    run_jobs()
    assert Contribution.objects.count() == 1
    give_consent(person=owner, kind=IMPROVE)
    run_jobs()
    assert Contribution.objects.count() == 1


def test_the_label_follows_later_corrections(contributor: User) -> None:
    capture = record(contributor, self_report=SelfReport(felt=Feeling.SAD))
    run_jobs()
    say(capture, felt=Feeling.HAPPY)
    assert Contribution.objects.get().felt == "happy"


@pytest.mark.parametrize(
    "changes",
    [{"felt": None}, {"kept": Capture.Kept.NOTHING}, {"me": None}],
    ids=["nothing felt", "numbers only", "nobody is me"],
)
def test_a_face_goes_at_once_when_its_person_says_so(
    contributor: User, changes: dict[str, Any]
) -> None:
    capture = record(contributor, self_report=SelfReport(felt=Feeling.SAD))
    run_jobs()
    say(capture, **changes)
    assert not Contribution.objects.exists()
    run_jobs()
    assert not Contribution.objects.exists()


def test_another_face_that_is_me_takes_the_place_of_the_first(contributor: User) -> None:
    capture = record(
        contributor,
        photo=uploads.crowd_jpeg(),
        self_report=SelfReport(felt=Feeling.SAD),
        keep_others=True,
    )
    run_jobs()
    first = Contribution.objects.get()
    say(capture, me=other_face(capture))
    assert not Contribution.objects.exists()
    run_jobs()
    second = Contribution.objects.get()
    assert (second.name, bytes(second.face)) != (first.name, bytes(first.face))


def test_a_blurred_face_is_never_contributed(contributor: User) -> None:
    capture = record(
        contributor, photo=uploads.crowd_jpeg(), self_report=SelfReport(felt=Feeling.SAD)
    )
    say(capture, me=other_face(capture))
    run_jobs()
    assert not Contribution.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"kept": Capture.Kept.NOTHING}, {"photo": None}], ids=["numbers", "words"]
)
def test_without_a_picture_there_is_nothing_to_contribute(
    contributor: User, fields: dict[str, Any]
) -> None:
    record(contributor, self_report=SelfReport(felt=Feeling.SAD), **fields)
    run_jobs()
    assert not Contribution.objects.exists()


def test_in_the_trash_a_face_is_not_contributed_and_comes_back_with_its_moment(
    contributor: User,
) -> None:
    capture = record(contributor, self_report=SelfReport(felt=Feeling.SAD))
    run_jobs()
    trash.delete_capture(capture=capture)
    assert not Contribution.objects.exists()
    trash.restore_capture(capture=capture)
    run_jobs()
    assert Contribution.objects.count() == 1
    purging.purge_capture(capture=capture)
    assert not Contribution.objects.exists()


def test_withdrawing_consent_removes_everything_and_the_name(
    contributor: User, other: User
) -> None:
    give_consent(person=other, kind=IMPROVE)
    for person in (contributor, other):
        record(person, self_report=SelfReport(felt=Feeling.SAD))
    run_jobs()
    before = Contributor.objects.get(person=contributor).member
    withdraw_consent(person=contributor, kind=IMPROVE)
    assert Contributor.objects.get().person == other
    assert Contribution.objects.get().contributor.person == other
    run_jobs()
    assert Contribution.objects.count() == 1
    give_consent(person=contributor, kind=IMPROVE)
    run_jobs()
    assert Contributor.objects.get(person=contributor).member != before


def test_withdrawing_the_other_consent_leaves_contributions_alone(contributor: User) -> None:
    record(contributor, self_report=SelfReport(felt=Feeling.SAD))
    run_jobs()
    withdraw_consent(person=contributor, kind=Consent.Kind.USE)
    assert Contribution.objects.count() == 1


def test_who_leaves_takes_their_faces_along(contributor: User) -> None:
    record(contributor, self_report=SelfReport(felt=Feeling.SAD))
    run_jobs()
    delete_account(person=contributor)
    run_jobs()
    assert not Contribution.objects.exists()
    assert not Contributor.objects.exists()


def test_consent_that_went_while_a_face_was_read_counts(
    contributor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(contributor, self_report=SelfReport(felt=Feeling.SAD))

    def withdrawn(_: Capture) -> bytes:
        withdraw_consent(person=contributor, kind=IMPROVE)
        return bytes(48 * 48)

    monkeypatch.setattr("emotions.contributions.collecting.storage.grey_face", withdrawn)
    assert collect_contributions(owner=contributor) == 0
    assert not Contribution.objects.exists()


def test_a_picture_that_is_gone_stops_none_of_the_others(contributor: User, media: Path) -> None:
    gone = record(contributor, self_report=SelfReport(felt=Feeling.SAD))
    record(contributor, self_report=SelfReport(felt=Feeling.HAPPY))
    (media / str(gone.crop.name)).unlink()
    run_jobs()
    assert Contribution.objects.get().felt == "happy"


def test_the_random_name_is_not_made_from_the_person(contributor: User) -> None:
    record(contributor, self_report=SelfReport(felt=Feeling.SAD))
    run_jobs()
    member = Contributor.objects.get().member
    assert member.version == 4
    assert member not in (
        uuid.uuid5(uuid.NAMESPACE_DNS, contributor.email),
        uuid.UUID(int=contributor.pk),
    )


# --- The page and the API ---------------------------------------------------------------------


def test_the_page_lets_somebody_begin_and_stop(owner: User, owner_client: Client) -> None:
    record(owner, self_report=SelfReport(felt=Feeling.SAD))
    assert b"grey square of 48" in owner_client.get("/helping/").content
    refused = owner_client.post("/helping/")
    assert refused.status_code == 422
    assert b"Nothing was changed" in refused.content
    assert not has_consent(person=owner, kind=IMPROVE)
    page = owner_client.post("/helping/", {"agree": "on"}, follow=True)
    assert b"Thank you." in page.content
    assert has_consent(person=owner, kind=IMPROVE)
    run_jobs()
    assert b"with 1 moment so far" in owner_client.get("/helping/").content
    page = owner_client.post("/helping/", {"stop": ""}, follow=True)
    assert b"no longer helping." in page.content
    assert not has_consent(person=owner, kind=IMPROVE)
    assert not Contribution.objects.exists()


def test_who_agreed_to_an_earlier_text_is_asked_again_and_can_stop(
    contributor: User, client: Client
) -> None:
    record(contributor, self_report=SelfReport(felt=Feeling.SAD))
    run_jobs()
    contributor.consents.filter(kind=IMPROVE).update(version="an earlier text")
    client.force_login(contributor)
    page = client.get("/helping/").content.decode()
    assert "This text has changed since you agreed on" in page
    assert "Start helping" in page
    assert "so far" not in page
    client.post("/helping/", {"stop": ""})
    assert not Contribution.objects.exists()
    assert not contributor.consents.filter(kind=IMPROVE, withdrawn_at=None).exists()


def test_each_person_sees_and_ends_only_their_own_contributions(
    contributor: User, other_client: Client, client: Client
) -> None:
    record(contributor, self_report=SelfReport(felt=Feeling.SAD))
    run_jobs()
    assert b"so far" not in other_client.get("/helping/").content
    other_client.post("/helping/", {"stop": ""})
    assert client.post("/helping/", {"stop": ""})["Location"].startswith("/accounts/login/")
    assert Contribution.objects.count() == 1


def test_the_settings_lead_there(owner_client: Client) -> None:
    assert b'href="/helping/"' in owner_client.get("/settings/").content


def test_an_app_can_begin_and_stop(owner: User, owner_api: APIClient, other_api: APIClient) -> None:
    record(owner, self_report=SelfReport(felt=Feeling.SAD))
    address = "/api/v1/me/consents/improve/"
    owner_api.put(address, {"version": CURRENT_VERSIONS[Consent.Kind.IMPROVE]}, format="json")
    run_jobs()
    assert owner_api.get("/api/v1/me/").json()["contributions"] == 1
    assert other_api.get("/api/v1/me/").json()["contributions"] == 0
    other_api.delete(address)
    assert Contribution.objects.count() == 1
    assert owner_api.delete(address).json()["contributions"] == 0
    assert APIClient().delete(address).status_code == 401
