"""Files that wait for their person's word, and are not wanted."""

from django.db import transaction

from accounts.models import User
from emotions.models import Import
from emotions.transfer.running import end


class NotReadyError(Exception):
    """The import does not wait for its person's word, or not any more."""


@transaction.atomic
def cancel_import(*, job: Import) -> Import:
    """Forget a file that waits for its person's word, and return the import.

    Raises:
        NotReadyError: it does not.
    """
    lock_ready(job)
    end(job, Import.State.CANCELLED)
    job.refresh_from_db()
    return job


def lock_ready(job: Import) -> None:
    """Lock the owner, and read the import as it is now.

    Raises:
        NotReadyError: it does not wait for the person's word.
    """
    User.objects.select_for_update().get(pk=job.owner_id)
    job.refresh_from_db()
    if job.state != Import.State.READY:
        raise NotReadyError
