"""Collecting contributions: faces of people who agreed, with the emotion that they felt."""

import logging

from django.db import transaction
from django.db.models import QuerySet

from accounts.consents import has_consent
from accounts.models import Consent, User
from common.imaging.images import ImageError
from emotions.models import Capture, Contribution, Contributor, Detection
from emotions.pictures import storage

logger = logging.getLogger(__name__)


def captures_to_contribute(owner: User) -> QuerySet[Capture]:
    """Return the captures whose face would be contributed with consent and is not yet.

    The owner said what they felt, one of the faces is theirs, and a picture of it is kept.
    """
    mine = Detection.objects.filter(role=Detection.Role.ANSWER, is_me=True).values("capture")
    with_felt = Capture.objects.of(owner).exclude(felt=None).exclude(crop="")
    return with_felt.filter(pk__in=mine, contribution=None)


def collect_contributions(*, owner: User) -> int:
    """Contribute every face of a consenting person that is not contributed yet.

    A face whose picture cannot be read now is left for the next time.

    Returns:
        How many contributions were added.
    """
    added = 0
    for capture in list(captures_to_contribute(owner)):
        try:
            face = storage.grey_face(capture)
        except (OSError, ImageError):
            logger.warning("face not read", extra={"capture": str(capture.uuid)}, exc_info=True)
            continue
        added += add_contribution(capture, face)
    return added


@transaction.atomic
def add_contribution(capture: Capture, face: bytes) -> bool:
    """Contribute one face, unless consent, what was felt or the picture has gone meanwhile.

    Args:
        face: 48 × 48 grey values, row by row.
    """
    # Withdrawing consent, a face or a whole account waits for this row.
    owner = User.objects.select_for_update().filter(pk=capture.owner_id).first()
    if owner is None or not has_consent(person=owner, kind=Consent.Kind.IMPROVE):
        return False
    candidates = captures_to_contribute(owner)
    current = candidates.filter(pk=capture.pk, crop=capture.crop.name).first()
    if current is None or current.felt is None:
        return False
    contributor, _ = Contributor.objects.get_or_create(person=owner)
    Contribution.objects.create(
        capture=current, contributor=contributor, felt=current.felt, face=face
    )
    return True
