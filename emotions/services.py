"""Every write to a person's moods, one function a use case."""

import logging
import time
import uuid as uuid_module
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.consents import require_consent
from accounts.models import Consent, User
from accounts.services import next_sequence, remember_time_zone
from emotions import photos, tasks
from emotions.models import Capture, Detection
from ml import images, registry
from ml.models import ModelVersion
from ml.predictor import Face

logger = logging.getLogger(__name__)

RETRY_REMOVAL_AFTER = timedelta(minutes=5)


class NoFaceError(Exception):
    """The photo shows no face and the person has not said to log it anyway."""


class CaptureDeletedError(Exception):
    """The capture with this UUID was deleted; it does not come back."""


def record_capture(
    *,
    owner: User,
    photo: bytes,
    source: Capture.Source,
    time_zone: str,
    uuid: uuid_module.UUID | None = None,
    taken_at: datetime | None = None,
    keep_without_face: bool = False,
) -> Capture:
    """Read a photo, store it and what its faces express; the largest face is taken as the owner's.

    The same `uuid` again returns the capture that is there. Decoding, inference and file writing
    come first, then one short transaction; whatever fails leaves neither row nor file.

    Args:
        photo: a whole JPEG, PNG or WebP file.
        time_zone: IANA name of the zone in which the moment was lived.
        taken_at: an aware moment; now where None.
        keep_without_face: store a photo on which no face was found.

    Raises:
        ConsentRequiredError: the owner has not consented to the current text.
        ml.images.ImageError: the photo cannot be read; says what was expected.
        NoFaceError: no face was found and `keep_without_face` is false.
        CaptureDeletedError: the capture with this UUID was deleted.
        ml.registry.NoModelError: no trained version can answer.
    """
    require_consent(person=owner, kind=Consent.Kind.USE)
    uuid = uuid or uuid_module.uuid4()
    if earlier := earlier_capture(owner=owner, uuid=uuid):
        return earlier

    started = time.perf_counter()
    pixels = images.read_image(photo)
    serving = registry.serving()
    faces = serving.predictor.predict(pixels)
    if not faces and not keep_without_face:
        raise NoFaceError

    names = photos.write_pictures(pixels, images.thumbnail(pixels))
    taken_at = taken_at or timezone.now()
    capture = Capture(
        owner=owner,
        uuid=uuid,
        source=source,
        taken_at=taken_at,
        time_zone=time_zone,
        local_date=taken_at.astimezone(ZoneInfo(time_zone)).date(),
        photo=names[0],
        thumbnail=names[1],
        width=pixels.shape[1],
        height=pixels.shape[0],
    )
    try:
        insert(capture=capture, faces=faces, version=serving.version)
    except IntegrityError:
        # The same request came twice at once and the other one was faster.
        discard(names)
        if earlier := earlier_capture(owner=owner, uuid=uuid):
            return earlier
        raise
    except BaseException:
        discard(names)
        raise
    logger.info(
        "capture recorded",
        extra={
            "capture": str(uuid),
            "source": source,
            "faces": len(faces),
            "milliseconds": round(1000 * (time.perf_counter() - started)),
        },
    )
    return capture


def earlier_capture(*, owner: User, uuid: uuid_module.UUID) -> Capture | None:
    """Return the owner's capture of this UUID, if there is one.

    Raises:
        CaptureDeletedError: it was deleted.
    """
    capture = Capture.objects.filter(owner=owner, uuid=uuid).first()
    if capture and capture.deleted_at:
        raise CaptureDeletedError
    return capture


@transaction.atomic
def insert(*, capture: Capture, faces: list[Face], version: ModelVersion) -> None:
    """Write a capture and its detections, whole or not at all."""
    capture.sequence = next_sequence(person=capture.owner)
    capture.save(force_insert=True)
    Detection.objects.bulk_create(
        Detection(
            capture=capture,
            model_version=version,
            x=face.box.x,
            y=face.box.y,
            width=face.box.width,
            height=face.box.height,
            emotion=face.emotion,
            confidence=face.confidence,
            unsure=face.unsure,
            is_me=index == 0,
            **Detection.probability_columns(face.probabilities),
        )
        for index, face in enumerate(faces)
    )
    remember_time_zone(person=capture.owner, name=capture.time_zone)


@transaction.atomic
def delete_capture(*, capture: Capture) -> None:
    """Delete a capture with its files and numbers; a tombstone tells other devices that it went."""
    sequence = next_sequence(person=capture.owner)
    names = [file.name for file in (capture.photo, capture.thumbnail) if file.name]
    capture.detections.all().delete()
    capture.tags.clear()
    capture.sequence = sequence
    capture.deleted_at = timezone.now()
    capture.photo = capture.thumbnail = capture.note = ""
    capture.width = capture.height = capture.felt = capture.mood = None
    capture.save()
    transaction.on_commit(lambda: discard(names))


def discard(names: list[str] | tuple[str, ...]) -> None:
    """Remove files at once; where the storage refuses, a job tries again later."""
    if remaining := photos.remove_files(names):
        tasks.remove_files.using(run_after=timezone.now() + RETRY_REMOVAL_AFTER).enqueue(remaining)
