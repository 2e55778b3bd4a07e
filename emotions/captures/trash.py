"""Moving captures into the trash and back."""

from django.db import transaction
from django.utils import timezone

from emotions.captures import tasks
from emotions.captures.errors import CaptureDeletedError
from emotions.captures.locking import lock_for_update
from emotions.captures.purging import TRASH_KEPT_FOR
from emotions.captures.signals import capture_changed
from emotions.idempotency import RequestKey
from emotions.models import Capture


def delete_capture(
    *, capture: Capture, expected: int | None = None, request: RequestKey | None = None
) -> None:
    """Move a capture into the trash, from where it can be restored for 30 days.

    Args:
        expected: the sequence number that the caller read; None where any will do.
        request: what the client calls the request, if it may send it again.

    Raises:
        RepeatedRequestError, KeyReusedError: see `record_request`.
        StaleError: it changed since it had the number `expected`.
    """
    with lock_for_update(capture, expected=expected, request=request) as current:
        if current.deleted_at:
            return
        current.deleted_at = timezone.now()
        current.save(update_fields=["sequence", "deleted_at"])
        capture_changed.send(sender=Capture, capture=current, created=False, face_changed=False)
        due = current.deleted_at + TRASH_KEPT_FOR + tasks.MARGIN
        transaction.on_commit(lambda: tasks.purge_trash.using(run_after=due).enqueue())


def restore_capture(
    *, capture: Capture, expected: int | None = None, request: RequestKey | None = None
) -> Capture:
    """Bring a capture back from the trash.

    Args:
        expected: the sequence number that the caller read; None where any will do.
        request: what the client calls the request, if it may send it again.

    Raises:
        RepeatedRequestError, KeyReusedError: see `record_request`.
        CaptureDeletedError: it was purged.
        StaleError: it changed since it had the number `expected`.
    """
    with lock_for_update(capture, expected=expected, request=request) as current:
        if current.purged_at:
            raise CaptureDeletedError
        current.deleted_at = None
        current.save(update_fields=["sequence", "deleted_at"])
        capture_changed.send(sender=Capture, capture=current, created=False, face_changed=False)
    return current
