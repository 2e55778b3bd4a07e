"""Recording a moment: whole or not at all, once however often it is sent."""

import hashlib
import json
import logging
import time
import uuid as uuid_module
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.consents import require_consent
from accounts.models import Consent, User
from accounts.services import save_time_zone
from common.time_zones import day_of
from emotions.captures.analysis import PhotoAnalysis, analyse_photo
from emotions.captures.device_readings import DeviceReading
from emotions.captures.errors import (
    CaptureDeletedError,
    EmptyCaptureError,
    NoFaceError,
    RequestConflictError,
)
from emotions.captures.signals import capture_changed
from emotions.captures.storing import insert_capture
from emotions.captures.tasks import schedule_retention
from emotions.models import AnsweredRequest, Capture, Detection, Feeling
from emotions.pictures.removal import delete_files_on_error
from emotions.preferences.selectors import get_preferences
from emotions.quotas.claims import claim_recorded_moment
from emotions.quotas.errors import MomentsQuotaError, PicturesQuotaError
from emotions.quotas.usage import has_moments_left, has_room_for_pictures
from ml.inference.card import Card
from ml.inference.predictor import Face

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfReport:
    """What a person reports of a moment.

    Attributes:
        felt: what they felt, which may be another thing than they looked like.
        mood: from 1 (bad) to 5 (good).
        tags: words of their own.
    """

    felt: Feeling | None = None
    mood: int | None = None
    note: str = ""
    tags: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.felt or self.mood or self.note)

    def __repr__(self) -> str:
        # Part of the digests that are stored with captures, so it must not change.
        return (
            f"Said(felt={self.felt!r}, mood={self.mood!r}, note={self.note!r}, tags={self.tags!r})"
        )


def record_capture(
    *,
    owner: User,
    photo: bytes | None = None,
    source: Capture.Source,
    time_zone: str | None = None,
    uuid: uuid_module.UUID | None = None,
    idempotency_key: str | None = None,
    taken_at: datetime | None = None,
    self_report: SelfReport | None = None,
    kept: Capture.Kept | None = None,
    keep_others: bool | None = None,
    keep_without_face: bool = False,
    me: tuple[float, float] | None = None,
    turn: int = 0,
) -> Capture:
    """Record a moment: what its photo expresses, or only words.

    The same request again, by `uuid` or `idempotency_key`, returns the capture that is there.
    Decoding, inference and file writing come first, then one short transaction; whatever fails
    leaves neither row nor file.

    Args:
        photo: a whole JPEG, PNG or WebP file; None for a moment without a photo.
        time_zone: IANA name of the zone in which the moment was lived; the profile's where None.
        taken_at: an aware moment; now where None.
        kept: how much of the photo is kept; as the person prefers where None.
        keep_others: whether other people in the photo stay recognisable; as the person prefers
            where None.
        me: a point in the owner's face, as shares of the photo's width and height: the face that
            has it counts, else the nearest; the largest where None.
        turn: degrees by which to turn the photo clockwise first: 0, 90, 180 or 270.
        keep_without_face: store a photo on which no face was found.

    Raises:
        ConsentRequiredError: the owner has not consented to the current text.
        common.imaging.images.ImageError: the photo cannot be read; says what was expected.
        NoFaceError: no face was found and `keep_without_face` is false.
        EmptyCaptureError: there is neither a photo nor a word.
        CaptureDeletedError: this capture was deleted.
        RequestConflictError: another request came under this UUID or key.
        MomentsQuotaError, PicturesQuotaError, TagsQuotaError: the owner may not have that many.
        ml.registry.NoModelError: no trained version can answer.
    """
    self_report = self_report or SelfReport()
    if photo is not None:
        require_consent(person=owner, kind=Consent.Kind.USE)
    elif not self_report:
        raise EmptyCaptureError
    capture = Capture(
        owner=owner,
        uuid=uuid or uuid_module.uuid4(),
        idempotency_key=idempotency_key,
        request_digest=digest_of_request(
            photo,
            *(source, time_zone, taken_at, self_report),
            *(kept, keep_others, keep_without_face, me),
            *([turn] if turn else []),  # Digests of requests from before stay as they are.
        ),
    )
    if earlier := earlier_capture(capture):
        return earlier
    if not has_moments_left(owner=owner):
        raise MomentsQuotaError

    started = time.perf_counter()
    capture.source = source if photo is not None else Capture.Source.MANUAL
    preferences = get_preferences(owner=owner)
    capture.kept = kept or preferences.kept
    describe_moment(capture, self_report, taken_at=taken_at, time_zone=time_zone)
    analysis = PhotoAnalysis()
    if photo is not None:
        if capture.kept != Capture.Kept.NOTHING and not has_room_for_pictures(owner=owner):
            raise PicturesQuotaError
        keep_others = preferences.keep_others if keep_others is None else keep_others
        analysis = analyse_photo(
            photo,
            Capture.Kept(capture.kept),
            keep_others=keep_others,
            keep_without_face=keep_without_face,
            me=me,
            turn=turn,
        )
    detections = [
        Detection.from_face(
            face,
            capture=capture,
            model_version=analysis.version,
            is_me=index == analysis.own_face,
        )
        for index, face in enumerate(analysis.faces)
    ]
    return store_once(capture, analysis, detections, tags=self_report.tags, started=started)


