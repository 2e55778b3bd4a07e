"""Apps sign up and in by themselves and then carry a token."""

import re
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.consents import give_consent
from accounts.models import Consent, User
from tests import pictures
from tests.api.calls import CAPTURES, TODAY, assert_problem, create
from tests.factories import PASSWORD

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

    link = re.search(r"http\S+/accounts/confirm-email/\S+", str(mailoutbox[0].body))
    assert link
    assert Client().post(link[0]).status_code == 302
    assert post("login", NEWCOMER).json()["meta"]["session_token"]


def test_a_forgotten_password_leads_to_the_page(
    owner: User, mailoutbox: list[EmailMessage]
) -> None:
    assert post("password/request", {"email": owner.email}).status_code == 200
    assert "/accounts/password/reset/key/" in str(mailoutbox[0].body)


def test_only_apps_are_served() -> None:
    assert_problem(APIClient().get("/api/auth/browser/v1/auth/session"), 404, "not_found")
