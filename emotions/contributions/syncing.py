"""Helping to improve the network: which faces are lent for that, and taking them back."""

import logging

from django.db import transaction
from django.db.models import QuerySet

from accounts.consents import has_consent
from accounts.models import Consent, User
from common.imaging.images import ImageError
from emotions.contributions import tasks
from emotions.contributions.dataset_files import tidy_files
from emotions.models import Capture, Contribution, Contributor, CorrectionsFile, Detection
from emotions.pictures import storage

logger = logging.getLogger(__name__)


def wanted(owner: User) -> QuerySet[Capture]:
    """Return the captures whose face is lent where the person helps.

    They said what they felt, the face is marked as theirs, and a picture of it is kept.
    """
    mine = Detection.objects.filter(role=Detection.Role.ANSWER, is_me=True).values("capture")
    said = Capture.objects.of(owner).exclude(felt=None).exclude(crop="")
    return said.filter(pk__in=mine, contribution=None)


def contribute(*, owner: User) -> int:
    """Lend every face of a person that is wanted and not lent yet; return how many were.

    Nothing is lent without consent. A face whose picture cannot be read now is left for next time.
    """
    lent = 0
    for capture in list(wanted(owner)):
        try:
            face = storage.grey_face(capture)
        except (OSError, ImageError):
            logger.warning("face not read", extra={"capture": str(capture.uuid)}, exc_info=True)
            continue
        lent += lend(capture, face)
    return lent


@transaction.atomic
def lend(capture: Capture, face: bytes) -> bool:
    """Lend one face, unless consent, the answer or the picture went while it was read."""
    # Whoever takes back consent, a face or a whole account waits for this row.
    owner = User.objects.select_for_update().filter(pk=capture.owner_id).first()
    if owner is None or not has_consent(person=owner, kind=Consent.Kind.IMPROVE):
        return False
    current = wanted(owner).filter(pk=capture.pk, crop=capture.crop.name).first()
    if current is None or current.felt is None:
        return False
    contributor, _ = Contributor.objects.get_or_create(person=owner)
    Contribution.objects.create(
        capture=current, contributor=contributor, felt=current.felt, face=face
    )
    return True


def follow(capture: Capture, *, other_face: bool = False) -> None:
    """Bring what is lent of a locked capture in step with what it says now.

    Args:
        other_face: another face is the person's own by now, so what was lent is somebody else.
    """
    lent = Contribution.objects.filter(capture=capture)
    if capture.deleted_at or not capture.felt or not capture.crop or other_face:
        if lent.delete()[0]:
            take_out_of_files()
    else:
        lent.update(felt=capture.felt)
    if capture.felt and capture.crop and not capture.deleted_at:
        invite(capture.owner)


def invite(owner: User) -> None:
    """Have a job lend what a person said, if they help."""
    if has_consent(person=owner, kind=Consent.Kind.IMPROVE):
        tasks.contribute.enqueue(owner.pk)


@transaction.atomic
def take_back(*, owner: User) -> None:
    """Remove everything that a person lent, and the name that stood for them.

    Dataset files follow as soon as that is committed; what cannot be reached then, a job tries.
    """
    User.objects.select_for_update().filter(pk=owner.pk).first()
    if Contributor.objects.filter(person=owner).delete()[0]:
        take_out_of_files()
        transaction.on_commit(tidy_files, robust=True)


def take_out_of_files() -> None:
    """Have a job take out of all dataset files what is not lent any more.

    The job is written together with the change that makes it necessary.
    """
    if CorrectionsFile.objects.filter(gone_at=None).exists():
        tasks.tidy_corrections.enqueue()
