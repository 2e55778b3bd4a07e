"""Background jobs that bring histories in."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from emotions.captures.tasks import MARGIN
from emotions.models import PREVIEW_KEPT_FOR, UNDOABLE_FOR, Import
from emotions.transfer import retention, running

PRIORITY = -10
"""Below that of other jobs, which are short and which people wait for."""
RETRY_AFTER = timedelta(minutes=2)
"""Longer than the places of a worker that was killed are held."""
EXPIRE_AFTER = PREVIEW_KEPT_FOR + RETRY_AFTER
"""After the beginning of the slice that gets a preview ready."""


def enqueue_twice(job: Import) -> None:
    """Have an import worked on now, and later too, in case that a worker is killed meanwhile.

    Of both jobs, the later one finds that the work has gone on.
    """
    run_import.enqueue(job.pk, job.attempts)
    run_import.using(run_after=timezone.now() + RETRY_AFTER).enqueue(job.pk, job.attempts)


@task(priority=PRIORITY)
def run_import(import_id: int, attempt: int) -> None:
    """Work on an import for some seconds, and leave the rest to the next job.

    Args:
        attempt: how many times work on it had begun when this job was enqueued.
    """
    with transaction.atomic():
        job = running.claim(import_id=import_id, attempt=attempt)
        if job is None:
            return
        run_import.using(run_after=timezone.now() + RETRY_AFTER).enqueue(import_id, job.attempts)
        if job.state == Import.State.READING:  # now: whoever gets it ready may be killed then
            expire_previews.using(run_after=timezone.now() + EXPIRE_AFTER).enqueue()
    if (pause := running.run_slice(job=job)) is not None:
        run_import.using(run_after=timezone.now() + pause).enqueue(import_id, job.attempts)
    elif job.state != Import.State.READY:
        forget_imports.using(run_after=timezone.now() + UNDOABLE_FOR + MARGIN).enqueue()


@task()
def forget_imports() -> None:
    retention.forget_old_imports()


@task()
def expire_previews() -> None:
    retention.expire_previews()
