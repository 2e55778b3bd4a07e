"""Letting a version on trial read new photos, after their people were answered."""

import logging

from accounts.consents import has_consent
from accounts.models import Consent
from emotions.captures.errors import UnreadablePictureError
from emotions.captures.locking import hold_for_update
from emotions.captures.moods import answer_of
from emotions.model_quality.rescoring import read_face
from emotions.models import Capture, Detection
from ml.models import Trial

logger = logging.getLogger(__name__)


def read_on_trial(*, capture_id: int, trial_id: int) -> Detection | None:
    """Add what the version on trial reads from the person's own face.

    No page, chart or answer of the API shows it, so no app needs to learn of it.

    Returns:
        The new detection; None where the trial is over, the capture or the consent is gone, the
        picture cannot be read, or it was read already.

    Raises:
        ml.inference.card.ModelFileError: the version cannot answer.
    """
    trial = Trial.objects.filter(pk=trial_id, running=True).select_related("version").first()
    capture = Capture.objects.filter(pk=capture_id, deleted_at=None).first()
    if trial is None or capture is None:
        return None
    answer = answer_of(capture)
    if answer is None or not has_consent(person=capture.owner, kind=Consent.Kind.USE):
        return None
    try:
        read = read_face(capture, answer, trial.version, role=Detection.Role.SHADOW)
    except UnreadablePictureError:
        logger.warning("a photo on trial cannot be read", extra={"capture": str(capture.uuid)})
        return None
    with hold_for_update(capture) as current:
        mine = current.detections.filter(is_me=True)
        fits = mine.filter(pk=answer.pk).exists()
        twice = mine.filter(role=Detection.Role.SHADOW, model_version=trial.version).exists()
        if current.deleted_at or twice or not fits:
            return None
        read.save(force_insert=True)
    return read
