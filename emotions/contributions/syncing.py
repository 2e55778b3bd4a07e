"""Keeping contributions in step with captures and consent."""

from django.db import transaction

from accounts.consents import has_consent
from accounts.models import Consent, User
from emotions.contributions import tasks
from emotions.contributions.dataset_files import prune_files
from emotions.models import Capture, Contribution, Contributor, CorrectionsFile


def sync_contribution(capture: Capture, *, face_changed: bool = False) -> None:
    """Update or remove the contribution of a locked capture, or schedule one.

    Args:
        face_changed: another face is the owner's by now, so the one contributed is somebody else's.
    """
    contribution = Contribution.objects.filter(capture=capture)
    eligible = capture.felt and capture.crop and not capture.deleted_at
    if eligible and not face_changed:
        contribution.update(felt=capture.felt)
    elif contribution.delete()[0]:
        schedule_pruning()
    if eligible:
        schedule_contribution(capture.owner)


def schedule_contribution(owner: User) -> None:
    """Have a job collect what a person has to contribute, if they consented."""
    if has_consent(person=owner, kind=Consent.Kind.IMPROVE):
        tasks.collect_contributions.enqueue(owner.pk)


@transaction.atomic
def withdraw_contributions(*, owner: User) -> None:
    """Remove all contributions of a person, and the random name that stood for them.

    Dataset files are pruned when the transaction commits; a job tries again those out of reach.
    """
    User.objects.select_for_update().filter(pk=owner.pk).first()
    if Contributor.objects.filter(person=owner).delete()[0]:
        schedule_pruning()
        transaction.on_commit(prune_files, robust=True)


def schedule_pruning() -> None:
    """Have a job remove withdrawn contributions from dataset files.

    The job is written in the transaction that withdraws them.
    """
    if CorrectionsFile.objects.filter(gone_at=None).exists():
        tasks.prune_dataset_files.enqueue()
