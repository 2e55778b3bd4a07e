"""Consent stands for the current text only, until it is withdrawn."""

import hashlib
import re

import pytest
from django.test import Client

from accounts import consents
from accounts.consents import ConsentRequiredError
from accounts.models import Consent, User
from tests import factories

USE = Consent.Kind.USE


def test_consent_is_missing_until_given_and_again_once_withdrawn(owner: User) -> None:
    consents.withdraw_consent(person=owner, kind=USE)
    with pytest.raises(ConsentRequiredError):
        consents.require_consent(person=owner, kind=USE)
    consents.give_consent(person=owner, kind=USE)
    consents.require_consent(person=owner, kind=USE)
    assert owner.consents.count() == 2, "what was withdrawn stays on record"


def test_giving_consent_twice_records_it_once(owner: User) -> None:
    consents.give_consent(person=owner, kind=USE)
    assert owner.consents.filter(kind=USE).count() == 1


def test_a_changed_text_asks_again(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(consents.CURRENT_VERSIONS, USE, "2031-01")
    assert not consents.has_consent(person=owner, kind=USE)


def test_consent_to_one_thing_is_not_consent_to_another(owner: User) -> None:
    assert not consents.has_consent(person=owner, kind=Consent.Kind.IMPROVE)


TEXTS = {
    ("/consent/", USE, "2026-11-27"): (
        "9f8819f6a6db50554bbbc0e82a2bb7d52e157aca450b004579612032afade9bf"
    ),
    ("/helping/", Consent.Kind.IMPROVE, "2026-11-27"): (
        "004aec5621dbadb78a604e2bc14cac585b12832e0f71b9b76a0e373740c57456"
    ),
}
"""What people have read under each version, by the SHA-256 of its words."""


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "kind", "version"), TEXTS)
def test_a_text_that_changes_gets_a_new_version(
    path: str, kind: Consent.Kind, version: str
) -> None:
    assert consents.CURRENT_VERSIONS[kind] == version, "Enter the words of the new version here."
    reader = Client()
    reader.force_login(factories.person("reader@example.org", consented=False))
    page = reader.get(path).content.decode()
    main = page[page.index("<h1") : page.index("</main>")]
    words = " ".join(re.sub(r"<[^>]+>", " ", main).split())
    digest = hashlib.sha256(words.encode()).hexdigest()
    assert digest == TEXTS[path, kind, version], "The text has changed: raise its version."
