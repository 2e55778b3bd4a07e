"""Trying a version on new photos while another one answers; one at a time."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from ml.models import ModelVersion, Trial
from ml.registry.versions import verify

SHARES = range(1, 101)


class TrialError(ValueError):
    """A trial cannot begin; the message says why."""


def running_trial() -> Trial | None:
    """Return the trial that goes on, if there is one."""
    return Trial.objects.filter(running=True).select_related("version").first()


def begin_trial(version: ModelVersion, *, share: int, by: str) -> Trial:
    """Let a version read a share of new photos too.

    Args:
        share: of a hundred photos so many, from 1 to 100.
        by: who does it.

    Raises:
        TrialError: it answers already, another trial goes on, or the share is out of range.
        ModelFileError: its files are damaged or do not answer.
    """
    if share not in SHARES:
        raise TrialError(f"Expected a share from 1 to 100 per cent, received {share}.")
    if ModelVersion.objects.filter(pk=version.pk, active=True).exists():
        raise TrialError(f"{version} answers already, so there is nothing to try.")
    verify(version)
    try:
        with transaction.atomic():
            return Trial.objects.create(version=version, share=share, by=by)
    except IntegrityError as error:
        raise TrialError("Another trial goes on; end it first.") from error


def end_trial() -> None:
    """End the trial that goes on, if there is one; what it read stays."""
    Trial.objects.filter(running=True).update(running=False, ended_at=timezone.now())
