"""Scripts with an access token: what it opens, and what it never does."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AccessToken, SecurityEvent, User
from accounts.tokens import services
from tests.conftest import prove_identity, signed_in
from tests.emotions.api.calls import CAPTURES, TODAY, assert_problem, note
from tests.emotions.api.test_openapi import check
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
TOKENS = "/api/v1/tokens/"
EXPORT = "/api/v1/export/"
DAY = timedelta(days=1)


def script(secret: str) -> APIClient:
    """Return a script that carries a token and no cookie."""
    return APIClient(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {secret}"})


def script_of(person: User, *, scope: str = "write", may_export: bool = False) -> APIClient:
    _, secret = services.create_token(
        person=person, name="script", scope=scope, may_export=may_export, days=30
    )
    return script(secret)


def test_a_token_that_writes_reads_and_writes_what_is_its_owners(
    owner: User, other_api: APIClient
) -> None:
    writer = script_of(owner)
    made = note(writer, mood=4)
    assert made.status_code == 201
    assert writer.get(made["Location"]).status_code == 200
    assert_problem(other_api.get(made["Location"]), 404, "not_found")
    theirs = note(other_api, mood=1)
    assert_problem(writer.get(theirs["Location"]), 404, "not_found")
    used = AccessToken.objects.get().last_used_at
    assert used
    assert used > timezone.now() - timedelta(minutes=1)


def test_a_token_that_reads_changes_nothing(owner: User, owner_api: APIClient) -> None:
    made = note(owner_api, mood=4)
    reader = script_of(owner, scope="read")
    assert reader.get(CAPTURES).status_code == 200
    assert_problem(note(reader, mood=1), 403, "read_only_token")
    assert_problem(reader.delete(made["Location"]), 403, "read_only_token")
    assert_problem(reader.patch(made["Location"], {"mood": 1}), 403, "read_only_token")
    assert owner_api.get(made["Location"]).json()["mood"] == 4


def test_a_token_exports_what_is_its_owners_if_it_may(owner: User, other: User) -> None:
    note(script_of(owner), mood=4, note="Of the owner.")
    note(script_of(other), mood=1, note="Of somebody else.")
    refused = script_of(owner)
    for method in (refused.get, refused.head):
        assert method(EXPORT).status_code == 403
    assert_problem(refused.get(EXPORT), 403, "export_not_allowed")
    archive: Any = script_of(owner, scope="read", may_export=True).get(EXPORT)
    packed = zipfile.ZipFile(io.BytesIO(b"".join(archive.streaming_content)))
    (moment,) = json.loads(packed.read("captures.json"))
    assert moment["note"] == "Of the owner."
    assert SecurityEvent.objects.filter(kind="exported").get().person == owner


def test_a_token_that_exports_does_nothing_else_for_it(owner: User) -> None:
    exporter = script_of(owner, scope="read", may_export=True)
    assert_problem(note(exporter, mood=1), 403, "read_only_token")
    more = {"name": "more", "may_export": True}
    assert_problem(
        script_of(owner, may_export=True).post(TOKENS, more, format="json"),
        403,
        "permission_denied",
    )


def test_only_who_has_confirmed_it_is_them_gives_a_token_the_export(owner: User) -> None:
    stolen = signed_in(APIClient(), owner)
    session = stolen.session
    prove_identity(session, owner, ago=DAY)
    session.save()
    sent = {"name": "theirs", "may_export": True}
    refused = stolen.post(TOKENS, sent, format="json")
    assert_problem(refused, 403, "reauthentication_required")
    prove_identity(session, owner)
    session.save()
    made = stolen.post(TOKENS, sent, format="json").json()
    assert made["may_export"] is True
    assert script(made["token"]).get(EXPORT).status_code == 200
    assert stolen.get(TOKENS).json()[0]["may_export"] is True


def test_a_token_that_is_none_is_refused_by_its_scheme(owner: User, owner_api: APIClient) -> None:
    expired, expired_secret = services.create_token(person=owner, name="x", scope="read", days=30)
    AccessToken.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    for secret in ("emo_nonsense", "", expired_secret, "somebody else's scheme of tokens"):
        for client in (script(secret), owner_api):
            answer = client.get(TODAY, headers={"Authorization": f"Bearer {secret}"})
            assert_problem(answer, 401, "authentication_failed")
            assert answer["WWW-Authenticate"].startswith("Bearer ")


def test_the_token_of_who_was_switched_off_is_refused(owner: User) -> None:
    reader = script_of(owner, scope="read")
    assert reader.get(TODAY).status_code == 200
    User.objects.update(is_active=False)
    assert_problem(reader.get(TODAY), 401, "authentication_failed")


def test_another_scheme_is_not_ours(owner_api: APIClient) -> None:
    basic = {"Authorization": "Basic b3duZXI6eA=="}
    assert owner_api.get(TODAY, headers=basic).status_code == 200
    assert_problem(APIClient().get(TODAY, headers=basic), 401, "not_authenticated")


def test_a_person_makes_lists_and_revokes_tokens(owner_api: APIClient) -> None:
    made = owner_api.post(TOKENS, {"name": "backup"}, format="json")
    assert made.status_code == 201
    secret = made.json().pop("token")
    told = made.json()
    assert (told["name"], told["scope"], told["last_used_at"]) == ("backup", "read", None)
    assert secret.startswith(told["prefix"])

    assert script(secret).get(TODAY).status_code == 200
    (listed,) = owner_api.get(TOKENS).json()
    assert secret not in str(listed)
    assert listed["last_used_at"]

    assert owner_api.delete(f"{TOKENS}{told['id']}/").status_code == 204
    assert_problem(script(secret).get(TODAY), 401, "authentication_failed")
    assert_problem(owner_api.delete(f"{TOKENS}{told['id']}/"), 404, "not_found")


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"scope": "all"}, {"days": 0}, {"days": 731}, {"may_export": "yes"}]
)
def test_what_a_token_cannot_be_is_refused(owner_api: APIClient, change: dict[str, Any]) -> None:
    refused = owner_api.post(TOKENS, {"name": "backup", **change}, format="json")
    assert_problem(refused, 400, "invalid")
    assert list(refused.json()["errors"]) == list(change)


def test_others_and_nobody_see_and_end_no_token_of_mine(owner: User, other_api: APIClient) -> None:
    token, _ = services.create_token(person=owner, name="mine", scope="read")
    assert other_api.get(TOKENS).json() == []
    assert_problem(other_api.delete(f"{TOKENS}{token.pk}/"), 404, "not_found")
    assert_problem(APIClient().get(TOKENS), 401, "not_authenticated")
    assert_problem(APIClient().delete(f"{TOKENS}{token.pk}/"), 401, "not_authenticated")
    assert AccessToken.objects.exists()


def test_a_token_never_gets_further_than_its_scope(owner: User, owner_api: APIClient) -> None:
    writer = script_of(owner)
    owner_api.get(TODAY)
    (device,) = owner_api.get("/api/v1/devices/").json()
    token = f"{TOKENS}{AccessToken.objects.get().pk}/"
    sent = {"name": "more", "scope": "write", "password": PASSWORD}
    for answer in (
        writer.post(TOKENS, sent, format="json"),
        writer.delete(token),
        writer.patch(f"/api/v1/devices/{device['id']}/", sent, format="json"),
        writer.delete(f"/api/v1/devices/{device['id']}/"),
        writer.delete("/api/v1/me/", sent, format="json"),
        writer.post("/api/v1/me/deletion/", sent, format="json"),
    ):
        assert_problem(answer, 403, "permission_denied")
    assert AccessToken.objects.count() == 1
    assert User.objects.filter(pk=owner.pk).exists()


def test_a_token_opens_no_page(owner: User) -> None:
    assert script_of(owner).get("/settings/").status_code == 302


def test_real_answers_are_as_the_schema_says(owner_api: APIClient) -> None:
    schema: Any = APIClient().get("/api/schema/", headers={"Accept": "application/json"}).json()

    def told(path: str, method: str, answer: Any) -> int:
        described = schema["paths"][path][method]["responses"][str(answer.status_code)]
        check(schema, described["content"][answer["Content-Type"]]["schema"], answer.json())
        return int(answer.status_code)

    devices = "/api/v1/devices/"
    owner_api.get(TODAY)
    assert told(devices, "get", owner_api.get(devices)) == 200
    one = f"{devices}{owner_api.get(devices).json()[0]['id']}/"
    renamed = owner_api.patch(one, {"name": "Desk"}, format="json")
    assert told(f"{devices}{{id}}/", "patch", renamed) == 200
    assert told(f"{devices}{{id}}/", "delete", owner_api.delete(f"{devices}0/")) == 404
    made = owner_api.post(TOKENS, {"name": "backup"}, format="json")
    assert told(TOKENS, "post", made) == 201
    assert told(TOKENS, "post", owner_api.post(TOKENS, {}, format="json")) == 400
    assert told(TOKENS, "get", owner_api.get(TOKENS)) == 200
