"""Background jobs that collect contributions and remove withdrawn ones from dataset files."""

import logging
from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from accounts.models import User
from emotions.contributions import collecting, dataset_files

RETRY_PRUNING_FOR = timedelta(days=30)

logger = logging.getLogger(__name__)


@task()
def collect_contributions(person_id: int) -> None:
    """Contribute what a person has not contributed yet, unless their account is gone."""
    if owner := User.objects.filter(pk=person_id).first():
        collecting.collect_contributions(owner=owner)


@task()
def prune_dataset_files(waited_hours: int = 0) -> None:
    """Remove withdrawn contributions from dataset files.

    Files out of reach are tried again for a month, each time after twice as long.
    """
    if not (unreached := dataset_files.prune_files()):
        return
    wait = timedelta(hours=max(1, waited_hours))
    if wait > RETRY_PRUNING_FOR:
        logger.error("given up for now: %s", ", ".join(map(str, unreached)))
        return
    later = timezone.now() + wait
    prune_dataset_files.using(run_after=later).enqueue(2 * max(1, waited_hours))
