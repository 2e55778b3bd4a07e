"""Apps sign up and in by themselves and then carry a token."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.consents import give_consent
from accounts.devices.services import SEEN_ON_KEY
from accounts.models import Consent, Session, User
from accounts.tokens.services import create_token
from tests import pictures
from tests.emotions.api.calls import CAPTURES, TODAY, assert_problem, create
from tests.factories import PASSWORD
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db
AUTH = "/api/auth/app/v1/auth/"
NEWCOMER = {"email": "newcomer@example.org", "password": PASSWORD}


def post(path: str, body: dict[str, str], **headers: str) -> Any:
    return APIClient().post(f"{AUTH}{path}", body, format="json", headers=headers)


def with_token(token: str) -> APIClient:
    """Return an app that carries a token and no cookie."""
    return APIClient(enforce_csrf_checks=True, headers={"X-Session-Token": token})


def signed_in_app(person: User) -> APIClient:
    answer = post("login", {"email": person.email, "password": PASSWORD})
    return with_token(answer.json()["meta"]["session_token"])


def test_an_app_signs_up_in_and_out_and_keeps_a_history_meanwhile() -> None:
    signed_up = post("signup", NEWCOMER)
    assert signed_up.status_code == 200
    assert signed_up.json()["data"]["user"]["email"] == NEWCOMER["email"]

    signed_in = post("login", NEWCOMER)
    assert signed_in.status_code == 200
    token = signed_in.json()["meta"]["session_token"]
    app = with_token(token)

    assert_problem(create(app, pictures.astronaut_jpeg()), 403, "consent_required")
    give_consent(person=User.objects.get(), kind=Consent.Kind.USE)
    made = create(app, pictures.astronaut_jpeg())
    assert made.status_code == 201
    assert made.json()["detections"][0]["emotion"] == "happy"
    assert app.get(CAPTURES).json()["results"] == [made.json()]
    assert app.get(TODAY).json()["dominant"] == "happy"
    assert app.delete(made["Location"]).status_code == 204
    assert app.get(TODAY).json()["dominant"] is None

    signed_out = app.delete(f"{AUTH}session")
    assert signed_out.json()["meta"]["is_authenticated"] is False
    refused = app.get(CAPTURES)
    assert_problem(refused, 401, "authentication_failed")
    assert refused["WWW-Authenticate"] == 'X-Session-Token realm="api"'


def test_a_wrong_password_gives_no_token(owner: User) -> None:
    refused = post("login", {"email": owner.email, "password": "not the word"})
    assert refused.status_code == 400
    assert "session_token" not in refused.json().get("meta", {})


def test_a_wrong_token_is_refused_even_beside_a_good_cookie(owner_api: APIClient) -> None:
    refused = owner_api.get(TODAY, headers={"X-Session-Token": "nonsense"})
    assert_problem(refused, 401, "authentication_failed")
    assert_problem(
        owner_api.get(TODAY, headers={"X-Session-Token": ""}), 401, "authentication_failed"
    )


def test_a_new_password_ends_every_token(owner: User) -> None:
    app = signed_in_app(owner)
    assert app.get(TODAY).status_code == 200
    owner.set_password("another quiet diary")
    owner.save()
    assert_problem(app.get(TODAY), 401, "authentication_failed")


def test_a_new_password_by_the_app_leaves_that_app_alone_signed_in(owner: User) -> None:
    here, there = signed_in_app(owner), signed_in_app(owner)
    page = Client()
    page.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    _, secret = create_token(person=owner, name="script", scope="read")
    script = APIClient(headers={"Authorization": f"Bearer {secret}"})
    assert script.get(TODAY).status_code == 200

    changed: Any = here.post(
        "/api/auth/app/v1/account/password/change",
        {"current_password": PASSWORD, "new_password": "another quiet diary"},
        format="json",
        headers={"X-Device-Name": "Ada's phone"},
    )
    assert changed.status_code == 200
    for ended in (here, there, script):
        assert_problem(ended.get(TODAY), 401, "authentication_failed")
    assert page.get("/today/").status_code == 302
    still = with_token(changed.json()["meta"]["session_token"])
    (device,) = still.get("/api/v1/devices/").json()
    assert device["is_current"]


def test_a_new_password_by_the_page_ends_every_app(owner: User) -> None:
    app, page = signed_in_app(owner), Client()
    page.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    new = "another quiet diary"
    page.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert_problem(app.get(TODAY), 401, "authentication_failed")
    assert page.get("/today/").status_code == 200


def test_a_token_lives_on_for_90_days_from_each_day_it_is_used(owner: User) -> None:
    app = signed_in_app(owner)
    assert Session.objects.get().expire_date > timezone.now() + timedelta(days=89)
    soon = timezone.now() + timedelta(days=5)
    Session.objects.update(expire_date=soon)
    assert app.get(TODAY).status_code == 200
    assert Session.objects.get().expire_date == soon

    yesterday(owner)
    Session.objects.update(expire_date=soon)
    assert app.get(TODAY).status_code == 200
    assert Session.objects.get().expire_date > timezone.now() + timedelta(days=89)
    assert UserSession.objects.get().last_seen_at > timezone.now() - timedelta(minutes=1)

    yesterday(owner)
    Session.objects.update(expire_date=timezone.now())
    assert_problem(app.get(TODAY), 401, "authentication_failed")


def yesterday(person: User) -> None:
    """Let the person's one device have been seen yesterday."""
    device = UserSession.objects.get(user=person)
    session = Session.objects.get(pk=device.session_key)
    held = session.get_decoded() | {SEEN_ON_KEY: "2020-01-01"}
    session.session_data = Session.objects.encode(held)
    session.save()
    device.last_seen_at -= timedelta(days=1)
    device.save()


