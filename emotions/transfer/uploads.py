"""Taking in files with a history, which the worker then brings in."""

import uuid
from collections.abc import Mapping
from typing import IO, cast

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import get_language

from accounts.consents import require_consent
from accounts.models import Consent, User
from emotions.captures.errors import ImportUnderWayError
from emotions.models import Import
from emotions.pictures.removal import delete_files_on_error
from emotions.pictures.storage import IMPORTS_FOLDER
from emotions.transfer import tasks
from emotions.transfer.open_files import LeftOpen
from emotions.transfer.readers import open_history
from emotions.transfer.running import end


def start_import(
    *,
    owner: User,
    upload: UploadedFile,
    time_zone: str,
    moods: Mapping[str, int],
    preview: bool,
) -> Import:
    """Store a history from an export of this site or from Daylio's table for the worker.

    What waited for its person's word until now is not wanted any more.

    Args:
        preview: whether the person wants to see what is in it before it comes in.
        time_zone: IANA name of the zone of times that do not name their own.
        moods: values from 1 to 5 for moods that the person named, by name.

    Raises:
        ImportUnderWayError: the worker still has to do with another file of the owner.
        UnreadableError: the file is not a history, or is damaged.
        ConsentRequiredError: it contains pictures, and the owner has not consented.
    """
    check_file(owner, upload, time_zone, moods)
    require_none_under_way(owner)
    name = default_storage.save(f"{IMPORTS_FOLDER}/{uuid.uuid4().hex}", upload)
    with delete_files_on_error([name]), transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        require_none_under_way(owner)
        for other in Import.objects.of(owner).filter(state=Import.State.READY):
            end(other, Import.State.CANCELLED)
        job = Import.objects.create(
            owner=owner,
            state=Import.State.READING if preview else Import.State.WAITING,
            file=name,
            size=upload.size or 0,
            time_zone=time_zone,
            moods=dict(moods),
            language=get_language() or "",
        )
        tasks.enqueue_twice(job)
    return job


def check_file(owner: User, upload: UploadedFile, time_zone: str, moods: Mapping[str, int]) -> None:
    """Read as much of a file as tells whether it is a history, and with pictures.

    Raises:
        UnreadableError, ConsentRequiredError: as `start_import`.
    """
    history = open_history(
        cast(IO[bytes], LeftOpen(upload.file)),
        size=upload.size or 0,
        time_zone=time_zone,
        moods=moods,
    )
    upload.seek(0)
    if history.has_pictures:
        require_consent(person=owner, kind=Consent.Kind.USE)


def require_none_under_way(owner: User) -> None:
    """Check that the worker has nothing to do with another file.

    Raises:
        ImportUnderWayError: it has.
    """
    if Import.objects.of(owner).unfinished().exists():
        raise ImportUnderWayError
