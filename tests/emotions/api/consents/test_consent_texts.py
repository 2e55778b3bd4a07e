"""Apps show the very text that the pages show, and send its version."""

import re
from html import unescape

import pytest
from django.test import Client
from django.utils.html import strip_tags
from rest_framework.test import APIClient

from accounts.consents import has_consent, withdraw_consent
from accounts.models import Consent, User
from tests.emotions.api.calls import assert_problem
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
PAGES = {"use": "/consent/", "improve": "/helping/"}


def url(kind: str) -> str:
    return f"/api/v1/consents/{kind}/"


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_text_is_that_of_the_page(
    owner: User, owner_client: Client, kind: str, language: str
) -> None:
    withdraw_consent(person=owner, kind=Consent.Kind(kind))
    told = APIClient().get(url(kind), headers={"Accept-Language": language}).json()
    assert (told["kind"], told["language"]) == (kind, language)
    page = owner_client.get(PAGES[kind], headers={"Accept-Language": language})
    shown = " ".join(words(unescape(strip_tags(page.content.decode()))))
    for block in told["text"].split("\n\n"):
        assert " ".join(words(block)) in shown
    assert " ".join(words(told["statement"])) in shown
    assert told["title"] in page.content.decode()
    assert not re.search(r"[<>&]\w", told["text"])
    assert told["text"].count("\n## ") >= 3


def test_a_language_may_be_asked_for_by_name() -> None:
    told = APIClient().get(url("use"), {"language": "de"}, headers={"Accept-Language": "en"})
    assert told.json()["language"] == "de"
    assert "Gesicht" in told.json()["text"]
    assert_problem(APIClient().get(url("use"), {"language": "fr"}), 400, "invalid")
    assert_problem(APIClient().get("/api/v1/consents/other/"), 404, "not_found")


def test_consent_is_given_by_the_version_of_the_text(owner: User) -> None:
    signed_in = APIClient().post(
        "/api/auth/app/v1/auth/login", {"email": owner.email, "password": PASSWORD}, format="json"
    )
    app = APIClient(headers={"X-Session-Token": signed_in.json()["meta"]["session_token"]})
    version = APIClient().get(url("improve")).json()["version"]
    given = app.put("/api/v1/me/consents/improve/", {"version": version}, format="json")
    assert given.status_code == 200
    assert has_consent(person=owner, kind=Consent.Kind.IMPROVE)
