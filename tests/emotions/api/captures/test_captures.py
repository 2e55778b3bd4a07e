"""The API over captures, tried as the owner, as another person and as nobody."""

import base64
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.consents import withdraw_consent
from accounts.models import Consent, User
from emotions.models import Capture
from ml.registry import NoModelError
from tests import factories, pictures, uploads
from tests.emotions.api.calls import CAPTURES, assert_problem, create

pytestmark = pytest.mark.django_db


def test_a_capture_is_created_read_and_deleted(owner_api: APIClient) -> None:
    key = str(uuid.uuid4())
    made = create(owner_api, pictures.astronaut_jpeg(), uuid=key, time_zone="Asia/Tokyo")
    assert made.status_code == 201
    assert made["Location"] == f"http://testserver{CAPTURES}{key}/"
    body = made.json()
    assert (body["uuid"], body["source"], body["time_zone"]) == (key, "api", "Asia/Tokyo")
    (face,) = body["detections"]
    assert face["emotion"] == "happy"
    assert list(face["probabilities"]) == sorted(face["probabilities"])
    assert owner_api.get(f"{CAPTURES}{key}/").json() == body
    assert owner_api.get(body["photo"])["Content-Type"] == "image/jpeg"
    assert owner_api.delete(f"{CAPTURES}{key}/").status_code == 204
    assert_problem(owner_api.get(f"{CAPTURES}{key}/"), 404, "not_found")
    assert_problem(create(owner_api, pictures.astronaut_jpeg(), uuid=key), 410, "deleted")


@pytest.mark.parametrize("name", ["uuid", "key"])
def test_the_same_request_again_answers_the_same(owner_api: APIClient, name: str) -> None:
    fields: dict[str, Any] = {"time_zone": "Asia/Tokyo", "mood": 4, "tags": ["a", "b"]}
    fields |= {"uuid": str(uuid.uuid4())} if name == "uuid" else {}
    headers = {"Idempotency-Key": "walk-1"} if name == "key" else {}
    first, again = (
        create(owner_api, pictures.astronaut_jpeg(), headers=headers, **fields) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Location"] == first["Location"]
    assert Capture.objects.count() == 1
    other = create(owner_api, uploads.landscape_jpeg(), headers=headers, **fields)
    assert_problem(other, 409, "conflict")
    assert Capture.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\t"])
def test_a_key_that_is_none_is_refused(owner_api: APIClient, key: str) -> None:
    refused = create(owner_api, pictures.astronaut_jpeg(), headers={"Idempotency-Key": key})
    assert_problem(refused, 400, "invalid")
    assert set(refused.json()["errors"]) == {"Idempotency-Key"}


def test_no_answer_is_kept_by_anything_between(owner: User, owner_api: APIClient) -> None:
    url = f"{CAPTURES}{factories.capture(owner=owner).uuid}/"
    for client, path in [(owner_api, CAPTURES), (owner_api, url), (APIClient(), url)]:
        directives = set(client.get(path)["Cache-Control"].split(", "))
        assert directives == {"private", "no-cache"}


def test_a_uuid_belongs_to_its_owner_alone(owner_api: APIClient, other_api: APIClient) -> None:
    key = str(uuid.uuid4())
    for client in (owner_api, other_api):
        assert create(client, pictures.astronaut_jpeg(), uuid=key).status_code == 201
    assert owner_api.delete(f"{CAPTURES}{key}/").status_code == 204
    assert other_api.get(f"{CAPTURES}{key}/").status_code == 200


def test_nobody_creates_or_lists(db: None) -> None:
    assert_problem(create(APIClient(), pictures.astronaut_jpeg()), 401, "not_authenticated")
    assert_problem(APIClient().get(CAPTURES), 401, "not_authenticated")
    assert not Capture.objects.exists()


def test_a_moment_is_kept_with_its_zone_and_its_day(owner_api: APIClient) -> None:
    made = create(
        owner_api,
        pictures.astronaut_jpeg(),
        taken_at="2026-03-14T23:30:00-03:00",
        time_zone="America/Sao_Paulo",
    ).json()
    assert made["taken_at"] == "2026-03-15T02:30:00Z"
    assert (made["time_zone"], made["local_date"]) == ("America/Sao_Paulo", "2026-03-14")


def test_without_moment_and_zone_it_is_now_in_the_zone_of_the_profile(
    owner: User, owner_api: APIClient
) -> None:
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    create(owner_api, pictures.astronaut_jpeg())
    made = Capture.objects.get()
    assert made.time_zone == "Asia/Tokyo"
    assert timezone.now() - made.taken_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-14T12:00:00",
        "2026-03-14",
        "yesterday",
        "0001-01-01T00:00:00+14:00",
        "1899-12-31T23:59:59Z",
        "9999-12-31T23:59:59-12:00",
        "2026-03-14T12:00:00+99:99",
    ],
)
def test_a_moment_that_cannot_be_is_refused(moment: str, owner_api: APIClient) -> None:
    refused = create(owner_api, pictures.astronaut_jpeg(), taken_at=moment)
    assert_problem(refused, 400, "invalid")
    assert set(refused.json()["errors"]) == {"taken_at"}
    assert not Capture.objects.exists()


