"""Writing to a person's own record."""

from django.db import transaction
from django.db.models import F

from accounts.models import User
from accounts.signals import account_deleted
from accounts.zones import KNOWN_ZONES


def next_sequence(*, person: User) -> int:
    """Count one more change to the person's records and return its number.

    The update locks the person's row until the surrounding transaction ends, so numbers become
    visible in their order.
    """
    User.objects.filter(pk=person.pk).update(sequence=F("sequence") + 1)
    return User.objects.values_list("sequence", flat=True).get(pk=person.pk)


def remember_time_zone(*, person: User, name: str) -> None:
    """Keep the zone that the person's device named last; unknown names are passed over."""
    if name != person.time_zone and name in KNOWN_ZONES:
        person.time_zone = name
        person.save(update_fields=["time_zone"])


@transaction.atomic
def delete_account(*, person: User) -> None:
    """Delete a person with everything that belongs to them."""
    account_deleted.send(sender=User, person=person)
    person.delete()
