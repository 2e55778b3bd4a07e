"""Giving, withdrawing and checking consent, always to the current version of a text."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Consent, User
from accounts.signals import consent_changed

# The version of each text that people read; a changed text gets a new one and is asked again.
CURRENT_VERSIONS = {Consent.Kind.USE: "2026-11", Consent.Kind.IMPROVE: "2026-11"}


class ConsentRequiredError(Exception):
    """The person has not consented to the current version of the text."""


def has_consent(*, person: User, kind: Consent.Kind) -> bool:
    """Tell whether the person's consent to the current text stands."""
    return person.consents.filter(
        kind=kind, version=CURRENT_VERSIONS[kind], withdrawn_at=None
    ).exists()


def active_consents(*, kind: Consent.Kind) -> QuerySet[Consent]:
    """Return everybody's consent to the current text that stands."""
    return Consent.objects.filter(kind=kind, version=CURRENT_VERSIONS[kind], withdrawn_at=None)


def require_consent(*, person: User, kind: Consent.Kind) -> None:
    """Do nothing where consent stands.

    Raises:
        ConsentRequiredError: where it does not.
    """
    if not has_consent(person=person, kind=kind):
        raise ConsentRequiredError(f"Consent to {kind.value} is missing.")


@transaction.atomic
def give_consent(*, person: User, kind: Consent.Kind) -> Consent:
    """Record the person's consent to the current text, once."""
    consent, _ = Consent.objects.get_or_create(
        person=person, kind=kind, version=CURRENT_VERSIONS[kind], withdrawn_at=None
    )
    consent_changed.send(sender=Consent, person=person, kind=kind, given=True)
    return consent


@transaction.atomic
def withdraw_consent(*, person: User, kind: Consent.Kind) -> None:
    """End every standing consent of this kind."""
    person.consents.filter(kind=kind, withdrawn_at=None).update(withdrawn_at=timezone.now())
    consent_changed.send(sender=Consent, person=person, kind=kind, given=False)
