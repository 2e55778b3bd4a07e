"""“This wasn't me”: throwing everybody out of an account, and undoing a change of its address."""

import logging

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.devices.services import sign_out_other_devices
from accounts.mail.outbox import queue_letter
from accounts.models import SecurityEvent, User
from accounts.security_log import DISOWNED_WITHIN, record_event
from accounts.services import delete_account

logger = logging.getLogger(__name__)
Kind = SecurityEvent.Kind


@transaction.atomic
def disown(*, event: SecurityEvent) -> None:
    """End every session and token of an account, and take back address and factors.

    The password counts no more either, since whoever caused the event may know it; the address
    that the account then has is sent a link to choose another one.

    Links about earlier events still work: whoever took the account gets emails about what they do
    with it, and must not be able to stop its owner by them. Links about later ones do not.
    """
    person = User.objects.select_for_update().filter(pk=event.person_id).first()
    standing = SecurityEvent.objects.filter(person=person, disowned_at=None)
    if person is None or not standing.filter(pk=event.pk).exists():
        return  # deleted or disowned meanwhile
    restore_addresses(person=person, since=event)
    remove_late_factors(person=person)
    standing.filter(pk__gte=event.pk).update(disowned_at=timezone.now())
    person.refresh_from_db()
    person.set_password(get_random_string(64))
    person.save()  # which ends tokens too
    sign_out_other_devices(person=person, current_key=None)
    record_event(person=person, kind=Kind.DISOWNED)
    queue_letter(template="account/email/not_me", email=person.email, person=person, context={})


def restore_addresses(*, person: User, since: SecurityEvent) -> None:
    """Make the address primary that was so before an event, and remove those that came lately.

    An address that was added within the last days goes unless it is the restored one, for it
    could reset the password.
    """
    lately = SecurityEvent.objects.filter(
        person=person, disowned_at=None, at__gte=timezone.now() - DISOWNED_WITHIN
    ).order_by("pk")
    changes = list(lately.filter(kind=Kind.ADDRESS_CHANGED, pk__gte=since.pk))
    original = changes[0].facts["from_email"] if changes else person.email
    if changes and belongs_to_another(original, person=person):
        logger.error("address not restored: it belongs to another account")
        return
    unwanted = {change.facts["to_email"] for change in changes} | {
        added.facts["new_email"] for added in lately.filter(kind=Kind.ADDRESS_ADDED)
    }
    EmailAddress.objects.filter(user=person, email__in=unwanted - {original}).delete()
    if changes:
        address, _ = EmailAddress.objects.get_or_create(
            user=person, email=original, defaults={"verified": True}
        )
        address.set_as_primary()


def remove_late_factors(*, person: User) -> None:
    """Remove passkeys, authenticator apps and recovery codes that came within the last days.

    A passkey would let whoever took the account in again; an app would keep its owner out.
    """
    factors = Authenticator.objects.filter(user=person)
    factors.filter(created_at__gte=timezone.now() - DISOWNED_WITHIN).delete()
    if not factors.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
        factors.delete()


def belongs_to_another(email: str, *, person: User) -> bool:
    """Return whether another account has an address; one that nobody ever entered makes way.

    Otherwise whoever took an account could sign up with the address that they freed, and so keep
    its owner from getting it back.
    """
    holders = User.objects.exclude(pk=person.pk).filter(
        Q(email__iexact=email) | Q(emailaddress__email__iexact=email, emailaddress__verified=True)
    )
    for holder in holders.distinct():
        if holder.last_login or holder.is_staff:
            return True
        delete_account(person=holder)
    return False
