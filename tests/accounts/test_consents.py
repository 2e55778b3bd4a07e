"""Consent stands for the current text only, until it is withdrawn."""

import pytest

from accounts import consents
from accounts.consents import ConsentRequiredError
from accounts.models import Consent, User

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
