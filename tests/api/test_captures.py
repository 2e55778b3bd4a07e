"""The API over captures, tried as the owner, as another person and as nobody."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from emotions.models import Capture
from tests import factories, pictures, uploads

pytestmark = pytest.mark.django_db
CAPTURES = "/api/v1/captures/"


def create(client: APIClient, data: bytes, **fields: Any) -> Any:
    return client.post(CAPTURES, {"photo": SimpleUploadedFile("x.jpg", data), **fields})


def assert_problem(response: Any, status: int, code: str) -> None:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    told = response.json()
    assert (told["status"], told["code"]) == (status, code)
    assert told["title"]
    assert told["detail"]


def test_a_capture_is_created_read_and_deleted(owner_api: APIClient) -> None:
    key = str(uuid.uuid4())
    made = create(owner_api, pictures.astronaut_jpeg(), uuid=key, time_zone="Asia/Tokyo")
    assert made.status_code == 201
    body = made.json()
    assert (body["uuid"], body["source"], body["time_zone"]) == (key, "api", "Asia/Tokyo")
    (face,) = body["detections"]
    assert face["emotion"] == "happy"
    assert list(face["probabilities"]) == sorted(face["probabilities"])
    assert owner_api.get(f"{CAPTURES}{key}/").json() == body
    assert owner_api.get(body["photo"])["Content-Type"] == "image/jpeg"
    assert owner_api.get(body["thumbnail"])["Cache-Control"] == "private, no-cache"
    assert owner_api.delete(f"{CAPTURES}{key}/").status_code == 204
    assert_problem(owner_api.get(f"{CAPTURES}{key}/"), 404, "not_found")
    assert_problem(create(owner_api, pictures.astronaut_jpeg(), uuid=key), 410, "deleted")


@pytest.mark.parametrize("path", ["", "photo/", "thumbnail/"])
def test_a_capture_of_another_does_not_exist(
    path: str, owner_api: APIClient, other_api: APIClient
) -> None:
    made = create(owner_api, pictures.astronaut_jpeg()).json()
    url = f"{CAPTURES}{made['uuid']}/{path}"
    assert owner_api.get(url).status_code == 200
    assert_problem(other_api.get(url), 404, "not_found")
    nobody = APIClient().get(url)
    assert_problem(nobody, 401, "not_authenticated")
    assert nobody["WWW-Authenticate"]


def test_nobody_else_deletes_a_capture(owner: User, other_api: APIClient) -> None:
    url = f"{CAPTURES}{factories.capture(owner=owner).uuid}/"
    assert_problem(other_api.delete(url), 404, "not_found")
    assert_problem(APIClient().delete(url), 401, "not_authenticated")
    assert Capture.objects.get().deleted_at is None


def test_the_list_is_ones_own_and_pages_by_cursor(
    owner: User, other: User, owner_api: APIClient
) -> None:
    made = {str(factories.capture(owner=owner, looks="sad").uuid) for _ in range(5)}
    factories.capture(owner=other)
    seen: list[str] = []
    url: str | None = f"{CAPTURES}?page_size=2"
    while url:
        page = owner_api.get(url).json()
        seen += [capture["uuid"] for capture in page["results"]]
        url = page["next"]
    assert len(seen) == 5
    assert set(seen) == made


def test_pictures_that_are_not_kept_have_no_address(owner: User, owner_api: APIClient) -> None:
    factories.capture(owner=owner)
    (listed,) = owner_api.get(CAPTURES).json()["results"]
    assert (listed["photo"], listed["thumbnail"]) == (None, None)
    assert_problem(owner_api.get(f"{CAPTURES}{listed['uuid']}/photo/"), 404, "not_found")


@pytest.mark.parametrize("name", sorted(uploads.REFUSED))
def test_a_bad_photo_is_a_problem_with_a_stable_code(name: str, owner_api: APIClient) -> None:
    data, code = uploads.REFUSED[name]
    refused = create(owner_api, data())
    assert_problem(refused, refused.status_code, code)
    assert refused.status_code in {413, 415, 422}
    assert not Capture.objects.exists()


def test_no_face_is_a_problem_until_it_is_wanted(owner_api: APIClient) -> None:
    assert_problem(create(owner_api, uploads.landscape_jpeg()), 422, "no_face")
    kept = create(owner_api, uploads.landscape_jpeg(), keep_without_face=True)
    assert kept.status_code == 201
    assert kept.json()["detections"] == []


def test_consent_is_required(owner: User, owner_api: APIClient) -> None:
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    assert_problem(create(owner_api, pictures.astronaut_jpeg()), 403, "consent_required")


def test_wrong_fields_are_named(owner_api: APIClient) -> None:
    refused = create(owner_api, b"x", uuid="no", time_zone="Middle/Earth")
    assert_problem(refused, 400, "invalid")
    assert set(refused.json()["errors"]) == {"uuid", "time_zone"}


def test_a_page_session_needs_its_token_to_write(owner: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert_problem(create(client, pictures.astronaut_jpeg()), 403, "permission_denied")


def test_an_address_that_does_not_exist_is_a_problem_too(owner_api: APIClient) -> None:
    assert_problem(owner_api.get("/api/v1/nothing/"), 404, "not_found")
    assert_problem(owner_api.get(f"{CAPTURES}not-a-uuid/"), 404, "not_found")


def test_a_wrong_method_is_a_problem(owner_api: APIClient) -> None:
    assert_problem(owner_api.put(CAPTURES), 405, "method_not_allowed")


def test_an_unexpected_error_is_a_problem_without_a_traceback(
    owner_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr("emotions.services.record_capture", fail)
    owner_api.raise_request_exception = False
    broken = create(owner_api, b"x")
    assert_problem(broken, 500, "server_error")
    assert "secret" not in broken.content.decode()


def test_a_page_that_does_not_exist_is_a_page(owner_api: APIClient) -> None:
    missing = owner_api.get(reverse("emotions:capture_detail", args=[uuid.uuid4()]))
    assert missing.status_code == 404
    assert missing["Content-Type"].startswith("text/html")
