"""What goes with a person from the storage, beside their rows."""

from typing import Any

from django.db import transaction
from django.db.models import FileField
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_deleted
from emotions.models import Capture
from emotions.services import discard


@receiver(account_deleted)
def remove_pictures(person: User, **_: Any) -> None:
    """Remove the files of all captures once their rows are gone, those in the trash too."""
    fields = [field.name for field in Capture._meta.get_fields() if isinstance(field, FileField)]
    rows = Capture.objects.filter(owner=person).values_list(*fields)
    names = [name for row in rows for name in row if name]
    transaction.on_commit(lambda: discard(names))
