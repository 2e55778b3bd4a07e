"""Jobs for `manage.py db_worker`; each calls one service that a command can call too."""

import logging
from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from accounts.models import User
from emotions import photos

RETRY_REMINDER_AFTER = timedelta(minutes=5)
RETRY_TIDYING_FOR = timedelta(days=30)

logger = logging.getLogger(__name__)


@task()
def remove_files(names: list[str]) -> None:
    """Try again to remove stored files.

    Raises:
        OSError: when some still cannot be removed; `manage.py sweep_orphans` will find them.
    """
    remaining = photos.remove_files(names)
    if remaining:
        raise OSError(f"{len(remaining)} files could not be removed.")


@task()
def purge_trash() -> None:
    """Remove for ever what has been in the trash long enough."""
    from emotions.services import deleting  # noqa: PLC0415 - services hand jobs to this module

    deleting.purge_trash()


@task()
def forget_old_pictures(person_id: int | None = None) -> None:
    """Forget pictures that are older than their person wants them to be.

    Jobs from before they named a person look at everybody.
    """
    from emotions.services import retention  # noqa: PLC0415 - services hand jobs to this module

    if person_id is None:
        retention.forget_old_pictures()
    elif owner := User.objects.filter(pk=person_id).first():
        retention.forget_old_pictures(owner=owner)


@task()
def deliver_reminder(delivery_id: int) -> None:
    """Send one reminder; where nothing could leave the house, try again until it is too late."""
    from emotions.services import reminding  # noqa: PLC0415 - services hand jobs to this module

    try:
        reminding.deliver(delivery_id=delivery_id)
    except reminding.NothingLeftError:
        later = timezone.now() + RETRY_REMINDER_AFTER
        deliver_reminder.using(run_after=later).enqueue(delivery_id)


@task()
def contribute(person_id: int) -> None:
    """Lend what a person said and has not lent yet, if they help and are still there."""
    from emotions.services import contributing  # noqa: PLC0415 - services hand jobs to this module

    if owner := User.objects.filter(pk=person_id).first():
        contributing.contribute(owner=owner)


@task()
def tidy_corrections(waited_hours: int = 0) -> None:
    """Take out of dataset files what is not lent any more.

    While one is out of reach it is tried again, each time after twice as long, for a month.
    """
    from emotions.services import correction_files  # noqa: PLC0415 - services hand jobs to this

    if not (unreached := correction_files.tidy_files()):
        return
    wait = timedelta(hours=max(1, waited_hours))
    if wait > RETRY_TIDYING_FOR:
        logger.error("given up for now: %s", ", ".join(map(str, unreached)))
        return
    later = timezone.now() + wait
    tidy_corrections.using(run_after=later).enqueue(2 * max(1, waited_hours))


@task()
def read_on_trial(capture_id: int, trial_id: int) -> None:
    """Let the version on trial read a new photo."""
    from emotions.services import shadowing  # noqa: PLC0415 - services hand jobs to this module

    shadowing.read_on_trial(capture_id=capture_id, trial_id=trial_id)
