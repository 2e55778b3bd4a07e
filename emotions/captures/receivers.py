"""What preferences and the end of an account mean for captures."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import FileField
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_deleted
from common.jobs import delete_jobs
from emotions.captures import tasks
from emotions.models import Capture, Preferences
from emotions.pictures.removal import delete_files
from emotions.preferences.signals import preferences_changed


@receiver(preferences_changed)
def apply_retention(preferences: Preferences, fields: Collection[str], **_: Any) -> None:
    """Have a job remove the pictures that are older than their owner wants them to be."""
    if "pictures_kept_for" in fields and preferences.pictures_kept_for:
        owner_id = preferences.owner_id
        transaction.on_commit(lambda: tasks.forget_old_pictures.enqueue(owner_id))


@receiver(account_deleted)
def delete_waiting_jobs(person: User, **_: Any) -> None:
    """Delete the jobs that would look for old pictures, up to a year from now."""
    delete_jobs(tasks.forget_old_pictures, person.pk)


@receiver(account_deleted)
def delete_pictures(person: User, **_: Any) -> None:
    """Delete the files of all captures once their rows are gone, those in the trash too."""
    fields = [field.name for field in Capture._meta.get_fields() if isinstance(field, FileField)]
    rows = Capture.objects.filter(owner=person).values_list(*fields)
    names = [name for row in rows for name in row if name]
    transaction.on_commit(lambda: delete_files(names))
