"""Rescoring: another version of the network reads the faces that are kept."""

from collections.abc import Iterator
from dataclasses import replace

from django.db.models import Exists, OuterRef, Q

from accounts.consents import active_consents
from accounts.models import Consent
from common.imaging import images
from emotions.captures.errors import UnreadablePictureError
from emotions.captures.explanations import NothingToExplainError, load_face
from emotions.captures.locking import lock_for_update
from emotions.captures.moods import answer_of
from emotions.models import Capture, CaptureQuerySet, Detection
from ml import registry
from ml.models import ModelVersion

BATCH_SIZE = 2000  # captures a query; a smaller batch takes as long


def captures_to_rescore(version: ModelVersion) -> CaptureQuerySet:
    """Return the captures that a version can read but has not read.

    A picture of the owner's face is kept, the capture is not deleted, and its owner's consent
    stands.
    """
    mine = Detection.objects.filter(capture=OuterRef("pk"), is_me=True)
    by_version = Q(version_elsewhere=version.name) | Q(model_version=version, version_elsewhere="")
    answer = mine.filter(role=Detection.Role.ANSWER)
    consent = active_consents(kind=Consent.Kind.USE).filter(person=OuterRef("owner"))
    rescored = mine.filter(by_version).exclude(role=Detection.Role.SHADOW)
    return (
        Capture.objects.filter(
            Exists(answer),
            ~Exists(rescored),
            Exists(consent),
            deleted_at=None,
        )
        .exclude(photo="", crop="")
        .order_by("pk")
    )


def iter_captures_to_rescore(version: ModelVersion) -> Iterator[Capture]:
    """Yield each of these captures once, queried in batches, so that a run may take days."""
    last_pk = 0
    while batch := list(captures_to_rescore(version).filter(pk__gt=last_pk)[:BATCH_SIZE]):
        yield from batch
        last_pk = batch[-1].pk


def rescore(*, capture: Capture, version: ModelVersion) -> Detection | None:
    """Add what a version detects in the owner's face; the answer stays as it is.

    Other faces are left out, as often no picture of them is kept. Calling it twice adds nothing.
    The capture gets a new sequence number, so apps learn of it.

    Returns:
        The new detection; None where the capture was meanwhile deleted or rescored, or another
        face became the owner's.

    Raises:
        UnreadablePictureError: what is kept of the face is gone or damaged.
        ml.inference.card.ModelFileError: the version cannot answer.
    """
    answer = answer_of(capture)
    if answer is None:
        return None
    detection = detect_kept_face(capture, answer, version, role=Detection.Role.RESCORE)
    with lock_for_update(capture) as current:
        unchanged = current.detections.filter(pk=answer.pk, is_me=True).exists()
        if not unchanged or not captures_to_rescore(version).filter(pk=current.pk).exists():
            return None
        current.save(update_fields=["sequence"])
        detection.save(force_insert=True)
    return detection


def detect_kept_face(
    capture: Capture, answer: Detection, version: ModelVersion, *, role: Detection.Role
) -> Detection:
    """Return what a version detects in the face of an answer, as an unsaved detection.

    Raises:
        UnreadablePictureError: what is kept of the face is gone or damaged.
        ml.inference.card.ModelFileError: the version cannot answer.
    """
    predictor = registry.predictor_of(version)
    try:
        pixels, box = load_face(capture, answer)
    except (NothingToExplainError, images.ImageError, OSError) as error:
        raise UnreadablePictureError(str(error)) from error
    (face,) = predictor.predict_boxes(pixels, [box])
    return Detection.from_face(
        replace(face, box=answer.box),
        capture=capture,
        model_version=version,
        role=role,
        is_me=True,
    )
