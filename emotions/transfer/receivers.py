"""What the end of an account, and other names of tags, mean for imports."""

from typing import Any

from django.db import transaction
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_deleted
from emotions.models import CaptureQuerySet, Import
from emotions.pictures.removal import delete_files
from emotions.tags.signals import tag_name_changing
from emotions.transfer import retagging


@receiver(account_deleted)
def delete_import_files(person: User, **_: Any) -> None:
    """Delete the files once their rows are gone."""
    names = list(Import.objects.of(person).exclude(file="").values_list("file", flat=True))
    transaction.on_commit(lambda: delete_files(names))


@receiver(tag_name_changing)
def follow_tag(
    owner: User,
    captures: CaptureQuerySet,
    offset: int | None,
    name: str,
    becomes: str | None,
    **_: Any,
) -> None:
    """Keep imports undoable whose moments have a tag."""
    if offset is not None:
        retagging.follow_numbers(captures, offset=offset)
    retagging.rename_noted_tag(owner=owner, name=name, becomes=becomes)
