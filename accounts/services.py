"""Changes to accounts: a person's own settings, and deleting them."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accounts.devices.sessions import adopt_sessions
from accounts.leftovers import anonymise_admin_log
from accounts.models import User
from accounts.signals import account_deleted
from common.time_zones import KNOWN_ZONES

VERIFY_WITHIN = timedelta(days=7)


def next_sequence(*, person: User) -> int:
    """Increment the counter of changes to the person's records and return it.

    The update locks the person's row until the surrounding transaction ends, so numbers become
    visible in order.
    """
    return next_sequences(person=person, count=1)[0]


def next_sequences(*, person: User, count: int) -> range:
    """Return as many of the next numbers, for records that change together."""
    User.objects.filter(pk=person.pk).update(sequence=F("sequence") + count)
    last = current_sequence(person=person)
    return range(last - count + 1, last + 1)


def current_sequence(*, person: User) -> int:
    """Return the number of the latest change to the person's records."""
    return User.objects.values_list("sequence", flat=True).get(pk=person.pk)


def save_time_zone(*, person: User, name: str) -> None:
    """Save the time zone of the profile, ignoring unknown names."""
    if name != person.time_zone and name in KNOWN_ZONES:
        person.time_zone = name
        person.save(update_fields=["time_zone"])


def save_language(*, person: User, code: str) -> None:
    """Save the language of the profile, ignoring those that the site does not support."""
    if code != person.language and code in dict(settings.LANGUAGES):
        person.language = code
        person.save(update_fields=["language"])


def set_new_device_letters(*, person: User, wanted: bool) -> None:
    """Save whether a person gets emails about sign-ins on new devices."""
    person.new_device_letters = wanted
    person.save(update_fields=["new_device_letters"])


@transaction.atomic
def delete_account(*, person: User) -> None:
    """Delete a person and everything that belongs to them.

    Their row is locked first: what is being written of theirs is there before and goes too, or
    comes after and finds nobody to belong to.
    """
    if User.objects.select_for_update().filter(pk=person.pk).first() is None:
        return
    account_deleted.send(sender=User, person=person)
    adopt_sessions(person=person)
    anonymise_admin_log(person=person)
    person.delete()


def delete_never_verified() -> int:
    """Delete accounts whose address nobody has confirmed within a week of signing up.

    Whoever mistyped an address, or used somebody else's, leaves nothing behind. Administrators
    stay, because nobody signs up as one.

    Returns:
        How many there were.
    """
    if settings.ACCOUNT_EMAIL_VERIFICATION != "mandatory":
        return 0
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    people = User.objects.filter(
        Exists(addresses),
        ~Exists(addresses.filter(verified=True)),
        is_staff=False,
        last_login=None,
        date_joined__lt=timezone.now() - VERIFY_WITHIN,
    )
    found = list(people)
    for person in found:
        delete_account(person=person)
    return len(found)