def test_a_second_factor_is_added_and_asked_for_by_apps(owner: User) -> None:
    app = signed_in_app(owner)
    factor = "/api/auth/app/v1/account/authenticators/totp"
    secret = app.get(factor).json()["meta"]["secret"]
    assert app.post(factor, {"code": code(secret)}, format="json").status_code == 401
    app.post(f"{AUTH}reauthenticate", {"password": PASSWORD}, format="json")
    wrong = app.post(factor, {"code": "000000"}, format="json")
    assert wrong.json()["errors"][0]["param"] == "code"
    assert app.post(factor, {"code": code(secret)}, format="json").status_code == 200
    codes = app.get("/api/auth/app/v1/account/authenticators/recovery-codes").json()["data"]
    assert len(codes["unused_codes"]) == 10

    for proof in (code(secret, steps=1), codes["unused_codes"][0]):
        asked = post("login", {"email": owner.email, "password": PASSWORD})
        assert asked.status_code == 401
        flows = asked.json()["data"]["flows"]
        assert any(flow["id"] == "mfa_authenticate" and flow["is_pending"] for flow in flows)
        half = with_token(asked.json()["meta"]["session_token"])
        assert_problem(half.get(TODAY), 401, "authentication_failed")
        refused = half.post(f"{AUTH}2fa/authenticate", {"code": "000000"}, format="json")
        assert refused.status_code == 400
        let_in = half.post(f"{AUTH}2fa/authenticate", {"code": proof}, format="json")
        assert let_in.status_code == 200
        token = let_in.json()["meta"].get("session_token")
        assert (with_token(token) if token else half).get(TODAY).status_code == 200


def code(secret: str, *, steps: int = 0) -> str:
    """Return what an authenticator app shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def test_an_account_that_an_app_deletes_ends_every_token(owner: User) -> None:
    here, there = signed_in_app(owner), signed_in_app(owner)
    gone = here.delete("/api/v1/me/", {"password": PASSWORD}, format="json")
    assert gone.status_code == 204
    for app in (here, there):
        assert_problem(app.get(TODAY), 401, "authentication_failed")
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


def test_a_browser_may_delete_its_account_on_the_first_request_of_a_day(
    owner: User, owner_api: APIClient
) -> None:
    gone = owner_api.delete("/api/v1/me/", {"password": PASSWORD}, format="json")
    assert gone.status_code == 204
    assert_problem(owner_api.get(TODAY), 401, "not_authenticated")


def test_who_was_switched_off_is_refused(owner: User) -> None:
    app = signed_in_app(owner)
    owner.is_active = False
    owner.save()
    assert_problem(app.get(TODAY), 401, "authentication_failed")


def test_the_token_of_another_opens_nothing_of_mine(owner: User, other: User) -> None:
    made = create(signed_in_app(owner), pictures.astronaut_jpeg())
    assert_problem(signed_in_app(other).get(made["Location"]), 404, "not_found")


def test_an_address_is_verified_by_the_same_mail_as_on_the_pages(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    waiting = post("signup", NEWCOMER)
    assert waiting.status_code == 401
    assert {"id": "verify_email", "is_pending": True} in waiting.json()["data"]["flows"]
    assert post("login", NEWCOMER).status_code == 401

    run_jobs()
    link = re.search(r"https?://[^/]+(/accounts/confirm-email/\S+)", str(mailoutbox[0].body))
    assert link
    assert Client().post(link[1]).status_code == 302
    assert post("login", NEWCOMER).json()["meta"]["session_token"]


def test_a_forgotten_password_leads_to_the_page(
    owner: User, mailoutbox: list[EmailMessage]
) -> None:
    assert post("password/request", {"email": owner.email}).status_code == 200
    run_jobs()
    assert "/accounts/password/reset/key/" in str(mailoutbox[0].body)


def test_only_apps_are_served() -> None:
    assert_problem(APIClient().get("/api/auth/browser/v1/auth/session"), 404, "not_found")
