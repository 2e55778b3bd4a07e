"""Passkeys without a browser: whose they are, and answers that are none."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from fido2 import cbor
from pytest_django import Settings

from accounts.models import User
from accounts.sign_in import passkeys
from tests.conftest import signed_in
from tests.factories import PASSWORD, passkey

pytestmark = pytest.mark.django_db


def packed(content: bytes | Any) -> str:
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return urlsafe_b64encode(content).decode().rstrip("=")


CLIENT_DATA = {"type": "webauthn.get", "challenge": "AAAA", "origin": "http://testserver"}
GET = {
    "clientDataJSON": packed(CLIENT_DATA),
    "authenticatorData": packed(bytes(37)),
    "signature": "AAAA",
    "userHandle": packed(b"1"),
}
CREATE = {
    "clientDataJSON": packed(CLIENT_DATA | {"type": "webauthn.create"}),
    "attestationObject": packed(cbor.encode({"fmt": "none", "attStmt": {}, "authData": bytes(37)})),
}
HUGE = 10**11


def answer(response: Any, **fields: Any) -> dict[str, Any]:
    return {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": response, **fields}


def client_data(**fields: Any) -> str:
    return packed(CLIENT_DATA | fields)


def attestation(**fields: Any) -> str:
    return packed(cbor.encode({"fmt": "none", "attStmt": {}, "authData": bytes(37), **fields}))


NONE: dict[str, Any] = {
    "nothing": "",
    "no JSON": "{",
    "no object": [],
    "a number": 7,
    "nothing in it": {},
    "only a name": {"id": "x"},
    "numbers as bytes": answer(GET | {"userHandle": HUGE, "signature": HUGE}, id=HUGE, rawId=HUGE),
    "a number as challenge": answer(GET | {"clientDataJSON": client_data(challenge=HUGE)}),
    "a number as origin": answer(GET | {"clientDataJSON": client_data(origin=HUGE)}),
    "a list as client data": answer(GET | {"clientDataJSON": packed([])}),
    "no client data": answer(GET | {"clientDataJSON": "AAAA"}),
    "short data": answer(GET | {"authenticatorData": "AAAA"}),
    "nobody's": answer(GET),
    "a handle too long": answer(GET | {"userHandle": packed(b"z" * 12)}),
    "a handle that is none": answer(GET | {"userHandle": packed(b"\xff")}),
    "other letters": answer(GET | {"signature": "ä"}),
    "deep": "[" * 10_000,
    "long": answer(GET | {"signature": "A" * 20_000}),
    "half a letter": '{"id": "\\ud800"}',
    "a null character": '{"id": "\\u0000"}',
    "new: no key in it": answer(CREATE),
    "new: no attestation": answer(CREATE | {"attestationObject": "AAAA"}),
    "new: a number as data": answer(CREATE | {"attestationObject": attestation(authData=HUGE)}),
    "new: deep": answer(CREATE | {"attestationObject": packed(b"\x81" * 9_000)}),
    "new: many": answer(CREATE | {"attestationObject": packed(b"\x9b" + b"\xff" * 8)}),
}


@pytest.mark.parametrize("kind", NONE)
def test_an_answer_that_is_none_is_refused(client: Client, owner: User, kind: str) -> None:
    sent = NONE[kind] if isinstance(NONE[kind], str) else json.dumps(NONE[kind])
    form = {"credential": sent, "name": "Mine"}
    client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
    refused = client.post(reverse("mfa_login_webauthn"), form)
    assert refused["Location"] == reverse("account_login")
    assert client.get("/today/").status_code == 302
    passkey(owner)
    client.post(reverse("account_login"), {"login": owner.email, "password": PASSWORD})
    assert client.post(reverse("mfa_authenticate"), form).status_code == 200
    assert client.get("/today/").status_code == 302
    signed_in(client, owner)
    client.get(reverse("mfa_add_webauthn"))
    assert client.post(reverse("mfa_add_webauthn"), form).status_code == 200
    client.get(reverse("mfa_reauthenticate_webauthn"))
    assert client.post(reverse("mfa_reauthenticate_webauthn"), form).status_code == 302
    assert Authenticator.objects.filter(type="webauthn").count() == 1


@pytest.mark.parametrize("name", ["mfa_edit_webauthn", "mfa_remove_webauthn"])
def test_a_passkey_is_its_owners_alone(
    owner: User, other: User, name: str, settings: Settings
) -> None:
    path = reverse(name, args=[passkey(owner, name="Mine").pk])
    assert Client().get(path)["Location"].startswith(reverse("account_login"))
    stranger = signed_in(Client(), other)
    assert stranger.get(path).status_code == 404
    assert stranger.post(path, {"name": "Theirs"}).status_code == 404
    assert "Mine" not in stranger.get(reverse("mfa_list_webauthn")).content.decode()
    unproven = Client()
    unproven.force_login(owner, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert unproven.get(path)["Location"].startswith(reverse("account_reauthenticate"))
    assert signed_in(Client(), owner).get(path).status_code == 200
    assert str(Authenticator.objects.get()) == "Mine"
    assert signed_in(Client(), owner).post(path, {"name": "Other"}).status_code == 302
    assert [str(one) for one in Authenticator.objects.all()] in ([], ["Other"])


def test_a_person_has_only_so_many(
    client: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passkeys, "MAX_PASSKEYS", 1)
    passkey(owner)
    signed_in(client, owner)
    client.get(reverse("mfa_add_webauthn"))
    page = client.post(reverse("mfa_add_webauthn"), {"credential": json.dumps(answer(CREATE))})
    assert "You have 1 passkeys, which is the maximum" in page.content.decode()


def test_names_stay_short(client: Client, owner: User) -> None:
    path = reverse("mfa_edit_webauthn", args=[passkey(owner, name="Mine").pk])
    assert signed_in(client, owner).post(path, {"name": "x" * 81}).status_code == 200
    assert str(Authenticator.objects.get()) == "Mine"


def test_pages_work_where_no_passkey_can(client: Client, owner: User, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    passkey(owner)
    for host in ("192.0.2.7:8000", "[2001:db8::7]:8000"):
        client.post(
            reverse("account_login"),
            {"login": owner.email, "password": PASSWORD},
            headers={"host": host},
        )
        page = client.get(reverse("mfa_authenticate"), headers={"host": host})
        assert page.status_code == 200
        assert "data-passkey" in page.content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_reauthenticate_webauthn",
        "mfa_edit_webauthn",
        "mfa_remove_webauthn",
    ],
)
def test_its_pages_are_ours_and_run_no_inline_script(
    client: Client, owner: User, name: str
) -> None:
    key = passkey(owner).pk
    which = [key] if "edit" in name or "remove" in name else []
    page = signed_in(client, owner).get(reverse(name, args=which)).content.decode()
    assert 'class="skip visually-hidden"' in page
    assert "allauth" not in page
    scripts = page.split("<script")[1:]
    assert all('type="module" src=' in one or "application/json" in one for one in scripts)


@pytest.mark.parametrize(
    "route",
    [
        "account/authenticators/webauthn",
        "auth/webauthn/login",
        "auth/webauthn/authenticate",
        "auth/webauthn/reauthenticate",
    ],
)
def test_apps_have_no_passkeys(client: Client, route: str) -> None:
    for method in ("GET", "POST"):
        path = f"/api/auth/app/v1/{route}"
        response = client.generic(method, path, "{}", content_type="application/json")
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"