def record_reading(
    *,
    owner: User,
    reading: DeviceReading,
    source: Capture.Source,
    time_zone: str | None = None,
    uuid: uuid_module.UUID | None = None,
    idempotency_key: str | None = None,
    taken_at: datetime | None = None,
    self_report: SelfReport | None = None,
    keep_without_face: bool = False,
) -> Capture:
    """Record a moment whose picture the owner's device has read; no picture of it is kept.

    As with photos, the same request again returns the capture that is there, and consent is needed,
    for the numbers tell of a person's feelings just the same.

    Args:
        keep_without_face: store a reading without faces; see `record_capture` for the others.

    Raises:
        ConsentRequiredError: the owner has not consented to the current text.
        NoFaceError: there is no face and `keep_without_face` is false.
        CaptureDeletedError: this capture was deleted.
        RequestConflictError: another request came under this UUID or key.
        MomentsQuotaError, TagsQuotaError: the owner may not have that many.
    """
    started = time.perf_counter()
    self_report = self_report or SelfReport()
    require_consent(person=owner, kind=Consent.Kind.USE)
    capture = Capture(
        owner=owner,
        uuid=uuid or uuid_module.uuid4(),
        idempotency_key=idempotency_key,
        request_digest=digest_of_request(
            None,
            *(source, time_zone, taken_at, self_report, keep_without_face),
            *reading.digest_values(),
        ),
        source=source,
        kept=Capture.Kept.NOTHING,
        read_on=Capture.ReadOn.DEVICE,
    )
    if earlier := earlier_capture(capture):
        return earlier
    if not reading.faces and not keep_without_face:
        raise NoFaceError
    if not has_moments_left(owner=owner):
        raise MomentsQuotaError
    describe_moment(capture, self_report, taken_at=taken_at, time_zone=time_zone)
    faces = reading.faces
    largest = max(range(len(faces)), key=lambda index: faces[index].box.area, default=0)
    own_face = largest if reading.own_face is None else reading.own_face
    unsure_below = Card.from_facts(reading.version.card).unsure_below
    detections = [
        Detection.from_face(
            Face(face.box, face.probabilities, max(face.probabilities) < unsure_below),
            capture=capture,
            model_version=reading.version,
            is_me=index == own_face,
            roll=face.roll,
            milliseconds=None,  # of another machine
        )
        for index, face in enumerate(faces)
    ]
    analysis = PhotoAnalysis(size=reading.size)
    return store_once(capture, analysis, detections, tags=self_report.tags, started=started)


def describe_moment(
    capture: Capture, self_report: SelfReport, *, taken_at: datetime | None, time_zone: str | None
) -> None:
    """Say when a new capture was and what its owner reports; now, in their zone, where None."""
    capture.taken_at = taken_at or timezone.now()
    capture.time_zone = time_zone or capture.owner.time_zone
    capture.local_date = day_of(capture.taken_at, capture.time_zone)
    capture.felt, capture.mood = self_report.felt, self_report.mood
    capture.note = self_report.note


def store_once(
    capture: Capture,
    analysis: PhotoAnalysis,
    detections: list[Detection],
    *,
    tags: tuple[str, ...],
    started: float,
) -> Capture:
    """Write a capture, or return what the same request has written meanwhile.

    Args:
        started: when the work on it began, by `time.perf_counter`.
    """
    try:
        with delete_files_on_error(analysis.pictures.values()):
            store(capture, analysis, detections, tags=tags)
    except IntegrityError:
        # The same request came twice at once and the other one was faster.
        if earlier := earlier_capture(capture):
            return earlier
        raise
    logger.info(
        "capture recorded",
        extra={
            "capture": str(capture.uuid),
            "source": capture.source,
            "faces": len(detections),
            "milliseconds": round(1000 * (time.perf_counter() - started)),
        },
    )
    return capture


def digest_of_request(photo: bytes | None, *values: object) -> str:
    """Return a sha256 over everything that a request says, to tell it from another one."""
    picture = None if photo is None else hashlib.sha256(photo).hexdigest()
    content = [picture, *map(repr, values)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def earlier_capture(capture: Capture) -> Capture | None:
    """Return what was recorded by the same request before, if it was.

    Raises:
        CaptureDeletedError: it was deleted.
        RequestConflictError: it was another request under the same UUID or key.
    """
    same = Q(uuid=capture.uuid)
    if capture.idempotency_key is not None:
        same |= Q(idempotency_key=capture.idempotency_key)
    found = list(Capture.objects.filter(same, owner=capture.owner))
    for earlier in found:
        if earlier.deleted_at:
            raise CaptureDeletedError
        if earlier.request_digest not in ("", capture.request_digest):
            raise RequestConflictError
    keyed = AnsweredRequest.objects.filter(owner=capture.owner, key=capture.idempotency_key)
    if len(found) > 1 or (capture.idempotency_key is not None and keyed.exists()):
        raise RequestConflictError
    return found[0] if found else None


@transaction.atomic
def store(
    capture: Capture,
    analysis: PhotoAnalysis,
    detections: list[Detection],
    *,
    tags: tuple[str, ...],
) -> None:
    """Write a capture with what its photo shows, and announce it."""
    if analysis.size:
        capture.width, capture.height = analysis.size
    capture.others_blurred = analysis.others_blurred
    capture.clock_of_photo = analysis.clock and analysis.clock.replace(tzinfo=UTC)
    insert_capture(capture, pictures=analysis.pictures, tags=tags, detections=detections)
    claim_recorded_moment(owner=capture.owner)
    capture_changed.send(sender=Capture, capture=capture, created=True, face_changed=False)
    if analysis.pictures:
        schedule_retention(capture)
    save_time_zone(person=capture.owner, name=capture.time_zone)