def test_a_phone_whose_clock_is_a_little_ahead_is_believed(owner_api: APIClient) -> None:
    soon = timezone.now() + timedelta(minutes=10)
    made = create(owner_api, pictures.astronaut_jpeg(), taken_at=soon.isoformat())
    assert made.status_code == 201
    late = timezone.now() + timedelta(days=2)
    refused = create(owner_api, pictures.astronaut_jpeg(), taken_at=late.isoformat())
    assert_problem(refused, 400, "invalid")


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


def cursor(position: str) -> str:
    """Return a cursor as ours are encoded."""
    return base64.b64encode(urlencode({"p": position}).encode()).decode()


@pytest.mark.parametrize(
    "bad",
    [
        "garbage",
        "Ã¼",
        cursor("somewhere"),
        cursor("2026-03-14 12:00:00"),
        cursor("0001-01-01 00:00:00+14:00"),
    ],
)
def test_a_cursor_that_is_none_of_ours_is_a_problem(
    bad: str, owner: User, owner_api: APIClient
) -> None:
    factories.capture(owner=owner)
    assert_problem(owner_api.get(CAPTURES, {"cursor": bad}), 400, "invalid_cursor")


def test_a_page_has_at_most_200(owner: User, owner_api: APIClient) -> None:
    for _ in range(201):
        factories.capture(owner=owner)
    page = owner_api.get(CAPTURES, {"page_size": 1_000_000}).json()
    assert (len(page["results"]), bool(page["next"]), page["previous"]) == (200, True, None)
    assert len(owner_api.get(CAPTURES).json()["results"]) == 50


@pytest.mark.parametrize("size", ["0", "-1", "many"])
def test_a_page_size_that_is_no_number_is_a_problem(size: str, owner_api: APIClient) -> None:
    refused = owner_api.get(CAPTURES, {"page_size": size})
    assert_problem(refused, 400, "invalid")
    assert set(refused.json()["errors"]) == {"page_size"}


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
    refused = owner_api.put(CAPTURES)
    assert_problem(refused, 405, "method_not_allowed")
    assert "POST" in refused["Allow"]
    assert_problem(owner_api.options(CAPTURES), 405, "method_not_allowed")


def test_a_photo_comes_as_a_form_and_as_nothing_else(owner_api: APIClient) -> None:
    assert_problem(owner_api.post(CAPTURES, {"photo": "text"}, format="json"), 400, "invalid")
    for sent, kind in [("x", "text/plain"), ("x", "image/jpeg")]:
        refused = owner_api.generic("POST", CAPTURES, sent, content_type=kind)
        assert_problem(refused, 415, "unsupported_media_type")
    without_boundary = owner_api.generic("POST", CAPTURES, "x", content_type="multipart/form-data")
    assert_problem(without_boundary, 400, "parse_error")
    assert_problem(owner_api.post(CAPTURES, {"photo": "text"}), 400, "invalid")
    assert_problem(owner_api.post(CAPTURES), 400, "invalid")


