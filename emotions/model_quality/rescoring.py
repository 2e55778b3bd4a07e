"""Reading a face that is kept once more, by another version of the network."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q

from accounts.consents import standing_consents
from accounts.models import Consent
from common.imaging import images
from emotions.captures.errors import UnreadablePictureError
from emotions.captures.explanations import NothingToExplainError, picture_of
from emotions.captures.locking import lock_for_update
from emotions.captures.moods import answer_of
from emotions.models import Capture, CaptureQuerySet, Detection
from ml import registry
from ml.models import ModelVersion

AT_ONCE = 2000  # captures that are looked up together, which costs the same for few


def waiting_for(version: ModelVersion) -> CaptureQuerySet:
    """Return the captures whose own face a version has not read, and can.

    Something of the face is kept, the capture is not deleted, and its owner's consent stands.
    """
    mine = Detection.objects.filter(capture=OuterRef("pk"), is_me=True)
    by_version = Q(version_elsewhere=version.name) | Q(model_version=version, version_elsewhere="")
    answer = mine.filter(role=Detection.Role.ANSWER)
    consent = standing_consents(kind=Consent.Kind.USE).filter(person=OuterRef("owner"))
    already = mine.filter(by_version).exclude(role=Detection.Role.SHADOW)
    return (
        Capture.objects.filter(
            Exists(answer),
            ~Exists(already),
            Exists(consent),
            deleted_at=None,
        )
        .exclude(photo="", crop="")
        .order_by("pk")
    )


def each_waiting_for(version: ModelVersion) -> Iterator[Capture]:
    """Yield them once each, some looked up at a time, so that a run may take days."""
    last = 0
    while found := list(waiting_for(version).filter(pk__gt=last)[:AT_ONCE]):
        yield from found
        last = found[-1].pk


def read_again(*, capture: Capture, version: ModelVersion) -> Detection | None:
    """Add what a version reads from the person's own face; the answer stays as it is.

    Only their own: of other people in the photo often nothing is left to read. The same once more
    changes nothing. Apps learn of it as of any change.

    Returns:
        The new detection; None where the capture was deleted, shows another face as the person's
        or was read meanwhile.

    Raises:
        UnreadablePictureError: what is kept of the face is gone or damaged.
        ml.inference.card.ModelFileError: the version cannot answer.
    """
    answer = answer_of(capture)
    if answer is None:
        return None
    detection = read_face(capture, answer, version, role=Detection.Role.RESCORE)
    with lock_for_update(capture) as current:
        still = current.detections.filter(pk=answer.pk, is_me=True).exists()
        if not still or not waiting_for(version).filter(pk=current.pk).exists():
            return None
        current.save(update_fields=["sequence"])
        detection.save(force_insert=True)
    return detection


def read_face(
    capture: Capture, answer: Detection, version: ModelVersion, *, role: Detection.Role
) -> Detection:
    """Return what a version reads from the face of an answer, not stored yet.

    Raises:
        UnreadablePictureError: what is kept of the face is gone or damaged.
        ml.inference.card.ModelFileError: the version cannot answer.
    """
    predictor = registry.predictor_of(version)
    try:
        pixels, box = picture_of(capture, answer)
    except (NothingToExplainError, images.ImageError, OSError) as error:
        raise UnreadablePictureError(str(error)) from error
    (face,) = predictor.predict_boxes(pixels, [box])
    return Detection(
        capture=capture,
        model_version=version,
        role=role,
        x=answer.x,
        y=answer.y,
        width=answer.width,
        height=answer.height,
        emotion=face.emotion,
        confidence=face.confidence,
        unsure=face.unsure,
        milliseconds=face.milliseconds,
        is_me=True,
        **Detection.probability_columns(face.probabilities),
    )
