"""The profile, consents and the deletion of an account, through the API."""

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.consents import give_consent, has_consent
from accounts.models import Consent, User
from accounts.tokens.services import create_token
from emotions.models import Detection
from tests import pictures
from tests.emotions.api.calls import CAPTURES, TODAY, assert_problem, create, note
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
ME = "/api/v1/me/"


def test_a_person_reads_and_changes_their_settings(owner: User, owner_api: APIClient) -> None:
    told = owner_api.get(ME).json()
    assert (told["email"], told["time_zone"], told["kept"]) == (owner.email, "UTC", "photo")
    changed = owner_api.patch(ME, {"time_zone": "Asia/Tokyo", "kept": "nothing"}, format="json")
    new = {"time_zone": "Asia/Tokyo", "kept": "nothing", "etag": changed.json()["etag"]}
    assert changed.json() == {**told, **new}
    assert owner_api.get(TODAY).json()["time_zone"] == "Asia/Tokyo"
    assert create(owner_api, pictures.astronaut_jpeg()).json()["photo"] is None
    for name, value in {"time_zone": "Mars/Olympus", "kept": "all"}.items():
        refused = owner_api.patch(ME, {name: value}, format="json")
        assert_problem(refused, 400, "invalid")
        assert set(refused.json()["errors"]) == {name}


def test_a_person_reads_how_much_room_they_have(
    owner_api: APIClient, other_api: APIClient, settings: Settings
) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "moments": 7, "tags": 9}
    note(owner_api, mood=4, tags=["home", "Ω"])
    photo = create(owner_api, pictures.astronaut_jpeg()).json()["photo"]
    size = len(owner_api.get(photo).getvalue())
    quotas = owner_api.get(ME).json()["quotas"]
    assert quotas["moments"] == {"used": 2, "limit": 7}
    assert quotas["imported_moments"] == {"used": 0, "limit": 100_000}
    assert quotas["tags"] == {"used": 2, "limit": 9}
    assert size < quotas["picture_bytes"]["used"] < quotas["picture_bytes"]["limit"] == 2 * 2**30
    theirs = other_api.get(ME).json()["quotas"]
    assert {quota["used"] for quota in theirs.values()} == {0}
    assert_problem(APIClient().get(ME), 401, "not_authenticated")


def test_consent_is_given_to_the_current_text_and_withdrawn(
    owner: User, owner_api: APIClient
) -> None:
    url = f"{ME}consents/use/"
    withdrawn = owner_api.delete(url).json()["consents"][0]
    assert (withdrawn["kind"], withdrawn["given_at"]) == ("use", None)
    assert_problem(create(owner_api, pictures.astronaut_jpeg()), 403, "consent_required")
    assert_problem(owner_api.put(url, {"version": "old"}, format="json"), 400, "invalid")
    given = owner_api.put(url, {"version": withdrawn["version"]}, format="json")
    assert given.json()["consents"][0]["given_at"]
    assert has_consent(person=owner, kind=Consent.Kind.USE)
    assert_problem(owner_api.delete(f"{ME}consents/other/"), 404, "not_found")


def test_consent_to_an_earlier_text_counts_neither_before_nor_after_the_current_one(
    owner: User, owner_api: APIClient
) -> None:
    owner.consents.update(version="an earlier text")
    assert owner_api.get(ME).json()["consents"][0]["given_at"] is None
    assert_problem(create(owner_api, pictures.astronaut_jpeg()), 403, "consent_required")
    give_consent(person=owner, kind=Consent.Kind.USE)
    owner.consents.filter(version="an earlier text").update(id=10**6)
    assert owner_api.get(ME).json()["consents"][0]["given_at"]


def test_a_token_withdraws_consent_and_never_gives_it(owner: User) -> None:
    _, secret = create_token(person=owner, name="script", scope="write")
    script = APIClient(headers={"Authorization": f"Bearer {secret}"})
    url = f"{ME}consents/improve/"
    version = script.delete(url).json()["consents"][1]["version"]
    refused = script.put(url, {"version": version}, format="json")
    assert_problem(refused, 403, "permission_denied")
    assert "Sign in" in refused.json()["detail"]
    assert not has_consent(person=owner, kind=Consent.Kind.IMPROVE)


def test_the_password_cannot_be_guessed_by_deleting(owner: User, owner_api: APIClient) -> None:
    statuses = {
        owner_api.delete(ME, {"password": f"guess {n}"}, format="json").status_code
        for n in range(12)
    }
    assert statuses == {400, 429}
    refused = owner_api.delete(ME, {"password": PASSWORD}, format="json")
    assert_problem(refused, 429, "throttled")
    assert refused["Retry-After"] == "60"
    assert User.objects.filter(pk=owner.pk).exists()


def test_an_account_is_deleted_by_posting_the_password(owner: User, owner_api: APIClient) -> None:
    deletion = f"{ME}deletion/"
    assert_problem(owner_api.post(deletion, {}, format="json"), 400, "invalid")
    assert_problem(owner_api.post(deletion, {"password": "guess"}, format="json"), 400, "invalid")
    assert User.objects.filter(pk=owner.pk).exists()
    assert owner_api.post(deletion, {"password": PASSWORD}, format="json").status_code == 204
    assert not User.objects.filter(pk=owner.pk).exists()


def test_an_account_is_deleted_with_everything_by_its_password_alone(
    owner: User, owner_api: APIClient, other_api: APIClient
) -> None:
    create(owner_api, pictures.astronaut_jpeg())
    theirs = note(other_api, mood=1)
    refused = owner_api.delete(ME, {"password": "guess"}, format="json")
    assert_problem(refused, 400, "invalid")
    assert owner_api.delete(ME, {"password": PASSWORD}, format="json").status_code == 204
    assert not User.objects.filter(pk=owner.pk).exists()
    assert not Detection.objects.exists()
    assert_problem(owner_api.get(CAPTURES), 401, "not_authenticated")
    assert other_api.get(theirs["Location"]).status_code == 200
