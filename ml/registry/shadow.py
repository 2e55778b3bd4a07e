"""Shadow deployment: a second version reads a share of new photos beside the active one."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from ml.models import ModelVersion, Trial
from ml.registry.versions import verify

SHARES = range(1, 101)


class ShadowError(ValueError):
    """A shadow deployment cannot be started; the message says why."""


def running_shadow() -> Trial | None:
    return Trial.objects.filter(running=True).select_related("version").first()


def start_shadow(version: ModelVersion, *, share: int, by: str) -> Trial:
    """Start to run a version in the shadow of the active one.

    Args:
        share: percentage of new photos that it reads, 1 to 100.
        by: name of the person who starts it.

    Raises:
        ShadowError: the version is active, another one runs already, or the share is out of range.
        ModelFileError: its files are missing or damaged, or its network cannot be run.
    """
    if share not in SHARES:
        raise ShadowError(f"Expected a share from 1 to 100 per cent, received {share}.")
    if ModelVersion.objects.filter(pk=version.pk, active=True).exists():
        raise ShadowError(f"{version} answers already, so there is nothing to try.")
    verify(version)
    try:
        with transaction.atomic():
            return Trial.objects.create(version=version, share=share, by=by)
    except IntegrityError as error:
        raise ShadowError("Another trial goes on; end it first.") from error


def stop_shadow() -> None:
    """Stop the shadow deployment if one is running; its detections stay."""
    Trial.objects.filter(running=True).update(running=False, ended_at=timezone.now())
