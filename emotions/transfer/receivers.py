"""What the end of an account means for files that were sent to be brought in."""

from typing import Any

from django.db import transaction
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_deleted
from emotions.models import Import
from emotions.pictures.removal import delete_files


@receiver(account_deleted)
def delete_import_files(person: User, **_: Any) -> None:
    """Delete the files once their rows are gone."""
    names = list(Import.objects.of(person).exclude(file="").values_list("file", flat=True))
    transaction.on_commit(lambda: delete_files(names))
