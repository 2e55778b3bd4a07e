"""What a person decides about a file once they have seen what is in it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from emotions.models import Import
from emotions.transfer import tasks
from emotions.transfer.cancelling import lock_ready
from emotions.transfer.uploads import require_none_under_way


@dataclass(frozen=True, kw_only=True)
class Choices:
    """How a file is to be read.

    Attributes:
        time_zone: of times that do not say theirs.
        date_order: one of `DateOrder`; empty for the guess.
        moods: values by name, added to those that are known; None leaves a mood's moments out.
    """

    time_zone: str
    date_order: str
    moods: Mapping[str, int | None]


@transaction.atomic
def read_again(*, job: Import, choices: Choices) -> Import:
    """Have the worker look through a file again, and return the import.

    Raises:
        NotReadyError: it does not wait for the person's word.
        ImportUnderWayError: the worker has to do with another file of the owner.
    """
    return hand_over(job, choices, Import.State.READING)


@transaction.atomic
def confirm_import(*, job: Import, choices: Choices, update: bool) -> Import:
    """Have the worker bring a file in that its person has seen, and return the import.

    Args:
        update: whether what is here and has changed in the file is updated.

    Raises:
        NotReadyError, ImportUnderWayError: as `read_again`.
    """
    return hand_over(job, choices, Import.State.WAITING, update=update)


def hand_over(
    job: Import, choices: Choices, state: Import.State, *, update: bool = False
) -> Import:
    """Put the import in a state in which the worker has to do with it."""
    lock_ready(job)
    require_none_under_way(job.owner)
    job.time_zone, job.date_order = choices.time_zone, choices.date_order
    job.moods = {**job.moods, **choices.moods}
    job.state, job.update, job.preview = state, update, None
    job.finished_at, job.position, job.stalled = None, 0, 0
    job.save()
    tasks.enqueue_twice(job)
    return job
