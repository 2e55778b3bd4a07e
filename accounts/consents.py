"""Give, withdraw and check consent to the current version of a text."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Consent, User
from accounts.signals import consent_changed

# Changing a text means giving it a new version, so that people are asked for consent again.
CURRENT_VERSIONS = {Consent.Kind.USE: "2026-11-27", Consent.Kind.IMPROVE: "2026-11-27"}


class ConsentRequiredError(Exception):
    """The person has not consented to the current version of the text."""


def standing_consent(*, person: User, kind: Consent.Kind) -> Consent | None:
    """Return the latest consent that was not withdrawn, to this text or an earlier one."""
    standing = person.consents.filter(kind=kind, withdrawn_at=None)
    return standing.order_by("given_at", "pk").last()


def has_consent(*, person: User, kind: Consent.Kind) -> bool:
    """Return whether the person consents to the current text."""
    return person.consents.filter(
        kind=kind, version=CURRENT_VERSIONS[kind], withdrawn_at=None
    ).exists()


def active_consents(*, kind: Consent.Kind) -> QuerySet[Consent]:
    """Return the consents of all people to the current text."""
    return Consent.objects.filter(kind=kind, version=CURRENT_VERSIONS[kind], withdrawn_at=None)


def require_consent(*, person: User, kind: Consent.Kind) -> None:
    """Check that the person consents to the current text.

    Raises:
        ConsentRequiredError: If they do not.
    """
    if not has_consent(person=person, kind=kind):
        raise ConsentRequiredError(f"Consent to {kind.value} is missing.")


@transaction.atomic
def give_consent(*, person: User, kind: Consent.Kind) -> Consent:
    """Record consent to the current text; giving it twice records it once."""
    consent, _ = Consent.objects.get_or_create(
        person=person, kind=kind, version=CURRENT_VERSIONS[kind], withdrawn_at=None
    )
    consent_changed.send(sender=Consent, person=person, kind=kind, given=True)
    return consent


@transaction.atomic
def withdraw_consent(*, person: User, kind: Consent.Kind) -> None:
    """Withdraw every consent of this kind, to earlier versions of the text as well."""
    User.objects.select_for_update().get(pk=person.pk)
    person.consents.filter(kind=kind, withdrawn_at=None).update(withdrawn_at=timezone.now())
    consent_changed.send(sender=Consent, person=person, kind=kind, given=False)
