"""The database has no key of a session, and those of earlier releases go on."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as LegacyStore
from django.contrib.sessions.models import Session as LegacySession
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.devices import selectors, services
from accounts.devices.sessions import SessionStore, key_digest
from accounts.models import Session, User
from tests.factories import PASSWORD
from tests.traces import cells

pytestmark = pytest.mark.django_db
TODAY, AUTH = "/api/v1/today/", "/api/auth/app/v1/auth/"
SESSIONS = f"{AUTH}sessions"


def browser(person: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def app(person: User) -> APIClient:
    answer = APIClient().post(
        f"{AUTH}login",
        {"email": person.email, "password": PASSWORD},
        format="json",
    )
    client = APIClient(headers={"X-Session-Token": answer.json()["meta"]["session_token"]})
    client.post(f"{AUTH}reauthenticate", {"password": PASSWORD}, format="json")
    return client


def legacy(person: User, *, device: bool = True) -> str:
    """Sign a person in as earlier releases did; return the key."""
    session = LegacyStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    key = str(session.session_key)
    if device:
        UserSession.objects.create(
            user=person, session_key=key, ip="127.0.0.1", data={"name": "an old phone"}
        )
    return key


def with_cookie(key: str) -> Client:
    client = Client()
    client.cookies["sessionid"] = key
    return client


def test_no_table_has_what_a_browser_or_an_app_signs_in_with(owner: User) -> None:
    page, phone = browser(owner), app(owner)
    secrets = [page.cookies["sessionid"].value, phone_token(phone)]
    everything = cells()
    for secret in secrets:
        assert not [table for table, cell in everything if secret.encode() in cell]
    assert page.get("/today/").status_code == phone.get(TODAY).status_code == 200


def phone_token(phone: APIClient) -> str:
    return str(phone.defaults["HTTP_X_SESSION_TOKEN"])


def test_what_the_table_has_signs_nobody_in(owner: User) -> None:
    browser(owner)
    stored = Session.objects.get(person=owner).pk
    assert with_cookie(stored).get("/today/").status_code == 302
    assert APIClient(headers={"X-Session-Token": stored}).get(TODAY).status_code == 401


def test_who_was_signed_in_before_stays_so(owner: User) -> None:
    key = legacy(owner)
    client = with_cookie(key)
    assert client.get("/today/").status_code == 200
    assert not LegacySession.objects.exists()
    (device,) = selectors.devices(person=owner, current_key=key)
    assert (device.name, device.is_current) == ("an old phone", True)
    assert client.get("/today/").status_code == 200
    assert APIClient(headers={"X-Session-Token": legacy(owner)}).get(TODAY).status_code == 200


def test_two_requests_at_once_both_find_a_session_of_before(owner: User) -> None:
    first, second = (SessionStore(key) for key in [legacy(owner)] * 2)
    assert first[SESSION_KEY] == second[SESSION_KEY] == str(owner.pk)


@pytest.mark.parametrize("way", ["page", "api", "elsewhere"])
def test_a_device_of_before_can_be_signed_out(owner: User, way: str) -> None:
    key, here = legacy(owner), app(owner)
    (old,) = [one for one in selectors.devices(person=owner) if one.name == "an old phone"]
    if way == "page":
        browser(owner).post(f"/settings/devices/{old.id}/sign-out/")
    elif way == "api":
        here.delete(SESSIONS, {"sessions": [old.id]}, format="json")
    else:
        services.sign_out_other_devices(person=owner, current_key=phone_token(here))
    assert with_cookie(key).get("/today/").status_code == 302


def test_a_device_of_before_that_nobody_has_listed_can_be_signed_out(owner: User) -> None:
    key, here = legacy(owner), app(owner)
    old = UserSession.objects.get(session_key=key)
    assert here.delete(SESSIONS, {"sessions": [old.pk]}, format="json").status_code == 200
    assert with_cookie(key).get("/today/").status_code == 302


def test_signing_out_everywhere_else_reaches_devices_of_before_that_nobody_has_listed(
    owner: User,
) -> None:
    key, here = legacy(owner), app(owner)
    services.sign_out_other_devices(person=owner, current_key=phone_token(here))
    assert with_cookie(key).get("/today/").status_code == 302
    assert here.get(TODAY).status_code == 200


def test_the_sweep_moves_all_sessions_of_before_and_forgets_those_of_nobody(owner: User) -> None:
    key = legacy(owner, device=False)
    gone = User.objects.create_user("gone@example.org")
    legacy(gone, device=False)
    User.objects.filter(pk=gone.pk).delete()
    call_command("sweep_orphans")
    assert not LegacySession.objects.exists()
    assert [session.pk for session in Session.objects.all()] == [key_digest(key)]
    assert with_cookie(key).get("/today/").status_code == 200


def test_apps_list_and_sign_out_devices_by_allauths_endpoint_too(owner: User, other: User) -> None:
    here, there, stranger = app(owner), app(owner), app(other)
    listed: list[dict[str, Any]] = here.get(SESSIONS).json()["data"]
    assert sorted(device["is_current"] for device in listed) == [False, True]
    (lost,) = [device["id"] for device in listed if not device["is_current"]]
    refused = stranger.delete(SESSIONS, {"sessions": [lost]}, format="json")
    assert refused.status_code == 400
    assert APIClient().get(SESSIONS).status_code == 401
    left = here.delete(SESSIONS, {"sessions": [lost]}, format="json").json()["data"]
    assert [device["is_current"] for device in left] == [True]
    assert there.get(TODAY).status_code == 401
    mine = [device["id"] for device in left]
    assert here.delete(SESSIONS, {"sessions": mine}, format="json").status_code == 401
    assert here.get(TODAY).status_code == 401
    assert stranger.get(TODAY).status_code == 200


def test_a_session_in_which_nobody_is_signed_in_lasts_a_day(owner: User) -> None:
    session = SessionStore()
    session["account_login"] = {}
    session.create()
    (stored,) = Session.objects.all()
    assert timedelta(hours=23) < stored.expire_date - timezone.now() <= timedelta(days=1)
    browser(owner)
    signed_in = Session.objects.get(person=owner)
    assert signed_in.expire_date - timezone.now() > timedelta(days=89)