def test_an_answer_that_we_do_not_have_is_a_problem(owner: User, owner_api: APIClient) -> None:
    assert_problem(owner_api.get(CAPTURES, HTTP_ACCEPT="text/html"), 406, "not_acceptable")
    url = f"{CAPTURES}{factories.capture(owner=owner).uuid}/photo/"
    assert_problem(owner_api.get(url, HTTP_ACCEPT="image/png"), 406, "not_acceptable")
    assert_problem(owner_api.get(url, HTTP_ACCEPT="image/jpeg"), 404, "not_found")


@pytest.mark.parametrize("wanted", ["image/jpeg", "image/*", "*/*", "application/json"])
def test_a_picture_comes_as_a_jpeg_and_once(wanted: str, owner_api: APIClient) -> None:
    made = create(owner_api, pictures.astronaut_jpeg()).json()
    for url in (made["photo"], made["thumbnail"]):
        sent = owner_api.get(url, HTTP_ACCEPT=wanted)
        assert (sent.status_code, sent["Content-Type"]) == (200, "image/jpeg")
        again = owner_api.get(url, HTTP_ACCEPT=wanted, HTTP_IF_NONE_MATCH=sent["ETag"])
        assert again.status_code == 304


def test_a_picture_is_kept_for_ever_at_an_address_that_changes_with_it(
    owner_api: APIClient, other_api: APIClient
) -> None:
    made = create(owner_api, pictures.astronaut_jpeg()).json()
    for name in ("photo", "crop", "thumbnail"):
        if made[name] is None:
            continue
        versioned = owner_api.get(made[name])
        assert versioned["Cache-Control"] == "private, max-age=31536000, immutable"
        bare, _, version = made[name].partition("?v=")
        assert version
        assert owner_api.get(bare)["Cache-Control"] == "private, no-cache"
        assert owner_api.get(f"{bare}?v=0000")["Cache-Control"] == "private, no-cache"
        assert other_api.get(made[name])["Cache-Control"] == "private, no-cache"
    turned = owner_api.post(f"{CAPTURES}{made['uuid']}/turn/", {"degrees": 180}, format="json")
    assert turned.json()["thumbnail"] != made["thumbnail"]
    assert owner_api.get(made["thumbnail"])["Cache-Control"] == "private, no-cache"


def test_what_is_deleted_cannot_be_deleted_again(owner: User, owner_api: APIClient) -> None:
    url = f"{CAPTURES}{factories.capture(owner=owner).uuid}/"
    assert owner_api.delete(url).status_code == 204
    assert_problem(owner_api.delete(url), 404, "not_found")
    assert owner_api.get(CAPTURES).json()["results"] == []


def test_without_a_network_nothing_is_saved_and_the_client_comes_back_later(
    owner_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise NoModelError

    monkeypatch.setattr("ml.registry.serving", missing)
    refused = create(owner_api, pictures.astronaut_jpeg())
    assert_problem(refused, 503, "no_model")
    assert refused["Retry-After"] == "30"
    assert not Capture.objects.exists()


def test_an_unexpected_error_is_a_problem_without_a_traceback(
    owner_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr("emotions.captures.recording.record_capture", fail)
    owner_api.raise_request_exception = False
    broken = create(owner_api, b"x")
    assert_problem(broken, 500, "server_error")
    assert "secret" not in broken.content.decode()


def test_a_page_that_does_not_exist_is_a_page(owner_api: APIClient) -> None:
    missing = owner_api.get(reverse("emotions:capture_detail", args=[uuid.uuid4()]))
    assert missing.status_code == 404
    assert missing["Content-Type"].startswith("text/html")
