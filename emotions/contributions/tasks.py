"""Jobs that lend faces and take them back."""

import logging
from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from accounts.models import User

RETRY_TIDYING_FOR = timedelta(days=30)

logger = logging.getLogger(__name__)


@task()
def contribute(person_id: int) -> None:
    """Lend what a person said and has not lent yet, if they help and are still there."""
    from emotions.contributions import syncing  # noqa: PLC0415 - services hand jobs to this module

    if owner := User.objects.filter(pk=person_id).first():
        syncing.contribute(owner=owner)


@task()
def tidy_corrections(waited_hours: int = 0) -> None:
    """Take out of dataset files what is not lent any more.

    While one is out of reach it is tried again, each time after twice as long, for a month.
    """
    from emotions.contributions import dataset_files  # noqa: PLC0415 - services hand jobs to this

    if not (unreached := dataset_files.tidy_files()):
        return
    wait = timedelta(hours=max(1, waited_hours))
    if wait > RETRY_TIDYING_FOR:
        logger.error("given up for now: %s", ", ".join(map(str, unreached)))
        return
    later = timezone.now() + wait
    tidy_corrections.using(run_after=later).enqueue(2 * max(1, waited_hours))
