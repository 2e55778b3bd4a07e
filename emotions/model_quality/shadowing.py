"""Shadow deployment: a version reads new photos after they were answered, and nobody sees it."""

import logging

from accounts.consents import has_consent
from accounts.models import Consent
from emotions.captures.errors import UnreadablePictureError
from emotions.captures.locking import hold_for_update
from emotions.captures.moods import answer_of
from emotions.model_quality.rescoring import detect_kept_face
from emotions.models import Capture, Detection
from ml.models import Trial

logger = logging.getLogger(__name__)


def shadow_read(*, capture_id: int, trial_id: int) -> Detection | None:
    """Add what the version in shadow deployment detects in the person's own face.

    No page, chart or answer of the API shows it, so apps need not learn of it.

    Returns:
        The new detection; None where the trial is over, the capture or the consent is gone, the
        picture cannot be read, or the version read it already.

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
        detection = detect_kept_face(capture, answer, trial.version, role=Detection.Role.SHADOW)
    except UnreadablePictureError:
        logger.warning("shadow read failed", extra={"capture": str(capture.uuid)})
        return None
    with hold_for_update(capture) as current:
        mine = current.detections.filter(is_me=True)
        unchanged = mine.filter(pk=answer.pk).exists()
        known = mine.filter(role=Detection.Role.SHADOW, model_version=trial.version).exists()
        if current.deleted_at or known or not unchanged:
            return None
        detection.save(force_insert=True)
    return detection
