"""What follows from a person's consent, and what goes with them beside their rows."""

from typing import Any

from django.db import transaction
from django.db.models import FileField
from django.dispatch import receiver

from accounts.models import Consent, User
from accounts.signals import account_deleted, consent_changed
from emotions.captures.trash import discard
from emotions.contributions import tasks
from emotions.contributions.syncing import take_back
from emotions.models import Capture


@receiver(account_deleted)
def remove_pictures(person: User, **_: Any) -> None:
    """Remove the files of all captures once their rows are gone, those in the trash too."""
    fields = [field.name for field in Capture._meta.get_fields() if isinstance(field, FileField)]
    rows = Capture.objects.filter(owner=person).values_list(*fields)
    names = [name for row in rows for name in row if name]
    transaction.on_commit(lambda: discard(names))


@receiver(account_deleted)
def take_faces_back(person: User, **_: Any) -> None:
    """Take the person's faces out of everything that they were lent to."""
    take_back(owner=person)


@receiver(consent_changed)
def follow_consent(person: User, kind: Consent.Kind, *, given: bool, **_: Any) -> None:
    """Lend the faces of somebody who helps from now on; take back those of who helps no more."""
    if kind != Consent.Kind.IMPROVE:
        return
    if given:
        tasks.contribute.enqueue(person.pk)
    else:
        take_back(owner=person)
