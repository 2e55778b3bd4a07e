"""What changes who gets in asks who sits there: a stolen session does not suffice."""

import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import AccessToken, User
from accounts.tokens.services import create_token
from tests.conftest import prove_identity, signed_in
from tests.emotions.api.calls import assert_problem
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

HEADLESS = "/api/auth/app/v1/"
NEW_TOKEN = {"name": "mine now", "scope": "write", "days": 365}
TOO_LONG_AGO = timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + 1)


def sign_in(person: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return client


@pytest.fixture
def stolen(owner: User) -> Client:
    """A session of the owner in the hands of somebody who does not know the password."""
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    return sign_in(owner)


@pytest.fixture
def stolen_app(owner: User, stolen: Client) -> APIClient:
    """The same, of an app."""
    body = {"email": owner.email, "password": PASSWORD}
    answer: Any = APIClient().post(f"{HEADLESS}auth/login", body, format="json")
    return APIClient(headers={"X-Session-Token": answer.json()["meta"]["session_token"]})


def is_asked(answer: Any) -> bool:
    return bool(answer.status_code == 302 and "/reauthenticate/?" in answer["Location"])


def everything(person: User) -> list[Any]:
    """Return what decides who gets into an account."""
    person.refresh_from_db()
    return [
        person.email,
        person.password,
        sorted(EmailAddress.objects.filter(user=person).values_list("email", "primary")),
        sorted(AccessToken.objects.filter(owner=person).values_list("pk", flat=True)),
        sorted(UserSession.objects.filter(user=person).values_list("pk", flat=True)),
    ]


def test_no_page_takes_an_account_by_its_session_alone(owner: User, stolen: Client) -> None:
    token, _ = create_token(person=owner, name="theirs", scope="read")
    sign_in(owner)
    there = UserSession.objects.filter(user=owner).latest("pk")
    second = EmailAddress.objects.create(user=owner, email="second@example.org", verified=True)
    before = everything(owner)

    emails = reverse("account_email")
    for path, body in (
        (emails, {"action_add": "", "email": "thief@example.org"}),
        (emails, {"action_primary": "", "email": second.email}),
        (emails, {"action_remove": "", "email": second.email}),
        ("/settings/tokens/", NEW_TOKEN),
        (f"/settings/tokens/{token.pk}/revoke/", {}),
        (f"/settings/devices/{there.pk}/sign-out/", {}),
        ("/settings/devices/sign-out/", {}),
        (reverse("mfa_activate_totp"), {"code": "123456"}),
    ):
        assert is_asked(stolen.post(path, body)), path
    for path in ("/data/export/", "/data/?export", reverse("mfa_activate_totp")):
        assert is_asked(stolen.get(path)), path
    assert stolen.post("/settings/delete-account/", {"password": "guess"}).status_code == 422
    assert everything(owner) == before


def test_no_app_takes_an_account_by_its_session_alone(owner: User, stolen_app: APIClient) -> None:
    token, _ = create_token(person=owner, name="theirs", scope="read")
    there = UserSession.objects.filter(user=owner).earliest("pk")
    second = EmailAddress.objects.create(user=owner, email="second@example.org", verified=True)
    before = everything(owner)

    emails = f"{HEADLESS}account/email"
    for method, path, body in (
        ("POST", emails, {"email": "thief@example.org"}),
        ("PATCH", emails, {"email": second.email, "primary": True}),
        ("DELETE", emails, {"email": second.email}),
        ("POST", f"{HEADLESS}account/authenticators/totp", {"code": "123456"}),
        ("DELETE", f"{HEADLESS}auth/sessions", {"sessions": [there.pk]}),
    ):
        refused: Any = stolen_app.generic(method, path, json.dumps(body), "application/json")
        # A code is checked before allauth asks; either way nothing is added.
        assert refused.status_code in ({401, 400} if "totp" in path else {401}), path
    for method, path, body in (
        ("POST", "/api/v1/tokens/", NEW_TOKEN),
        ("DELETE", f"/api/v1/tokens/{token.pk}/", {}),
        ("DELETE", f"/api/v1/devices/{there.pk}/", {}),
        ("GET", "/api/v1/export/", {}),
    ):
        answer = stolen_app.generic(method, path, json.dumps(body), "application/json")
        assert_problem(answer, 403, "reauthentication_required")
    gone = stolen_app.delete("/api/v1/me/", {}, format="json")
    assert_problem(gone, 400, "invalid")
    assert everything(owner) == before


def test_a_page_goes_on_where_it_asked(owner: User, stolen: Client) -> None:
    asked = stolen.post("/settings/tokens/", NEW_TOKEN)
    wrong = stolen.post(asked["Location"], {"password": "guess", "next": "/settings/tokens/"})
    assert wrong.status_code == 200
    assert not AccessToken.objects.exists()

    done = stolen.post(asked["Location"], {"password": PASSWORD, "next": "/settings/tokens/"})
    assert done.status_code == 200
    assert done.context["secret"]
    assert AccessToken.objects.get().owner == owner
    # For a while it is not asked again.
    assert stolen.post("/settings/tokens/", NEW_TOKEN).status_code == 200


def test_an_app_confirms_who_it_is_and_asks_again(stolen_app: APIClient) -> None:
    proof = f"{HEADLESS}auth/reauthenticate"
    assert stolen_app.post(proof, {"password": "guess"}, format="json").status_code == 400
    refused = stolen_app.post("/api/v1/tokens/", NEW_TOKEN, format="json")
    assert_problem(refused, 403, "reauthentication_required")
    assert "auth/reauthenticate" in refused.json()["detail"]

    assert stolen_app.post(proof, {"password": PASSWORD}, format="json").status_code == 200
    assert stolen_app.post("/api/v1/tokens/", NEW_TOKEN, format="json").status_code == 201
    assert stolen_app.get("/api/v1/export/").status_code == 200


def test_the_page_offers_the_export_to_who_has_confirmed(stolen: Client) -> None:
    page = stolen.get("/data/").content.decode()
    assert "/data/export/" not in page
    asked = stolen.get("/data/?export")
    back = stolen.post(asked["Location"], {"password": PASSWORD, "next": "/data/?export"})
    assert back["Location"] == "/data/?export"
    assert "/data/export/" in stolen.get(back["Location"]).content.decode()
    assert stolen.get("/data/export/").status_code == 200


def test_a_proof_is_soon_too_old(owner: User) -> None:
    client = signed_in(Client(), owner)
    assert "/data/export/" in client.get("/data/?export").content.decode()
    session = client.session
    prove_identity(session, owner, ago=TOO_LONG_AGO)
    session.save()
    assert is_asked(client.get("/data/export/"))


def test_the_proof_of_somebody_else_counts_for_nothing(owner: User, other: User) -> None:
    client = signed_in(Client(), owner)
    session = client.session
    prove_identity(session, other)
    session.save()
    assert is_asked(client.get("/data/export/"))


def test_signing_oneself_out_asks_for_nothing(stolen: Client, stolen_app: APIClient) -> None:
    (app,) = [one for one in stolen_app.get("/api/v1/devices/").json() if one["is_current"]]
    assert stolen_app.delete(f"/api/v1/devices/{app['id']}/").status_code == 204
    (page,) = UserSession.objects.all()
    left = stolen.get(f"/settings/devices/{page.pk}/sign-out/")
    assert left["Location"] == reverse("account_logout")


@pytest.mark.parametrize("scope", ["read", "write"])
def test_a_token_takes_everything_out_only_by_a_right_of_its_own(owner: User, scope: str) -> None:
    def status(**rights: bool) -> int:
        _, secret = create_token(person=owner, name="backup", scope=scope, **rights)
        script = APIClient(headers={"Authorization": f"Bearer {secret}"})
        return int(script.get("/api/v1/export/").status_code)

    assert status(may_export=True) == 200
    assert status() == 403


def test_who_has_a_passkey_alone_proves_it_before_setting_a_password_or_leaving(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.set_unusable_password()
    owner.save()
    stolen = signed_in(Client(), owner)
    monkeypatch.setattr(
        "accounts.sign_in.reauthentication.did_recently_reauthenticate", lambda _: False
    )
    new = {"password1": "thief's own diary", "password2": "thief's own diary"}
    monkeypatch.setattr(
        "allauth.account.adapter.DefaultAccountAdapter.get_reauthentication_methods",
        lambda *_: [{"url": reverse("mfa_reauthenticate")}],
    )
    assert is_asked(stolen.post(reverse("account_set_password"), new))
    assert is_asked(stolen.post("/settings/delete-account/"))
    assert_problem(
        signed_in(APIClient(), owner).delete("/api/v1/me/"), 403, "reauthentication_required"
    )
    owner.refresh_from_db()
    assert not owner.has_usable_password()

    monkeypatch.undo()
    assert stolen.post("/settings/delete-account/").status_code == 302
    assert not User.objects.filter(pk=owner.pk).exists()
